"""What a run of the canary says, and whether it may be believed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.canary.findings import Finding
from tools.canary.noise import Noise
from tools.canary.payloads import MEDIA, Medium
from tools.canary.places import PASSING, Place
from tools.canary.plants import Kind, Plant


@dataclass(frozen=True, slots=True)
class Searched:
    """One meeting: what was planted, what was found, and what the payloads look like.

    Attributes:
        plants: each value once.
        findings: those that are leaks, and those that have to be where they are.
        noise: of the payloads, by medium; one that nobody sent is missing.
    """

    plants: Sequence[Plant]
    findings: Sequence[Finding]
    noise: Mapping[Medium, Noise]

    @property
    def planted_kinds(self) -> frozenset[Kind]:
        """Kinds of which something was planted."""
        return frozenset(plant.kind for plant in self.plants)

    @property
    def leaks(self) -> list[Finding]:
        """What was found where it may not be."""
        return [finding for finding in self.findings if finding.is_leak]

    @property
    def found(self) -> int:
        """How many plants leaked, wherever and how often."""
        return len({leak.plant.value for leak in self.leaks})

    @property
    def passed(self) -> frozenset[Place]:
        """Places in which what has to be there was found."""
        return frozenset(finding.place for finding in self.findings if not finding.is_leak)

    def places_of(self, kind: Kind) -> list[Place]:
        """Where something of that kind leaked, in the order of places."""
        where = {leak.place for leak in self.leaks if leak.plant.kind == kind}
        return [place for place in Place if place in where]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meeting that counts, beside one in which client and server leak."""

    whole: Searched
    leaky: Searched

    @property
    def caught(self) -> list[Kind]:
        """Kinds that were found when they leaked."""
        return [kind for kind in Kind if self.leaky.places_of(kind)]

    @property
    def unproven(self) -> list[Place]:
        """Places in which no leak was found even when there was one."""
        proven = {leak.place for leak in self.leaky.leaks}
        return [place for place in Place if place not in proven]

    def objections(self) -> Iterator[str]:
        """Why the run is no success; nothing when it is one."""
        if self.whole.found:
            yield f"{self.whole.found} of what was planted was found"
        for kind in Kind:
            if kind not in self.whole.planted_kinds:
                yield f"nothing of the kind '{kind}' was planted"
            if kind not in self.caught:
                yield f"a leaked {kind} was not caught"
        for medium in MEDIA:
            if not _is_noise(self.whole, medium):
                yield f"{medium} is not noise in the payloads"
            if _is_noise(self.leaky, medium):
                yield f"{medium} that leaks was taken for noise"
        yield from self._unsearched()

    def _unsearched(self) -> Iterator[str]:
        for place in self.unproven:
            yield f"nothing was ever found in the {place}: it may not be searched at all"
        for place in PASSING:
            if place not in self.whole.passed:
                yield f"not even an address or a ticket was found in the {place}"

    def lines(self) -> Iterator[str]:
        """The whole report; the last line is the closing one."""
        yield from _paragraph("payloads of sealed media", _noise_lines(self.whole))
        yield from _paragraph("payloads of media that leak", _noise_lines(self.leaky))
        yield from _paragraph("self-check: leaked, and found in", self._self_check())
        yield from _paragraph("found", map(str, self.whole.leaks))
        yield from _paragraph("objections", self.objections())
        yield (
            f"planted {len(self.whole.plants)}, found {self.whole.found}, "
            f"self-check caught {len(self.caught)} of {len(Kind)}"
        )

    def _self_check(self) -> Iterator[str]:
        for kind in Kind:
            yield f"{kind:32}{', '.join(self.leaky.places_of(kind)) or 'NOT CAUGHT'}"


def _is_noise(searched: Searched, medium: Medium) -> bool:
    return medium in searched.noise and searched.noise[medium].is_noise


def _noise_lines(searched: Searched) -> Iterator[str]:
    for medium in MEDIA:
        yield f"{medium:8}{searched.noise.get(medium, 'none')}"


def _paragraph(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = [f"  {line}" for line in lines]
    if told:
        yield f"{title}:"
        yield from told
        yield ""
