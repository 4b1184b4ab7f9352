"""The bounded queue in front of a WebSocket."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from folkmoot.domain.departure import Departure

CLOSE_CODES: Final[Mapping[Departure, int]] = {
    Departure.LEFT: 1000,
    Departure.REPLACED: 1000,
    Departure.CONNECTION_LOST: 1001,
    Departure.TOO_SLOW: 1008,
    Departure.PROTOCOL_ERROR: 1008,
    Departure.MEDIA_FAILED: 1012,
    Departure.SERVER_SHUTDOWN: 1012,
}
"""WebSocket close codes (RFC 6455 section 7.4.1, IANA registry)."""

FLUSH_S: Final = 5.0
"""How long a closing participant may take to read what waits."""


class WebSocketOutbox:
    """Messages that wait for one participant.

    The participant who does not read is given up when more than `max_bytes` wait behind the first
    message: the connection is cut at once, because a close frame would only queue behind what is
    not read. What finds nothing in its way is taken however large it is, since its size says
    nothing about the reader: the join response of a large room is larger than many a limit.
    """

    def __init__(self, max_bytes: int, abort: Callable[[], None]) -> None:
        """Begin empty.

        Args:
            max_bytes: security limit, most bytes that wait behind the first message.
            abort: cuts the connection without waiting for anything.
        """
        self._max_bytes = max_bytes
        self._abort = abort
        self._queue: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._first_bytes = 0
        self._wake = asyncio.Event()
        self.reason: Departure | None = None

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait now, the message that is being written among them."""
        return self._waiting_bytes

    def send(self, data: bytes) -> None:
        """Queue one message."""
        if self.reason is not None:
            return
        if self._waiting_bytes == 0:
            self._first_bytes = len(data)
        if self._waiting_bytes + len(data) - self._first_bytes > self._max_bytes:
            self.reason = Departure.TOO_SLOW
            self._queue.clear()
            self._waiting_bytes = 0
            self._wake.set()
            self._abort()
            return
        self._queue.append(data)
        self._waiting_bytes += len(data)
        self._wake.set()

    def close(self, reason: Departure) -> None:
        """Send what waits, then close; cut the connection if that takes longer than `FLUSH_S`."""
        if self.reason is not None:
            return
        self.reason = reason
        self._wake.set()
        asyncio.get_running_loop().call_later(FLUSH_S, self._abort)

    async def pump(
        self,
        send: Callable[[bytes], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        """Move messages to the connection until closed.

        Args:
            send: sends one binary frame, waiting while the connection is full.
            close: sends a close frame with a code.
        """
        while True:
            while self._queue:
                data = self._queue.popleft()
                await send(data)
                # Counted until it is written: a frame that is stuck still takes memory.
                self._waiting_bytes = max(0, self._waiting_bytes - len(data))
                self._first_bytes = 0
            if self.reason is not None:
                await close(CLOSE_CODES[self.reason])
                return
            self._wake.clear()
            await self._wake.wait()
