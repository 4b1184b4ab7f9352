"""A meeting's group, as far as the server knows it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HEAD_BYTES: Final = 32
NO_HEAD: Final = bytes(HEAD_BYTES)
"""Before the first host act."""


class BookError(Exception):
    """What should be kept could not be, or was changed by somebody else meanwhile."""


class EntryKind(StrEnum):
    """What an entry is."""

    COMMIT = "commit"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the order."""

    seq: int
    kind: EntryKind
    message: bytes


@dataclass(frozen=True, slots=True)
class Group:
    """Where a group stands.

    Attributes:
        group_info: with which somebody joins now.
        act_head: head of the sealed chain of host acts.
        needs_host: only the host makes it anew, as the acts keep somebody out: the host says so.
    """

    group_id: bytes
    epoch: int
    group_info: bytes
    act_head: bytes = NO_HEAD
    needs_host: bool = False

    def __repr__(self) -> str:
        """Keep groups out of logs."""
        return "Group(…)"


@dataclass(frozen=True, slots=True)
class Kept:
    """A group as it was kept.

    Attributes:
        revision: how often it was changed; who changes it says what it was.
        last_seq: of the last entry, whether that one is held or not.
        entries: those that are held, in order, without gaps, up to `last_seq`.
    """

    group: Group
    revision: int
    last_seq: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A meeting's place in the book of groups.

    Attributes:
        kept: None when there is no group.
        act_head: of the host acts, which outlives a group that needs its host.
    """

    host_key: bytes
    expires_at_ms: int
    kept: Kept | None
    act_head: bytes = NO_HEAD


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes durable at once.

    Attributes:
        locator: of the meeting.
        revision: before the change; 0 when there was no group.
        group: after the change; None when it is what it was.
        last_seq: after the change.
        entries: that are new.
        oldest_seq: entries before this one are not held any more.
    """

    locator: bytes
    revision: int
    group: Group | None
    last_seq: int
    entries: tuple[Entry, ...]
    oldest_seq: int
