"""Nonces and limits: what they hold in memory has a bound, and is forgotten in time."""

import os

import pytest

from folkmoot.meetings.errors import TooManyError
from folkmoot.meetings.nonces import NONCE_BYTES, Nonces
from folkmoot.meetings.rates import MovingWindow
from tests.fakes.clock import FakeClock

LOCATOR, OTHER = bytes(16), b"\1" * 16


def test_a_nonce_is_good_for_half_a_minute() -> None:
    clock = FakeClock()
    nonces = Nonces(clock)
    nonce = nonces.issue(LOCATOR)
    assert len(nonce) == NONCE_BYTES
    clock.advance(29.999)
    assert nonces.is_good(LOCATOR, nonce)
    assert not nonces.is_good(OTHER, nonce)
    clock.advance(0.001)
    assert not nonces.is_good(LOCATOR, nonce)


def test_a_nonce_is_good_until_it_is_used_and_stays_bad() -> None:
    clock = FakeClock()
    nonces = Nonces(clock)
    nonce = nonces.issue(LOCATOR)
    clock.advance(29)
    nonces.use(nonce)
    for _ in range(70):
        assert not nonces.is_good(LOCATOR, nonce)
        clock.advance(1)
        nonces.use(nonces.issue(OTHER))


def test_no_two_nonces_are_alike_and_no_key_is_shared() -> None:
    clock = FakeClock()
    nonces = Nonces(clock)
    assert len({nonces.issue(LOCATOR) for _ in range(1000)}) == 1000
    assert not Nonces(clock).is_good(LOCATOR, nonces.issue(LOCATOR))


@pytest.mark.parametrize("length", [0, 1, 15, 16, 31, 33])
def test_a_nonce_of_another_length_is_none(length: int) -> None:
    assert not Nonces(FakeClock()).is_good(LOCATOR, os.urandom(length))


def test_used_nonces_are_forgotten_when_nobody_could_use_them_any_more() -> None:
    clock = FakeClock()
    nonces = Nonces(clock, max_used=3)
    for _ in range(3):
        nonces.use(nonces.issue(LOCATOR))
    with pytest.raises(TooManyError):
        nonces.use(nonces.issue(LOCATOR))
    clock.advance(30)
    nonces.use(nonces.issue(LOCATOR))


def test_a_window_moves() -> None:
    clock = FakeClock()
    window = MovingWindow(2, 60, clock)
    window.take("a")
    clock.advance(30)
    window.take("a")
    window.take("b")
    with pytest.raises(TooManyError) as caught:
        window.take("a")
    assert caught.value.retry_after_s == 30
    clock.advance(29.5)
    with pytest.raises(TooManyError) as caught:
        window.take("a")
    assert caught.value.retry_after_s == 1
    clock.advance(0.5)
    window.take("a")
    with pytest.raises(TooManyError):
        window.take("a")


def test_refused_requests_do_not_prolong_the_wait() -> None:
    clock = FakeClock()
    window = MovingWindow(1, 60, clock)
    window.take("a")
    for _ in range(59):
        clock.advance(1)
        with pytest.raises(TooManyError):
            window.take("a")
    clock.advance(1)
    window.take("a")


def test_a_crowd_of_addresses_takes_no_more_than_its_share_of_memory() -> None:
    clock = FakeClock()
    window = MovingWindow(1, 60, clock, max_addresses=100)
    for number in range(1000):
        window.take(str(number))
    assert len(window._asked) == 100
    with pytest.raises(TooManyError):
        window.take("999")
    clock.advance(60)
    window.take("new")
    assert list(window._asked) == ["new"]
