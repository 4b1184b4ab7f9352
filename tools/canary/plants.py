"""What is planted: values that only the people of a meeting may have, and where they may not be."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NotRequired, TypedDict

from folkmoot.protocol.derivation import derive, derive_meeting


class Kind(StrEnum):
    """A kind of value. A leak of each is tried in the self-check."""

    LINK_SECRET = "link secret"  # noqa: S105  # a name
    DERIVED_KEY = "key that follows from the link"
    HOST_KEY = "host key"
    DEVICE_KEY = "private key of a device"
    EPOCH_SECRET = "secret of an epoch"  # noqa: S105  # a name
    GROUP_KEY = "key of the group"
    FRAME_KEY = "key of sound or picture"
    NAME = "name"
    TITLE = "title"
    CHAT = "chat line"
    MAIL = "e-mail address"
    SOUND = "sound"
    PICTURE = "picture"
    TICKET = "ticket"
    ADDRESS = "address of a client"
    AGENT = "user agent"


WRITTEN_ONLY: Final = frozenset({Kind.TICKET, Kind.ADDRESS, Kind.AGENT})
"""The server has these while people are there; it may not write them (design, section 6)."""

MIN_BYTES: Final = 12
"""A shorter value could be somewhere by chance."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One value."""

    kind: Kind
    whose: str
    value: bytes
    is_text: bool = False

    @property
    def what(self) -> str:
        """How a finding is called; the value itself is named by its hash."""
        mark = hashlib.sha256(self.value).hexdigest()[:8]
        return f"{self.kind} ({self.whose}, {mark})"


class Note(TypedDict):
    """One line that the meeting's story noted: a value in hexadecimal, or a text."""

    kind: str
    whose: str
    hex: NotRequired[str]
    text: NotRequired[str]


def read_plants(notes: Path) -> list[Plant]:
    """Read what was planted, each value once, and derive what follows from the link.

    Args:
        notes: lines of JSON, one `Note` each.

    Raises:
        ValueError: a value is too short to be told from chance.
    """
    lines: Iterable[Note] = (json.loads(line) for line in notes.read_text().splitlines())
    noted = [plant_of(line) for line in lines]
    secrets = [plant for plant in noted if plant.kind == Kind.LINK_SECRET]
    derived = [each for plant in secrets for each in derived_from(plant)]
    once = {plant.value: plant for plant in [*noted, *derived]}
    for plant in once.values():
        if len(plant.value) < MIN_BYTES:
            raise ValueError(f"{plant.what} is too short to be searched for")
    return list(once.values())


def plant_of(note: Note) -> Plant:
    """Make a plant of what was noted."""
    text = note.get("text")
    value = bytes.fromhex(note.get("hex", "")) if text is None else text.encode()
    return Plant(Kind(note["kind"]), note["whose"], value, is_text=text is not None)


def derived_from(secret: Plant) -> Iterator[Plant]:
    """Derive the keys that follow from a link's secret. The locator is the server's to know."""
    keys = derive_meeting(secret.value)
    named = {
        "R": derive(secret.value, "folkmoot v1 root", 32),
        "admission seed": keys.admission.private_bytes_raw(),
        "K_meta": keys.meta,
        "K_tag": keys.tag,
        "K_mix": keys.mix,
    }
    for name, value in named.items():
        yield Plant(Kind.DERIVED_KEY, name, value)
