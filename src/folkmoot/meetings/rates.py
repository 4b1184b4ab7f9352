"""How often one address may ask. Kept in memory only, and forgotten as soon as it can be."""

from collections import deque
from typing import Final

from folkmoot.meetings.errors import TooManyError
from folkmoot.observe.clock import Clock

MAX_ADDRESSES: Final = 65_536
"""Security limit: addresses that are counted at once. Beyond, the one that asked least recently is
forgotten: that costs a limit, while refusing newcomers would cost them the meeting."""


class MovingWindow:
    """At most so many in any stretch of so many seconds, for each address."""

    def __init__(
        self, limit: int, span_s: int, clock: Clock, max_addresses: int = MAX_ADDRESSES
    ) -> None:
        """Begin with nobody counted."""
        self._limit = limit
        self._span_ms = span_s * 1000
        self._clock = clock
        self._max_addresses = max_addresses
        self._asked: dict[str, deque[int]] = {}

    def take(self, address: str) -> None:
        """Count one.

        Raises:
            TooManyError: it is one too many; it is not counted.
        """
        now_ms = self._clock.now().steady_ms
        self._forget(now_ms)
        times = self._asked.get(address, deque())
        while times and times[0] <= now_ms - self._span_ms:
            times.popleft()
        if len(times) >= self._limit:
            wait_ms = times[0] + self._span_ms - now_ms
            raise TooManyError(-(-wait_ms // 1000))
        times.append(now_ms)
        # Last in the order of asking.
        self._asked.pop(address, None)
        self._asked[address] = times

    def _forget(self, now_ms: int) -> None:
        while self._asked:
            first = next(iter(self._asked))
            is_over = self._asked[first][-1] <= now_ms - self._span_ms
            if not is_over and len(self._asked) < self._max_addresses:
                return
            del self._asked[first]
