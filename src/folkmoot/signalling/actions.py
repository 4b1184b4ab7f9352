"""What a session wants done. The switchboard does it."""

from collections.abc import Callable
from dataclasses import dataclass

from livekit.protocol import rtc

from folkmoot.domain.commands import Command
from folkmoot.domain.departure import Departure
from folkmoot.domain.errors import RuleError


@dataclass(frozen=True, slots=True)
class Action:
    """Base of all actions."""


@dataclass(frozen=True, slots=True)
class Reply(Action):
    """Send a message to this participant."""

    response: rtc.SignalResponse


@dataclass(frozen=True, slots=True)
class Ask(Action):
    """Put a command to the room.

    Attributes:
        refusal: the message to send when the room refuses.
        done: the message to send when it does not.
    """

    command: Command
    refusal: Callable[[RuleError], rtc.SignalResponse]
    done: rtc.SignalResponse | None = None


@dataclass(frozen=True, slots=True)
class TakeOffer(Action):
    """Give the engine a publisher offer."""

    offer_id: int
    sdp: str


@dataclass(frozen=True, slots=True)
class TakeAnswer(Action):
    """Give the engine the answer to its offer; id 0 means the latest."""

    offer_id: int
    sdp: str


@dataclass(frozen=True, slots=True)
class RefreshToken(Action):
    """Send a fresh token."""


@dataclass(frozen=True, slots=True)
class End(Action):
    """End the session."""

    reason: Departure
