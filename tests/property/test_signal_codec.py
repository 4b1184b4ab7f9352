"""Whatever bytes arrive, decoding ends in a message or in a typed error."""

from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import rtc

from folkmoot.signalling.codec import MAX_MESSAGE_BYTES, decode_request
from folkmoot.signalling.errors import SignalError

KINDS = [field.name for field in rtc.SignalRequest.DESCRIPTOR.fields]


@given(st.binary(max_size=4096))
def test_garbage_is_a_typed_error_or_a_message(data: bytes) -> None:
    try:
        kind, _ = decode_request(data)
    except SignalError as error:
        assert str(error)
    else:
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
    try:
        decode_request(b"\x00" * size)
    except SignalError as error:
        assert "at most" in str(error)
    else:
        raise AssertionError("it was taken")


def test_depth_does_not_exhaust_the_stack() -> None:
    # Unknown groups, each opened within the last: the deepest nesting that protobuf can spell.
    for data in (b"\xfb\x07" * 10_000, b"\x0b" * 20_000):
        try:
            decode_request(data)
        except SignalError:
            continue
        raise AssertionError("unbalanced groups were taken")
