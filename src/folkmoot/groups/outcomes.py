"""What an order asks to be done, one after the other."""

from dataclasses import dataclass
from typing import NewType

from folkmoot.domain.group import Entry, Group

ChannelId = NewType("ChannelId", int)
"""One channel of one device."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Greet a channel; after that it is sent every entry after `cursor`."""

    channel: ChannelId
    welcome: str
    cursor: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a frame to one channel."""

    channel: ChannelId
    frame: str


@dataclass(frozen=True, slots=True)
class TellAll:
    """Send a frame to every channel."""

    frame: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Make this durable; what comes after it waits until it is.

    Attributes:
        group: where the group stands now; None when that did not change.
        entry: the new one, which everybody is sent then.
        restart_seq: another group begins after this number; what was before is not sent any more.
    """

    group: Group | None = None
    entry: Entry | None = None
    restart_seq: int | None = None


Outcome = Begin | Tell | TellAll | Keep
