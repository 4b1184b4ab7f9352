"""A meeting, as far as the server knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meeting:
    """Everything that is kept of a meeting.

    Attributes:
        locator: 16 bytes that say nothing about the meeting.
        admission_key: Ed25519 public key that everybody with the link can sign for.
        host_key: Ed25519 public key of whoever made it.
        sealed: title and the like, sealed by the host's device for the people with the link.
        expires_at_ms: when it is deleted.
        chain_head: head of the sealed chain of host acts; none yet when it is None.
    """

    locator: bytes
    admission_key: bytes
    host_key: bytes
    sealed: bytes
    expires_at_ms: int
    chain_head: bytes | None = None

    def __repr__(self) -> str:
        """Keep the locator out of logs."""
        return "Meeting(…)"
