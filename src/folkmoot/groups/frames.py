"""Frames, as `protocol/group.md` has them."""

import json
from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, TypeAdapter, ValidationError
from pydantic.types import StringConstraints

from folkmoot.domain.group import HEAD_BYTES, NO_HEAD, Entry, Group
from folkmoot.groups.limits import MAX_TOKEN_CHARS
from folkmoot.protocol.encoding import from_base64url, to_base64url

_MAX_NUMBER: Final = 2**53 - 1
_STRICT: Final = ConfigDict(strict=True, frozen=True, extra="ignore")


def _spelled(length: int | None = None) -> Callable[[object], bytes]:
    def read(value: object) -> bytes:
        if not isinstance(value, str):
            raise ValueError("not a text")  # noqa: TRY004  # pydantic reports ValueErrors
        return from_base64url(value, length)

    return read


Blob = Annotated[bytes, PlainValidator(_spelled())]
Head = Annotated[bytes, PlainValidator(_spelled(HEAD_BYTES))]
Number = Annotated[int, Field(ge=0, le=_MAX_NUMBER)]


class _Frame(BaseModel):
    model_config = _STRICT


class _Request(_Frame):
    ref: Number


class Hello(_Frame):
    """The first frame."""

    frame: Literal["hello"]
    token: Annotated[str, StringConstraints(max_length=MAX_TOKEN_CHARS)]
    after: Number | None = None


class Create(_Request):
    """Make the group."""

    frame: Literal["create"]
    group_id: Blob
    group_info: Blob
    act_head: Head = NO_HEAD
    host_signature: Blob | None = None
    needs_host: bool = True
    replaces: Number | None = None


class AskTurn(_Request):
    """Ask for a join turn."""

    frame: Literal["turn"]


class Commit(_Request):
    """The next epoch."""

    frame: Literal["commit"]
    message: Blob
    group_info: Blob
    act_head: Head
    host_signature: Blob | None = None
    needs_host: bool = True


class ReplaceInfo(_Request):
    """Replace the GroupInfo."""

    frame: Literal["group_info"]
    group_info: Blob


class Say(_Request):
    """Send a message."""

    frame: Literal["message"]
    message: Blob


class Ack(_Frame):
    """A signed acknowledgement."""

    frame: Literal["ack"]
    epoch: Number
    body: Blob


class Ping(_Frame):
    """Still there."""

    frame: Literal["ping"]


Request = Create | AskTurn | Commit | ReplaceInfo | Say
_Any = Annotated[Request | Ack | Ping, Field(discriminator="frame")]
_FRAMES: Final[TypeAdapter[Request | Ack | Ping]] = TypeAdapter(_Any)


def parse_frame(text: str) -> Request | Ack | Ping | int | None:
    """Read a frame of somebody who was let in.

    Returns:
        The frame; for one of the wrong shape its `ref`, so that it can be answered; None when it
        has not even that.
    """
    try:
        return _FRAMES.validate_json(text, strict=True)
    except ValidationError:
        pass
    try:
        return _Request.model_validate_json(text).ref
    except ValidationError:
        return None


def parse_hello(text: str) -> Hello | None:
    """Read the first frame; None when it is another."""
    try:
        return Hello.model_validate_json(text)
    except ValidationError:
        return None


def encode_welcome(seq: int, group: Group | None, act_head: bytes) -> str:
    """Spell `welcome`."""
    return _encode("welcome", seq=seq, group=_place(group), act_head=to_base64url(act_head))


def encode_gap(seq: int) -> str:
    """Spell `gap`."""
    return _encode("gap", seq=seq)


def encode_entry(entry: Entry) -> str:
    """Spell `entry`."""
    return _encode(
        "entry", seq=entry.seq, type=entry.kind.value, message=to_base64url(entry.message)
    )


def encode_done(ref: int, seq: int | None) -> str:
    """Spell `done`."""
    return _encode("done", ref=ref, seq=seq)


def encode_refused(
    ref: int, why: str, group: Group | None, act_head: bytes, retry_after_ms: int | None
) -> str:
    """Spell `refused`."""
    more = {} if retry_after_ms is None else {"retry_after_ms": retry_after_ms}
    head = to_base64url(act_head)
    return _encode("refused", ref=ref, why=why, group=_place(group), act_head=head, **more)


def encode_turn(ref: int, group: Group, ms: int) -> str:
    """Spell `turn`."""
    info, head = to_base64url(group.group_info), to_base64url(group.act_head)
    return _encode("turn", ref=ref, group_info=info, act_head=head, ms=ms)


def encode_wanted(epoch: int) -> str:
    """Spell `wanted`."""
    return _encode("wanted", epoch=epoch)


def encode_acks(epoch: int, bodies: list[bytes]) -> str:
    """Spell `acks`."""
    return _encode("acks", epoch=epoch, bodies=[to_base64url(body) for body in bodies])


def encode_token(token: str) -> str:
    """Spell `token`."""
    return _encode("token", token=token)


def encode_drain(at_ms: int, signature: bytes) -> str:
    """Spell `drain`."""
    return _encode("drain", at_ms=at_ms, signature=to_base64url(signature))


def encode_pong() -> str:
    """Spell `pong`."""
    return _encode("pong")


def _place(group: Group | None) -> dict[str, object] | None:
    if group is None:
        return None
    return {
        "group_id": to_base64url(group.group_id),
        "epoch": group.epoch,
        "act_head": to_base64url(group.act_head),
    }


def _encode(frame: str, **fields: object) -> str:
    return json.dumps({"frame": frame, **fields}, separators=(",", ":"))
