"""Sockets and addresses at start."""

import ipaddress
import socket
from typing import Final

# Documentation addresses (RFC 5737, RFC 3849): nothing is sent, the routing table is only asked.
_FAR: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


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


def media_bind(address: str, port: int) -> str:
    """A socket address as the engine takes it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def media_candidates(address: str) -> list[str]:
    """Addresses that participants are told to send to.

    Args:
        address: what the server listens on; for a wildcard, the machine's addresses towards other
            networks, or loopback when it has none.
    """
    if not ipaddress.ip_address(address).is_unspecified:
        return [address]
    families = (socket.AF_INET,) if ":" not in address else (socket.AF_INET, socket.AF_INET6)
    found = [own for family, far in _FAR if family in families and (own := _towards(family, far))]
    return found or ["127.0.0.1"]


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
