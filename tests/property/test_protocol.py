"""Whatever stands where a link or a sealed text should is read, or refused by its own error."""

from hypothesis import given
from hypothesis import strategies as st

from folkmoot.protocol.encoding import from_base64url, statement, to_base64url
from folkmoot.protocol.link import Link, LinkError, parse_fragment
from folkmoot.protocol.sealing import MEETING_SIZES, SealError, open_sealed, seal

BYTES_32 = st.binary(min_size=32, max_size=32)


@given(st.text(max_size=120) | st.from_regex(r"#?v1\.[\w-]{40,45}\.[\w-]{20,24}(\.p|\.~\w*)?"))
def test_any_text_is_a_link_or_is_not(text: str) -> None:
    try:
        link = parse_fragment(text)
    except LinkError:
        return
    assert text.removeprefix("#").startswith(link.fragment())


@given(BYTES_32, st.binary(min_size=16, max_size=16))
def test_a_link_is_read_as_it_was_written(secret: bytes, host: bytes) -> None:
    assert parse_fragment("#" + Link(secret, host).fragment()) == Link(secret, host)


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,50}", fullmatch=True))
def test_any_text_spells_bytes_once_or_not_at_all(text: str) -> None:
    try:
        data = from_base64url(text)
    except ValueError:
        return
    assert to_base64url(data) == text


@given(st.binary(max_size=200), st.integers(0, 200))
def test_a_length_is_exact(data: bytes, length: int) -> None:
    try:
        assert from_base64url(to_base64url(data), length) == data
    except ValueError:
        assert len(data) != length
    else:
        assert len(data) == length


@given(st.lists(st.binary(max_size=40), max_size=6), st.lists(st.binary(max_size=40), max_size=6))
def test_two_statements_are_the_same_only_if_their_fields_are(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (statement("label", *one) == statement("label", *other)) == (one == other)


@given(BYTES_32, st.binary(max_size=8160), st.binary(max_size=40))
def test_what_is_sealed_opens(key: bytes, text: bytes, aad: bytes) -> None:
    assert open_sealed(key, seal(key, text, aad, MEETING_SIZES), aad, MEETING_SIZES) == text


@given(BYTES_32, st.binary(max_size=600), st.integers(0, 511), st.integers(1, 255))
def test_a_changed_byte_opens_nothing(key: bytes, text: bytes, place: int, change: int) -> None:
    sealed = bytearray(seal(key, text, b"", MEETING_SIZES))
    sealed[place] ^= change
    try:
        open_sealed(key, bytes(sealed), b"", MEETING_SIZES)
    except SealError:
        return
    raise AssertionError("a changed text was opened")
