"""The queue in front of a session's WebSocket."""

from collections.abc import Callable, Mapping
from typing import Final

from folkmoot.domain.departure import Departure
from folkmoot.outbox import Outbox

CLOSE_CODES: Final[Mapping[Departure, int]] = {
    Departure.LEFT: 1000,
    Departure.REPLACED: 1000,
    Departure.CONNECTION_LOST: 1001,
    Departure.TOO_SLOW: 1008,
    Departure.PROTOCOL_ERROR: 1008,
    Departure.MEDIA_FAILED: 1012,
    Departure.SERVER_SHUTDOWN: 1012,
}
"""What a WebSocket is closed with."""


class WebSocketOutbox(Outbox[bytes, Departure]):
    """Messages that wait for one participant."""

    def __init__(self, max_bytes: int, abort: Callable[[], None]) -> None:
        """Begin empty.

        Args:
            max_bytes: security limit, most bytes that wait behind the first message.
            abort: cuts the connection without waiting for anything.
        """
        super().__init__(max_bytes, abort, CLOSE_CODES, Departure.TOO_SLOW)
