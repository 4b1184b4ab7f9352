"""The entries that are held for those who come back."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from folkmoot.domain.group import Entry
from folkmoot.groups.frames import encode_entry
from folkmoot.groups.limits import (
    MAX_BACKLOG_BYTES,
    MAX_BACKLOG_ENTRIES,
    MAX_BACKLOG_MS,
)


@dataclass(frozen=True, slots=True)
class _Held:
    """An entry as it is sent: spelled once for everybody."""

    frame: str
    size: int
    arrived_ms: int


class Backlog:
    """A stretch of the order without gaps, the last entry at its end."""

    def __init__(self, last_seq: int, entries: Iterable[Entry], now_ms: int) -> None:
        """Hold what was kept; it counts as if it had arrived now.

        Args:
            last_seq: of the last entry, held or not.
        """
        self.last_seq = last_seq
        self.max_bytes = MAX_BACKLOG_BYTES
        self._held: deque[_Held] = deque()
        self._bytes = 0
        for entry in entries:
            self._hold(entry, now_ms)

    @property
    def size_bytes(self) -> int:
        """Of all messages that are held."""
        return self._bytes

    @property
    def oldest_seq(self) -> int:
        """Of the first entry that is held; one more than `last_seq` when none is."""
        return self.last_seq + 1 - len(self._held)

    def append(self, entry: Entry, now_ms: int) -> None:
        """Hold the next entry, and as few of the oldest less as the bounds allow."""
        self.last_seq = entry.seq
        self._hold(entry, now_ms)
        # The newest one stays, whatever its size: nobody has it yet.
        while len(self._held) > 1 and (
            len(self._held) > MAX_BACKLOG_ENTRIES or self._bytes > self.max_bytes
        ):
            self._drop_oldest()

    def restart(self) -> int:
        """Let go of everything, and leave out a number: nobody takes what follows for a sequel."""
        self._held.clear()
        self._bytes = 0
        self.last_seq += 1
        return self.last_seq

    def trim(self, now_ms: int) -> bool:
        """Let go of what is too old; returns whether there was any."""
        before = len(self._held)
        while self._held and self._held[0].arrived_ms + MAX_BACKLOG_MS <= now_ms:
            self._drop_oldest()
        return len(self._held) < before

    def frame_after(self, seq: int) -> str | None:
        """The entry after `seq`, spelled; None when it is not held, or there is none."""
        place = seq + 1 - self.oldest_seq
        return self._held[place].frame if 0 <= place < len(self._held) else None

    def _hold(self, entry: Entry, now_ms: int) -> None:
        self._held.append(_Held(encode_entry(entry), len(entry.message), now_ms))
        self._bytes += len(entry.message)

    def _drop_oldest(self) -> None:
        self._bytes -= self._held.popleft().size
