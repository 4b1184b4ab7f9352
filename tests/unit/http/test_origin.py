"""Which pages may connect, by their whole origin."""

import pytest

from folkmoot.http.origin import is_origin_allowed

ALLOWED = {"https://other.example"}


@pytest.mark.parametrize(
    ("origin", "scheme", "host"),
    [
        ("https://meet.example", "wss", "meet.example"),
        ("https://meet.example", "wss", "meet.example:443"),
        ("HTTPS://Meet.Example", "wss", "MEET.example"),
        ("http://localhost:7880", "ws", "localhost:7880"),
        ("http://meet.example", "ws", "meet.example:80"),
        ("https://other.example", "ws", "meet.example"),
    ],
)
def test_own_and_listed_origins_are_let_in(origin: str, scheme: str, host: str) -> None:
    assert is_origin_allowed(origin, scheme, host, ALLOWED)


@pytest.mark.parametrize(
    ("origin", "scheme", "host"),
    [
        ("http://meet.example", "wss", "meet.example"),
        ("https://meet.example:8443", "wss", "meet.example"),
        ("https://meet.example.evil.example", "wss", "meet.example"),
        ("https://evil-meet.example", "wss", "meet.example"),
        ("https://sub.meet.example", "wss", "meet.example"),
        ("https://sub.other.example", "wss", "meet.example"),
        ("null", "wss", "null"),
        ("", "wss", ""),
        ("https://", "wss", ""),
        ("file://", "wss", "meet.example"),
    ],
)
def test_everything_else_stays_out(origin: str, scheme: str, host: str) -> None:
    assert not is_origin_allowed(origin, scheme, host, ALLOWED)
