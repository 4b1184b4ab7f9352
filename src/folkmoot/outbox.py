"""The bounded queue in front of a WebSocket."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Final, Generic, TypeVar

FLUSH_S: Final = 5.0
"""How long somebody whose connection is closed may take to read what waits."""

Frame = TypeVar("Frame", bytes, str)
Reason = TypeVar("Reason", bound=StrEnum)


class Outbox(Generic[Frame, Reason]):
    """Frames that wait for one connection: bytes, or texts of ASCII.

    Who does not read is given up when more than `max_bytes` wait behind the first frame: the
    connection is cut at once, because a close frame would only queue behind what is not read. What
    finds nothing in its way is taken however large it is, since its size says nothing about the
    reader: the join response of a large room is larger than many a limit.
    """

    def __init__(
        self,
        max_bytes: int,
        abort: Callable[[], None],
        codes: Mapping[Reason, int],
        too_slow: Reason,
    ) -> None:
        """Begin empty.

        Args:
            max_bytes: security limit, most bytes that wait behind the first frame.
            abort: cuts the connection without waiting for anything.
            codes: the close code of each reason (RFC 6455 section 7.4.1, IANA registry).
            too_slow: the reason when too much waits.
        """
        self._max_bytes = max_bytes
        self._abort = abort
        self._codes = codes
        self._too_slow = too_slow
        self._queue: deque[Frame] = deque()
        self._waiting_bytes = 0
        self._first_bytes = 0
        self._wake = asyncio.Event()
        self.reason: Reason | None = None

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait now, the frame that is being written among them."""
        return self._waiting_bytes

    def send(self, data: Frame) -> None:
        """Queue one frame."""
        if self.reason is not None:
            return
        if self._waiting_bytes == 0:
            self._first_bytes = len(data)
        if self._waiting_bytes + len(data) - self._first_bytes > self._max_bytes:
            self.give_up()
            return
        self._queue.append(data)
        self._waiting_bytes += len(data)
        self._wake.set()

    def give_up(self) -> None:
        """Cut the connection of somebody who does not read."""
        if self.reason is not None:
            return
        self.reason = self._too_slow
        self._queue.clear()
        self._waiting_bytes = 0
        self._wake.set()
        self._abort()

    def close(self, reason: Reason) -> None:
        """Send what waits, then close; cut the connection if that takes longer than `FLUSH_S`."""
        if self.reason is not None:
            return
        self.reason = reason
        self._wake.set()
        asyncio.get_running_loop().call_later(FLUSH_S, self._abort)

    async def pump(
        self,
        send: Callable[[Frame], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        """Move frames to the connection until closed.

        Args:
            send: sends one frame, waiting while the connection is full.
            close: sends a close frame with a code.
        """
        while True:
            while (data := self._take()) is not None:
                await send(data)
                self._note_written(data)
            if self.reason is not None:
                await close(self._codes[self.reason])
                return
            self._wake.clear()
            await self._wake.wait()

    def _take(self) -> Frame | None:
        """Take the next frame to write."""
        return self._queue.popleft() if self._queue else None

    def _note_written(self, data: Frame) -> None:
        # Counted until it is written: a frame that is stuck still takes memory.
        self._waiting_bytes = max(0, self._waiting_bytes - len(data))
        self._first_bytes = 0
