"""Links that are cut or padded are no links, and what was sealed opens only where it belongs."""

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from folkmoot.protocol.derivation import derive_meeting
from folkmoot.protocol.encoding import from_base64url, statement, to_base64url
from folkmoot.protocol.link import Link, LinkError, parse_fragment
from folkmoot.protocol.sealing import MEETING_SIZES, NAME_SIZES, SealError, open_sealed, seal

SECRET, HOST = "A" * 43, "B" * 21 + "A"
KEY = bytes(range(32))


def test_a_link_with_a_second_server_is_read() -> None:
    second = to_base64url(b"https://other.example")
    assert parse_fragment(f"#v1.{SECRET}.{HOST}.~{second}") == parse_fragment(f"v1.{SECRET}.{HOST}")


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "v1",
        f"v1.{SECRET}",
        f"v1.{SECRET}.{HOST[:-1]}",
        f"v1.{SECRET}.{HOST}A",
        f"v1.{SECRET[:-1]}.{HOST}",
        f"v1.{SECRET}=.{HOST}",
        f"v1.{SECRET[:-1]}B.{HOST}",  # bits left over
        f"v1.{SECRET}.{HOST[:-1]}B",
        f"v2.{SECRET}.{HOST}",
        f"V1.{SECRET}.{HOST}",
        f" v1.{SECRET}.{HOST}",
        f"v1.{SECRET}.{HOST}\n",
        f"v1.{SECRET}.{HOST}.q",
        f"v1.{SECRET}.{HOST}.~",
        f"v1.{'Ä' * 43}.{HOST}",
        f"##v1.{SECRET}.{HOST}",
    ],
)
def test_a_link_that_is_not_whole_is_said_to_be_so(fragment: str) -> None:
    with pytest.raises(LinkError, match="not a whole meeting link"):
        parse_fragment(fragment)


def test_a_link_that_needs_a_passcode_is_said_to_need_one() -> None:
    with pytest.raises(LinkError, match="passcode"):
        parse_fragment(f"v1.{SECRET}.{HOST}.p")


def test_a_secret_is_not_shown_by_accident() -> None:
    link = Link(os.urandom(32), os.urandom(16))
    assert to_base64url(link.secret) not in repr(link) + str(link)
    keys = derive_meeting(link.secret)
    for secret in (keys.locator, keys.meta, keys.tag, keys.mix):
        assert repr(secret) not in repr(keys)


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "AA=", "+/", "A A", "AAA\n", "ä", "\ud800"])
def test_bytes_have_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_base64url(text)


def test_what_is_signed_cannot_be_read_two_ways() -> None:
    """Moving a byte from one field to the next makes another statement."""
    assert statement("x", b"ab", b"c") != statement("x", b"a", b"bc")
    assert statement("x", b"") != statement("x")
    with pytest.raises(OverflowError):
        statement("x", bytes(65_536))


@pytest.mark.parametrize(
    ("length", "size"),
    [(0, 512), (480, 512), (481, 2048), (2016, 2048), (2017, 8192), (8160, 8192)],
)
def test_sizes_say_little(length: int, size: int) -> None:
    assert len(seal(KEY, b"x" * length, b"", MEETING_SIZES)) == size


def test_what_is_too_long_is_not_sealed() -> None:
    with pytest.raises(SealError, match="more than can be sealed"):
        seal(KEY, bytes(8161), b"", MEETING_SIZES)


def test_a_name_cannot_be_put_on_somebody_else() -> None:
    sealed = seal(KEY, b"Ana", b"for ana", NAME_SIZES)
    for key, aad in ((KEY, b"for bob"), (bytes(32), b"for ana")):
        with pytest.raises(SealError, match="not sealed with this key for this place"):
            open_sealed(key, sealed, aad, NAME_SIZES)
    with pytest.raises(SealError, match="size"):
        open_sealed(KEY, sealed + b"x", b"for ana", NAME_SIZES)


@pytest.mark.parametrize("spoilt", [b"\xff\xff\xff\xff", b"\0\0\0\1ab", b"\0\0\0\0\0x"])
def test_padding_that_hides_something_is_refused(spoilt: bytes) -> None:
    nonce = bytes(12)
    sealed = nonce + AESGCM(KEY).encrypt(nonce, spoilt.ljust(320 - 28, b"\0"), b"")
    with pytest.raises(SealError, match="padding"):
        open_sealed(KEY, sealed, b"", NAME_SIZES)
