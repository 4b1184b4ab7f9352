"""The bodies of requests about meetings, as `protocol/openapi.json` has them."""

from collections.abc import Callable
from typing import Annotated, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints

from folkmoot.domain.meeting import Meeting
from folkmoot.meetings.nonces import NONCE_BYTES
from folkmoot.protocol.derivation import LOCATOR_BYTES
from folkmoot.protocol.encoding import from_base64url, to_base64url
from folkmoot.protocol.sealing import NAME_SIZES
from folkmoot.protocol.signing import KEY_BYTES, SIGNATURE_BYTES

_STRICT: Final = ConfigDict(strict=True, frozen=True, extra="forbid")
_MAX_LIFETIME_S: Final = 2**32 - 1
"""It is signed as four bytes."""


def _spelled(length: int | None = None) -> Callable[[object], bytes]:
    def read(value: object) -> bytes:
        if not isinstance(value, str):
            raise ValueError("not a text")  # noqa: TRY004  # pydantic reports ValueErrors
        return from_base64url(value, length)

    return read


Blob = Annotated[bytes, PlainValidator(_spelled())]
Key = Annotated[bytes, PlainValidator(_spelled(KEY_BYTES))]
Locator = Annotated[bytes, PlainValidator(_spelled(LOCATOR_BYTES))]
Nonce = Annotated[bytes, PlainValidator(_spelled(NONCE_BYTES))]
SealedName = Annotated[bytes, PlainValidator(_spelled(NAME_SIZES[0]))]
Signature = Annotated[bytes, PlainValidator(_spelled(SIGNATURE_BYTES))]
OriginText = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[!-~]+\z")]


class CreationBody(BaseModel):
    """Make a meeting."""

    model_config = _STRICT

    origin: OriginText
    locator: Locator
    admission_key: Key
    host_key: Key
    sealed: Blob
    lifetime_s: Annotated[int, Field(ge=0, le=_MAX_LIFETIME_S)]
    admission_signature: Signature
    host_signature: Signature


class AdmissionBody(BaseModel):
    """Ask to be let in."""

    model_config = _STRICT

    origin: OriginText
    nonce: Nonce
    leaf_key: Key
    admission_signature: Signature
    leaf_signature: Signature
    sealed_name: SealedName | None = None


class Node(Protocol):
    """Who this server is, where it signs something."""

    @property
    def public(self) -> bytes:
        """Its Ed25519 public key."""

    @property
    def run(self) -> bytes:
        """Names this life of the process."""


def admission_answer(
    ticket: str, group_ticket: str, meeting: Meeting, node: Node
) -> dict[str, str | int]:
    """What somebody gets who was let in."""
    return {
        "ticket": ticket,
        "group_ticket": group_ticket,
        "sealed": to_base64url(meeting.sealed),
        "host_key": to_base64url(meeting.host_key),
        "expires_at_ms": meeting.expires_at_ms,
        "node_key": to_base64url(node.public),
        "node_run": to_base64url(node.run),
    }
