"""Whatever bytes arrive, decoding ends in a message or in a typed error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import rtc

from folkmoot.signalling.codec import MAX_MESSAGE_BYTES, decode_request
from folkmoot.signalling.errors import MalformedMessageError, SignalError

KINDS = [field.name for field in rtc.SignalRequest.DESCRIPTOR.fields]


@given(st.binary(max_size=4096))
def test_garbage_is_a_typed_error_or_a_message(data: bytes) -> None:
    try:
        kind, _ = decode_request(data)
    except SignalError:
        return
    assert kind in KINDS


@given(st.sampled_from(KINDS), st.binary(max_size=300), st.integers(0, 300))
def test_a_cut_or_spoiled_message_is_too(kind: str, noise: bytes, cut: int) -> None:
    request = rtc.SignalRequest()
    field = getattr(request, kind)
    if isinstance(field, int):
        setattr(request, kind, 7)
    else:
        field.SetInParent()
    data = request.SerializeToString() + noise
    for attempt in (data, data[:cut], noise + data):
        try:
            decode_request(attempt)
        except SignalError:
            continue


@given(st.integers(MAX_MESSAGE_BYTES + 1, MAX_MESSAGE_BYTES + 64))
def test_a_message_over_the_limit_is_refused_whole(size: int) -> None:
    with pytest.raises(MalformedMessageError, match="at most"):
        decode_request(b"\x00" * size)


def test_depth_does_not_exhaust_the_stack() -> None:
    # Unknown groups, each opened within the last: the deepest nesting that protobuf can spell.
    for data in (b"\xfb\x07" * 10_000, b"\x0b" * 20_000):
        with pytest.raises(MalformedMessageError):
            decode_request(data)
