"""What the service knows of somebody who is let in to a group's order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GroupAdmission:
    """The outcome of checking a token.

    Attributes:
        locator: of the meeting.
        refresh: makes a token to come back with.
    """

    locator: bytes
    identity: str
    refresh: Callable[[], str]

    def __repr__(self) -> str:
        """Keep people out of logs."""
        return "GroupAdmission(…)"


class GroupDoorkeeper(Protocol):
    """Checks tokens."""

    def enter(self, token: str) -> GroupAdmission:
        """Turn a token into an admission. A ticket is used up by it.

        Raises:
            ChannelError: the token opens nothing.
        """


class Tally(Protocol):
    """Where happenings are counted."""

    def count(self, what: str, label: str = "") -> None:
        """Count one; neither word says who or where."""
