"""A clock that stands still until it is told otherwise."""

from folkmoot.observe.clock import Instant


class FakeClock:
    """Both clocks, advanced by hand."""

    def __init__(self, wall_ms: int = 1_800_000_000_000) -> None:
        self._wall_ms = wall_ms
        self._steady_ms = 1_000

    def now(self) -> Instant:
        return Instant(self._wall_ms, self._steady_ms)

    def advance(self, seconds: float) -> None:
        self._wall_ms += int(seconds * 1000)
        self._steady_ms += int(seconds * 1000)
