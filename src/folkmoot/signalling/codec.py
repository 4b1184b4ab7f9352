"""Bytes to `SignalRequest` and `SignalResponse` to bytes.

One binary WebSocket frame is one message. Decoding is total: any bytes give a request or a
`SignalError`.
"""

from typing import Final

from google.protobuf.message import DecodeError
from livekit.protocol import rtc

from folkmoot.signalling.errors import MalformedMessageError, UnknownMessageError

MAX_MESSAGE_BYTES: Final = 64 * 1024
"""Security limit: longest message taken."""


def decode_request(data: bytes) -> tuple[str, rtc.SignalRequest]:
    """Decode one message of a participant.

    Args:
        data: one binary frame.

    Returns:
        The kind of message (its field name in `SignalRequest`) and the message.

    Raises:
        MalformedMessageError: not a `SignalRequest`, or longer than `MAX_MESSAGE_BYTES`.
        UnknownMessageError: empty, or of an unknown kind.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise MalformedMessageError(f"a message has at most {MAX_MESSAGE_BYTES} bytes")
    request = rtc.SignalRequest()
    try:
        request.ParseFromString(data)
    except (DecodeError, ValueError, RecursionError):
        raise MalformedMessageError("this is not a livekit.SignalRequest") from None
    kind = request.WhichOneof("message")
    if kind is None:
        raise UnknownMessageError("this server does not know this kind of message")
    return kind, request


def encode_response(response: rtc.SignalResponse) -> bytes:
    """Encode one message to a participant."""
    return response.SerializeToString()
