"""Acknowledgements, bundled: n of them cost everybody one frame."""

from folkmoot.groups.frames import encode_acks
from folkmoot.groups.limits import ACKS_FIRST_MS, ACKS_MS

MAX_IDENTITIES = 500
"""Security limit: acknowledgements of one epoch that are held; the oldest make room."""


class Acks:
    """What was acknowledged in the last epochs: the last word of each identity."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._bodies: dict[int, dict[str, bytes]] = {}
        self._fresh: dict[int, dict[str, bytes]] = {}
        self._due_ms: int | None = None
        self._earliest_ms = 0
        self.last_ms: int | None = None
        """When the last one came."""

    def take(self, epoch: int, identity: str, body: bytes, now_ms: int) -> None:
        """Hold one for the next bundle."""
        self.last_ms = now_ms
        for held in (self._bodies, self._fresh):
            for older in held.values():
                older.pop(identity, None)
            bodies = held.setdefault(epoch, {})
            if len(bodies) >= MAX_IDENTITIES:
                del bodies[next(iter(bodies))]
            bodies[identity] = body
        if self._due_ms is None:
            self._due_ms = max(now_ms + ACKS_FIRST_MS, self._earliest_ms)

    def take_bundles(self, now_ms: int) -> list[str]:
        """The bundles that are due, spelled, one for each epoch."""
        if self._due_ms is None or now_ms < self._due_ms:
            return []
        self._due_ms = None
        self._earliest_ms = now_ms + ACKS_MS
        fresh, self._fresh = self._fresh, {}
        return [encode_acks(epoch, list(bodies.values())) for epoch, bodies in fresh.items()]

    def bundle_of(self, epoch: int) -> str | None:
        """Everything that was acknowledged in an epoch, spelled."""
        bodies = self._bodies.get(epoch)
        return encode_acks(epoch, list(bodies.values())) if bodies else None

    def forget_before(self, epoch: int) -> None:
        """Forget epochs that are over."""
        for held in (self._bodies, self._fresh):
            for old in [each for each in held if each < epoch]:
                del held[old]
