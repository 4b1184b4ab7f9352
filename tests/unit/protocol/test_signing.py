"""Public keys that sign for anything, or have two spellings, are nobody's."""

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.protocol.signing import is_signed, is_sound_key

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """Edwards addition (RFC 8032 section 5.1.4, affine)."""
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y3 = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x3, y3


def times(factor: int, point: Point) -> Point:
    result = (0, 1)
    for _ in range(factor):
        result = add(result, point)
    return result


def decompress(y: int, sign: int) -> Point | None:
    """RFC 8032 section 5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return (P - x if x % 2 != sign else x) % P, y


def small_order_points() -> set[Point]:
    """All eight, found without the list: a random point times the large prime order."""
    order = 2**252 + 27742317777372353535851937790883648493
    found: set[Point] = set()
    y = 2
    while len(found) < 8:
        y += 1
        point = decompress(y, 0)
        if point is not None:
            found.add(multiply(order, point))
            found |= {add(a, b) for a in found for b in found}
    return found


def multiply(factor: int, point: Point) -> Point:
    result = (0, 1)
    while factor:
        if factor & 1:
            result = add(result, point)
        point, factor = add(point, point), factor >> 1
    return result


def test_each_of_the_eight_points_of_small_order_is_refused_in_every_spelling() -> None:
    points = small_order_points()
    assert len(points) == 8
    assert all(times(8, point) == (0, 1) for point in points)
    for x, y in points:
        spellings = [y + sign * 2**255 for sign in {x % 2, x % 2 if x else 1}]
        if y < 19:
            spellings += [y + P + sign * 2**255 for sign in (0, 1)]
        for spelling in spellings:
            assert not is_sound_key(spelling.to_bytes(32, "little")), hex(spelling)


@pytest.mark.parametrize("y", [*range(P, 2**255), P + 2**255, 2**256 - 1])
def test_a_key_has_one_spelling(y: int) -> None:
    assert not is_sound_key(y.to_bytes(32, "little"))


def test_the_keys_of_devices_are_sound_and_sign() -> None:
    for _ in range(50):
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        assert is_sound_key(public)
        assert is_signed(public, b"text", key.sign(b"text"))
        assert not is_signed(public, b"test", key.sign(b"text"))
        assert not is_signed(public, b"text", os.urandom(64))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), b"\2" + bytes(31)])
def test_what_is_no_key_signs_nothing(key: bytes) -> None:
    assert not is_signed(key, b"text", bytes(64))


def test_a_signature_has_one_spelling() -> None:
    """S + L is the same number to a careless verifier: the nonce would not be all that differs."""
    order = 2**252 + 27742317777372353535851937790883648493
    key = Ed25519PrivateKey.generate()
    signature = key.sign(b"text")
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(
        32, "little"
    )
    assert not is_signed(key.public_key().public_bytes_raw(), b"text", other)
