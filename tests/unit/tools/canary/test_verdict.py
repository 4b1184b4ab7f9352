"""A run that proves nothing is no success, whatever it did not find."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tools.canary.findings import Finding
from tools.canary.noise import MIN_FRAMES, Noise, measure
from tools.canary.payloads import MEDIA, Content, Medium
from tools.canary.places import Place
from tools.canary.plants import Kind, Plant
from tools.canary.verdict import Searched, Verdict


def noise(beginning: bytes) -> dict[Medium, Noise]:
    chance = random.Random(6)
    return measure(
        Content(medium, 1, begins_frame=True, data=beginning + chance.randbytes(400))
        for medium in MEDIA
        for _ in range(MIN_FRAMES)
    )


PLANTS = [Plant(kind, "ana", f"planted as {kind}".encode()) for kind in Kind]
SPILT = [Finding(plant, place, Path("x"), 0) for plant in PLANTS for place in Place]
PASSING = [each for each in SPILT if not each.is_leak]
LEAKS = [each for each in SPILT if each.is_leak]
GOOD = Verdict(Searched(PLANTS, PASSING, noise(b"")), Searched(PLANTS, SPILT, noise(b"\x78")))


def test_a_run_that_found_nothing_and_caught_all_leaks_is_a_success() -> None:
    assert not list(GOOD.objections())
    assert list(GOOD.lines())[-1] == (
        f"planted {len(PLANTS)}, found 0, self-check caught {len(Kind)} of {len(Kind)}"
    )


def whole(**changed: object) -> Verdict:
    return replace(GOOD, whole=replace(GOOD.whole, **changed))  # type: ignore[arg-type]


def leaky(keep: Callable[[Finding], bool]) -> Verdict:
    return replace(GOOD, leaky=replace(GOOD.leaky, findings=list(filter(keep, SPILT))))


BAD: list[tuple[Verdict, str]] = [
    (whole(findings=[*PASSING, LEAKS[0]]), "1 of what was planted was found"),
    (
        whole(findings=[each for each in PASSING if each.place != Place.MEMORY]),
        "not even an address or a ticket was found in the memory",
    ),
    (whole(plants=PLANTS[1:]), "was planted"),
    (whole(noise={}), "is not noise"),
    (whole(noise=noise(b"\x78")), "is not noise"),
    (replace(GOOD, leaky=replace(GOOD.leaky, noise=noise(b""))), "taken for noise"),
    (leaky(lambda each: each.plant.kind != Kind.CHAT), "chat line was not caught"),
    (leaky(lambda each: each.place != Place.BACKUP), "nothing was ever found in the backup"),
]


@pytest.mark.parametrize(("verdict", "why"), BAD, ids=[why for _, why in BAD])
def test_what_speaks_against_a_run_is_said(verdict: Verdict, why: str) -> None:
    objections = list(verdict.objections())
    assert objections
    assert all(why in objection for objection in objections)
    assert any(why in line for line in verdict.lines())


def test_the_closing_line_counts_values_and_not_places() -> None:
    verdict = whole(findings=[each for each in SPILT if each.plant == PLANTS[0]])
    assert len(verdict.whole.leaks) == len(Place)
    assert ", found 1, " in list(verdict.lines())[-1]
