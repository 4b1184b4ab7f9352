"""The key with which this node signs what it says of itself."""

import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.protocol.statements import drain_statement

RUN_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class SignedDrain:
    """The node's word that it stops.

    Attributes:
        at_ms: milliseconds since 1970.
    """

    at_ms: int
    signature: bytes


class NodeKey:
    """An Ed25519 key of one node, in one life of its process."""

    def __init__(self, seed: bytes, run: bytes | None = None) -> None:
        """Take the seed.

        Args:
            seed: 32 bytes (RFC 8032 section 5.1.5).
            run: names this life of the process; random when it is not given.
        """
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.run = secrets.token_bytes(RUN_BYTES) if run is None else run

    def sign_drain(self, at_ms: int) -> SignedDrain:
        """Sign that the node stops."""
        statement = drain_statement(self.public, self.run, at_ms)
        return SignedDrain(at_ms, self._key.sign(statement))
