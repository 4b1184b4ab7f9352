"""Which pages may connect, by their whole origin."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from folkmoot.http.gate import Gate
from folkmoot.http.own_origins import own_origins

OTHER = "https://other.example"
OWN = own_origins("https", "meet.example", 443, [OTHER])


def is_foreign(origin: str | None, host: str = "meet.example") -> bool:
    nobody: Any = None
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    scope = {"type": "http", "scheme": "https", "headers": headers}
    return Gate(nobody, OWN, [OTHER]).is_foreign(HTTPConnection(scope))


@pytest.mark.parametrize("origin", [None, "https://meet.example", "HTTPS://Meet.Example", OTHER])
@pytest.mark.parametrize("host", ["meet.example", "meet.example:443", "10.0.0.7:7880", ""])
def test_own_and_listed_origins_are_let_in(origin: str | None, host: str) -> None:
    assert not is_foreign(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        "http://meet.example",
        "https://meet.example:8443",
        "https://meet.example.evil.example",
        "https://evil-meet.example",
        "https://sub.meet.example",
        "https://sub.other.example",
        "https://",
        "file://",
        "null",
        "",
    ],
)
def test_everything_else_stays_out(origin: str) -> None:
    assert is_foreign(origin)
    assert is_foreign(origin, origin.partition("://")[2] or "null")
