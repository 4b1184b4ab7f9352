"""Why a request is refused, in the words of `protocol/group.md`."""

from enum import StrEnum


class Why(StrEnum):
    """The reason of a `refused`."""

    EXISTS = "exists"
    NO_GROUP = "no_group"
    STALE = "stale"
    NOT_YOUR_TURN = "not_your_turn"
    TOO_SOON = "too_soon"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    ACT_HEAD = "act_head"
    SPOILT = "spoilt"


class RefusedError(Exception):
    """A request is refused and nothing changed."""

    def __init__(self, why: Why, retry_after_ms: int | None = None) -> None:
        """Take the reason, and for limits the time until which they hold."""
        super().__init__(why)
        self.why = why
        self.retry_after_ms = retry_after_ms


def refuse_soon(wait_ms: int) -> None:
    """Refuse what comes too soon.

    Raises:
        RefusedError: there is time to wait.
    """
    if wait_ms > 0:
        raise RefusedError(Why.TOO_SOON, wait_ms)
