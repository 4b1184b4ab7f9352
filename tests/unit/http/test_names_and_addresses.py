"""Which names the server goes by, and by which address somebody is counted."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from folkmoot.http.caller import address_of
from folkmoot.http.own_origins import OwnOrigins, origins_at, own_origins


def test_a_server_on_this_machine_goes_by_every_loopback_name() -> None:
    origins = own_origins("http", "127.0.0.1", 7880, [])
    assert origins.origins == {
        "http://localhost:7880",
        "http://127.0.0.1:7880",
        "http://[::1]:7880",
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost", "::1"])
def test_so_does_one_that_listens_everywhere(host: str) -> None:
    origins = own_origins("https", host, 443, [])
    assert {"https://localhost", "https://127.0.0.1", "https://[::1]"} <= origins.origins
    assert "https://localhost:443" not in origins


def test_a_server_elsewhere_goes_by_its_name_and_what_it_was_told() -> None:
    origins = own_origins("http", "Meet.Example", 80, ["https://Meet.Example.org/"])
    assert origins.origins == {"http://meet.example", "https://meet.example.org"}
    assert "http://localhost" not in origins


def test_more_names_can_be_added() -> None:
    origins = OwnOrigins(frozenset({"https://a.example"}))
    more = origins.extended(origins_at("https", ["b.example", "2001:db8::1"], 8443))
    assert more.origins == {
        "https://a.example",
        "https://b.example:8443",
        "https://[2001:db8::1]:8443",
    }


def caller(host: str | None) -> HTTPConnection:
    client: Any = None if host is None else (host, 1234)
    return HTTPConnection({"type": "http", "client": client, "headers": []})


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
        (None, ""),
    ],
)
def test_who_has_a_network_of_addresses_is_counted_once(host: str | None, counted: str) -> None:
    assert address_of(caller(host)) == counted
