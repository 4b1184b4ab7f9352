"""One participant's connection at the switchboard."""

from dataclasses import dataclass
from typing import Protocol

from livekit.protocol import rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import RoomName
from folkmoot.signalling.admission import Admission
from folkmoot.signalling.codec import encode_response
from folkmoot.signalling.session import Session


class Outbox(Protocol):
    """Where messages to a participant go. Neither method blocks or raises."""

    def send(self, data: bytes) -> None:
        """Queue one message, or give the participant up when too much waits already."""

    def close(self, reason: Departure) -> None:
        """Send what waits, then close. Later calls do nothing."""


@dataclass(slots=True)
class Line:
    """A session, its way out, and where it belongs."""

    session: Session
    outbox: Outbox
    admission: Admission

    @property
    def room(self) -> RoomName:
        """The room this line leads into."""
        return self.admission.room

    def send(self, response: rtc.SignalResponse) -> None:
        """Encode and queue a message."""
        self.outbox.send(encode_response(response))
