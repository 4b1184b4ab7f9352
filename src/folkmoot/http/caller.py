"""Whose request it is, for limits only: held in memory, written nowhere."""

import ipaddress
from typing import Final

from starlette.requests import HTTPConnection

_NETWORK_BITS: Final = 64
"""Of IPv6: one household or machine has at least so many addresses (RFC 6177)."""


def address_of(connection: HTTPConnection) -> str:
    """The address that limits count by; of IPv6 the network."""
    host = connection.client.host if connection.client is not None else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False))
