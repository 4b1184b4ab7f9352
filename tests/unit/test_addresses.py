"""A machine is found by every address and name that others know it by, and by no other."""

import socket
import struct

import pytest

import folkmoot.addresses
from folkmoot.addresses import media_door, own_addresses, own_names
from folkmoot.interfaces import interface_addresses, parse_address, parse_messages

LOCAL, ADDRESS, TEMPORARY = 2, 1, 0x01


def netlink_address(packed: bytes, kind: int = LOCAL, flags: int = 0) -> bytes:
    """A message body as rtnetlink(7) lays it out."""
    attribute = struct.pack("=HH", 4 + len(packed), kind) + packed
    return struct.pack("=BBBBI", socket.AF_INET, 24, flags, 0, 2) + attribute


def machine_has(monkeypatch: pytest.MonkeyPatch, addresses: list[str], towards: str | None) -> None:
    monkeypatch.setattr(folkmoot.addresses, "interface_addresses", lambda: addresses)
    monkeypatch.setattr(
        folkmoot.addresses,
        "_towards",
        lambda family, _: towards if family == socket.AF_INET else None,
    )


def test_two_networks_are_both_told_to_participants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Symptom: people on the second network of a machine never connect.

    Cause: only the address towards the internet was told. Who: machines on cable and Wi-Fi.
    """
    addresses = ["127.0.0.1", "192.168.1.5", "10.0.0.7", "::1", "fe80::1", "fd00::5"]
    machine_has(monkeypatch, addresses, "10.0.0.7")
    assert media_door("0.0.0.0").candidates == ["10.0.0.7", "192.168.1.5"]
    assert media_door("::").candidates == ["10.0.0.7", "192.168.1.5", "fd00::5"]
    assert media_door("192.168.1.5").candidates == ["192.168.1.5"]
    assert not media_door("0.0.0.0").local_only


def test_a_machine_without_a_network_still_serves_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_has(monkeypatch, ["127.0.0.1", "::1"], None)
    assert own_addresses() == []
    assert media_door("0.0.0.0").candidates == ["127.0.0.1"]
    assert media_door("127.0.0.1").candidates == ["127.0.0.1"]


def test_on_loopback_firefox_finds_an_address_that_it_sends_media_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Symptom: Firefox on the server's own machine never connects.

    Cause: only loopback was told, and Firefox pairs no address of the network with that. Who:
    everybody who tries the default settings in Firefox.
    """
    machine_has(monkeypatch, ["127.0.0.1", "10.0.0.7", "::1", "fd00::5"], "10.0.0.7")
    door = media_door("127.0.0.1")
    assert (door.socket_address(7882), door.local_only) == ("0.0.0.0:7882", True)
    assert door.candidates == ["127.0.0.1", "10.0.0.7"]
    sixth = media_door("::1")
    assert (sixth.socket_address(7882), sixth.local_only) == ("[::]:7882", True)
    assert sixth.candidates == ["::1", "10.0.0.7", "fd00::5"]


def test_media_reaches_a_server_whose_pages_come_through_a_proxy() -> None:
    """Symptom: people behind a proxy see the page and never each other.

    Cause: the address named for media was not bound. Who: operators who follow the proxy guide.
    """
    door = media_door("127.0.0.1", ["203.0.113.7"])
    assert (door.bind, door.candidates) == ("0.0.0.0", ["203.0.113.7"])
    assert not door.local_only
    assert media_door("192.168.1.5", ["203.0.113.7"]).bind == "192.168.1.5"


@pytest.mark.parametrize(
    ("host_name", "names"),
    [
        ("desk", ["desk", "desk.local"]),
        ("Desk.Example.Org", ["desk.example.org", "desk.local"]),
        ("desk.local", ["desk.local"]),
        ("localhost", []),
        ("my_desk", []),
        ("", []),
        ("-", []),
        ("a" * 64, []),
    ],
)
def test_only_what_can_be_a_host_name_goes_into_the_certificate(
    host_name: str, names: list[str]
) -> None:
    assert own_names(["10.0.0.7"], host_name) == (
        *names,
        *("10.0.0.7", "localhost", "127.0.0.1", "::1"),
    )


def test_the_kernel_knows_this_machine() -> None:
    assert "127.0.0.1" in interface_addresses()


def test_addresses_that_will_be_gone_soon_are_left_out() -> None:
    packed = socket.inet_aton("10.0.0.7")
    assert parse_address(netlink_address(packed)) == ["10.0.0.7"]
    assert parse_address(netlink_address(packed, ADDRESS)) == ["10.0.0.7"]
    assert parse_address(netlink_address(packed, flags=TEMPORARY)) == []


def test_a_message_that_claims_to_be_shorter_than_its_head_ends_the_reading() -> None:
    assert list(parse_messages(struct.pack("=IHHII", 3, 20, 0, 0, 0) + b"x" * 20)) == []
