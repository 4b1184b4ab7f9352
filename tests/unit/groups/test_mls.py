"""The header of an MLS message says whose it is, and a bad one says nothing."""

import pytest

from folkmoot.groups.mls import Header, WireFormat, read_header
from tests.fakes.mls import commit_message, group_info, mls_message, private_message, vector

GROUP = b"g" * 32
PUBLIC, PRIVATE, INFO = WireFormat.PUBLIC_MESSAGE, WireFormat.PRIVATE_MESSAGE, WireFormat.GROUP_INFO


@pytest.mark.parametrize("kind", list(WireFormat))
@pytest.mark.parametrize("size", [1, 63, 64, 255])
@pytest.mark.parametrize("epoch", [0, 7, 2**53 - 1])
def test_group_and_epoch_are_read(kind: WireFormat, size: int, epoch: int) -> None:
    message = mls_message(kind, b"i" * size, epoch)
    assert read_header(message, kind) == Header(b"i" * size, epoch)


def test_what_follows_the_header_is_not_looked_at() -> None:
    assert read_header(commit_message(GROUP, 3, b"\xff" * 9), PUBLIC) == Header(GROUP, 3)
    assert read_header(commit_message(GROUP, 3)[:-8], PUBLIC) == Header(GROUP, 3)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b"", PUBLIC),
        (commit_message(GROUP, 0), PRIVATE),
        (private_message(GROUP, 0), PUBLIC),
        (group_info(GROUP, 0), PUBLIC),
        (b"\x00\x02" + commit_message(GROUP, 0)[2:], PUBLIC),
        (b"\x00\x01\x00\x03" + commit_message(GROUP, 0)[4:], PUBLIC),
        (b"\x00\x01\x00\x04\x00\x02" + group_info(GROUP, 0)[6:], INFO),
        (commit_message(b"", 0), PUBLIC),
        (commit_message(b"g" * 256, 0), PUBLIC),
        (commit_message(GROUP, 2**53), PUBLIC),
        (commit_message(GROUP, 2**64 - 1), PUBLIC),
        # Lengths that are spelled longer than they need to be, and the one that RFC 9420 forbids.
        (b"\x00\x01\x00\x01\x40\x20" + GROUP + bytes(8), PUBLIC),
        (b"\x00\x01\x00\x01\x80\x00\x00\x20" + GROUP + bytes(8), PUBLIC),
        (b"\x00\x01\x00\x01\xc0" + bytes(7) + GROUP + bytes(8), PUBLIC),
    ],
)
def test_anything_else_is_no_header(message: bytes, kind: WireFormat) -> None:
    assert read_header(message, kind) is None


@pytest.mark.parametrize("kind", list(WireFormat))
def test_a_message_that_is_cut_anywhere_in_its_header_is_none(kind: WireFormat) -> None:
    whole = mls_message(kind, b"g" * 70, 1, b"r")[:-1]
    assert read_header(whole, kind) is not None
    for length in range(len(whole)):
        assert read_header(whole[:length], kind) is None


def test_the_vectors_of_the_tests_are_those_of_the_standard() -> None:
    """RFC 9420 section 2.1.2 gives these as examples, by way of RFC 9000 appendix A.1."""
    assert vector(b"x" * 37)[:1].hex() == "25"
    assert vector(b"x" * 15293)[:2].hex() == "7bbd"
