"""Sockets, addresses and names at start."""

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from folkmoot.interfaces import interface_addresses

MAX_ADDRESSES: Final = 16
"""Bound of what is told to participants and written into a certificate: each costs them a check."""

# Documentation addresses (RFC 5737, RFC 3849): nothing is sent, the routing table is only asked.
_FAR: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def resolve(host: str) -> str:
    """The IP address of a host name; an address stays what it is.

    Raises:
        OSError: the name is unknown.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        infos.sort(key=lambda info: info[0] != socket.AF_INET)
        return str(infos[0][4][0])


@dataclass(frozen=True, slots=True)
class MediaDoor:
    """Where the media engine is reached.

    Attributes:
        bind: the address of its socket.
        candidates: addresses that participants are told to send to.
        local_only: whether it takes nothing from other machines.
    """

    bind: str
    candidates: Sequence[str]
    local_only: bool = False

    def socket_address(self, port: int) -> str:
        """What to bind, as the engine takes it."""
        return f"[{self.bind}]:{port}" if ":" in self.bind else f"{self.bind}:{port}"


def media_door(address: str, named: Sequence[str] = ()) -> MediaDoor:
    """Decide where media is received.

    Args:
        address: what the server listens on.
        named: addresses that the operator says participants reach.
    """
    wildcard = "::" if ":" in address else "0.0.0.0"  # noqa: S104
    is_loopback = ipaddress.ip_address(address).is_loopback
    if named:
        # Pages may come through a proxy on this machine; media does not.
        return MediaDoor(wildcard if is_loopback else address, named)
    family_only = [own for own in own_addresses() if ":" in address or ":" not in own]
    if is_loopback:
        # Firefox sends from an address of the network, and never from there to a loopback one.
        return MediaDoor(wildcard, [address, *family_only], local_only=True)
    if ipaddress.ip_address(address).is_unspecified:
        return MediaDoor(address, family_only or ["127.0.0.1"])
    return MediaDoor(address, [address])


def own_addresses() -> list[str]:
    """Addresses that others can reach this machine by, the likeliest first."""
    towards = [own for family, far in _FAR if (own := _towards(family, far))]
    others = sorted(interface_addresses(), key=lambda own: ":" in own)
    found = [own for own in dict.fromkeys([*towards, *others]) if _is_reachable(own)]
    return sorted(found, key=lambda own: ":" in own)[:MAX_ADDRESSES]


def own_names(addresses: Iterable[str], host_name: str) -> tuple[str, ...]:
    """Names and addresses that pages of this machine are opened by, on it and from elsewhere.

    Args:
        addresses: its own.
        host_name: what it calls itself; `.local` is how its network finds it (RFC 6762).
    """
    host = host_name.lower().rstrip(".")
    is_name = host != "localhost" and len(host) <= 247 and _HOST.fullmatch(host)
    by_network = host if host.endswith(".local") else f"{host.partition('.')[0]}.local"
    names = [host, by_network] if is_name else []
    return tuple(dict.fromkeys([*names, *addresses, "localhost", "127.0.0.1", "::1"]))


def bind_tcp(address: str, port: int) -> socket.socket:
    """Bind a TCP socket and listen: SO_REUSEADDR lets a port be bound twice until one listens.

    Raises:
        OSError: in use, not allowed, or not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound


def _towards(family: socket.AddressFamily, far: str) -> str | None:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((far, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _is_reachable(own: str) -> bool:
    address = ipaddress.ip_address(own)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
