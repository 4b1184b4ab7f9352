"""Nonces: good for one locator, once, within half a minute.

A nonce carries its own proof, so that nothing is kept of those that strangers ask for. What is kept
is which ones were used, by people who have the link.

    nonce (32 bytes) = time of issue in ms (6) ‖ random (10) ‖ HMAC-SHA256(key, locator ‖ both) (16)
"""

import hashlib
import hmac
import secrets
from typing import Final

from folkmoot.meetings.errors import TooManyError
from folkmoot.observe.clock import Clock

NONCE_BYTES: Final = 32
LIFETIME_MS: Final = 30_000
MAX_USED: Final = 65_536
"""Security limit: nonces used within their lifetime, by everybody together."""

_TIME_BYTES: Final = 6
_RANDOM_BYTES: Final = 10
_PROOF_BYTES: Final = 16


class Nonces:
    """Issues nonces and takes each once. They end with the process: its key does."""

    def __init__(self, clock: Clock, max_used: int = MAX_USED) -> None:
        """Begin with a fresh key."""
        self._clock = clock
        self._max_used = max_used
        self._key = secrets.token_bytes(32)
        self._used: dict[bytes, int] = {}

    def issue(self, locator: bytes) -> bytes:
        """Make a nonce for a locator, whether there is such a meeting or not."""
        issued = self._now_ms().to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
        return issued + self._prove(locator, issued)

    def is_good(self, locator: bytes, nonce: bytes) -> bool:
        """Whether a nonce was issued for this locator, is fresh, and was not used."""
        issued, proof = nonce[:-_PROOF_BYTES], nonce[-_PROOF_BYTES:]
        is_ours = hmac.compare_digest(proof, self._prove(locator, issued))
        age_ms = self._now_ms() - int.from_bytes(issued[:_TIME_BYTES], "big")
        return is_ours and 0 <= age_ms < LIFETIME_MS and nonce not in self._used

    def use(self, nonce: bytes) -> None:
        """Note that a good nonce is used.

        Only for people who proved that they have the link: strangers must not fill the memory.

        Raises:
            TooManyError: too many were used just now.
        """
        now_ms = self._now_ms()
        # In the order of use, so the first one is the first to be forgotten.
        while self._used and next(iter(self._used.values())) <= now_ms - LIFETIME_MS:
            del self._used[next(iter(self._used))]
        if len(self._used) >= self._max_used:
            raise TooManyError(LIFETIME_MS // 1000)
        self._used[nonce] = now_ms

    def _prove(self, locator: bytes, issued: bytes) -> bytes:
        return hmac.digest(self._key, locator + issued, hashlib.sha256)[:_PROOF_BYTES]

    def _now_ms(self) -> int:
        return self._clock.now().steady_ms
