"""The queue in front of a channel.

Entries are not copied into it: they are taken from the backlog when the device reads them, so that
two hundred slow devices hold nothing but a number each. Frames for one channel alone are queued,
each behind the entries that were there before it.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from folkmoot.groups.endings import CLOSE_CODES, Ending
from folkmoot.groups.limits import MAX_OWN_QUEUE_BYTES
from folkmoot.outbox import Outbox


class Entries(Protocol):
    """Entries that may be sent."""

    @property
    def released_seq(self) -> int:
        """Of the last entry that may be sent."""

    def frame_after(self, seq: int) -> str | None:
        """The entry after `seq`, spelled; None when it is not held any more."""


class ChannelOutbox(Outbox[str, Ending]):
    """What waits for one channel."""

    def __init__(self, abort: Callable[[], None], max_bytes: int = MAX_OWN_QUEUE_BYTES) -> None:
        """Begin empty.

        Args:
            abort: cuts the connection without waiting for anything.
            max_bytes: security limit, most bytes that wait behind the first frame.
        """
        super().__init__(max_bytes, abort, CLOSE_CODES, Ending.TOO_SLOW)
        self._entries: Entries | None = None
        self._cursor = 0
        self._marks: deque[int] = deque()
        self._is_own = False

    def begin(self, welcome: str, entries: Entries, cursor: int) -> None:
        """Greet, and send every entry after `cursor` from now on."""
        self._cursor = cursor
        self.send(welcome)
        self._entries = entries

    def send(self, data: str) -> None:
        """Queue one frame behind the entries that may be sent now."""
        if self.reason is None:
            mark = self._cursor if self._entries is None else self._entries.released_seq
            self._marks.append(mark)
            super().send(data)

    def skip_to(self, seq: int) -> None:
        """Leave out entries up to `seq`: they are of a group that is no more."""
        self._cursor = max(self._cursor, seq)
        self._wake.set()

    def note_released(self) -> None:
        """Look for entries that may be sent."""
        self._wake.set()

    def _take(self) -> str | None:
        if self.reason is not None:
            return None  # whoever comes back is sent what is missing
        self._is_own = bool(self._queue) and self._marks[0] <= self._cursor
        if self._is_own:
            self._marks.popleft()
            return super()._take()
        if self._entries is None or self._cursor >= self._entries.released_seq:
            return None
        frame = self._entries.frame_after(self._cursor)
        if frame is None:
            self.give_up()  # it fell behind what is held
            return None
        self._cursor += 1
        return frame

    def _note_written(self, data: str) -> None:
        if self._is_own:
            super()._note_written(data)
