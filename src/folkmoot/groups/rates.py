"""How much one identity may ask, and how fast."""

from typing import Final

from folkmoot.groups.limits import COMMIT_MS


class Bucket:
    """So many a second, and so many at once after a pause."""

    __slots__ = ("_burst", "_full_at_ms", "_step_ms")

    def __init__(self, per_s: int, burst: int) -> None:
        """Begin full."""
        self._step_ms = 1000 // per_s
        self._burst = burst
        self._full_at_ms = 0

    def take(self, now_ms: int) -> int:
        """Take one; returns 0, or how many milliseconds it is too soon."""
        full_at = max(self._full_at_ms, now_ms)
        wait_ms = full_at - now_ms - (self._burst - 1) * self._step_ms
        if wait_ms > 0:
            return wait_ms
        self._full_at_ms = full_at + self._step_ms
        return 0

    def is_full(self, now_ms: int) -> bool:
        """Whether it remembers nothing."""
        return self._full_at_ms <= now_ms


class Conduct:
    """What one identity did of late."""

    __slots__ = ("_committed_ms", "acks", "infos", "messages", "requests")

    def __init__(self) -> None:
        """Begin with nothing done."""
        self.messages: Final = Bucket(20, 40)
        self.requests: Final = Bucket(5, 20)
        self.infos: Final = Bucket(1, 1)
        self.acks: Final = Bucket(5, 20)
        self._committed_ms: dict[bool, int] = {}

    def commit_wait_ms(self, now_ms: int, *, in_turn: bool) -> int:
        """How many milliseconds a commit would be too soon."""
        last_ms = self._committed_ms.get(in_turn)
        return 0 if last_ms is None else max(0, last_ms + COMMIT_MS - now_ms)

    def note_commit(self, now_ms: int, *, in_turn: bool) -> None:
        """Remember a commit."""
        self._committed_ms[in_turn] = now_ms

    def is_over(self, now_ms: int) -> bool:
        """Whether nothing of it matters any more."""
        buckets = (self.messages, self.requests, self.infos, self.acks)
        return all(bucket.is_full(now_ms) for bucket in buckets) and all(
            last_ms + COMMIT_MS <= now_ms for last_ms in self._committed_ms.values()
        )
