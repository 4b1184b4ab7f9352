"""Whether the server can take people now."""

from collections.abc import Awaitable, Callable


class Readiness:
    """Named checks; each answers whether its part works. None of them raises."""

    def __init__(self, checks: dict[str, Callable[[], Awaitable[bool]]]) -> None:
        """Take the checks by the word that is shown when one fails."""
        self._checks = checks
        self.is_draining = False

    async def failures(self) -> list[str]:
        """Reasons not to send people here, as single words; empty when ready."""
        failed = [word for word, check in self._checks.items() if not await check()]
        return ["draining", *failed] if self.is_draining else failed
