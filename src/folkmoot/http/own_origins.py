"""The origins that this server goes by: members' devices sign one of them, and no other counts.

Whoever passes a device's signature on to another server (a relay) has it signed for the wrong name.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class OwnOrigins:
    """Whole origins, spelled as browsers spell them."""

    origins: frozenset[str]

    def __contains__(self, origin: object) -> bool:
        """Whether this server goes by an origin."""
        return origin in self.origins

    def extended(self, more: Iterable[str]) -> Self:
        """These and more."""
        spelled = (origin.strip().lower().rstrip("/") for origin in more)
        return type(self)(self.origins | frozenset(spelled))


def origins_at(scheme: str, names: Iterable[str], port: int) -> frozenset[str]:
    """Spell origins.

    Args:
        scheme: "http" or "https".
        names: host names and addresses.
    """
    suffix = "" if _DEFAULT_PORTS.get(scheme) == port else f":{port}"
    return frozenset(f"{scheme}://{_spell(name)}{suffix}" for name in names)


def own_origins(scheme: str, host: str, port: int, allowed: Iterable[str]) -> OwnOrigins:
    """The origins that follow from the settings.

    Args:
        host: what the server listens on.
        port: where it listens.
        allowed: origins given by setting, such as the one of a proxy that ends TLS.
    """
    names = {host}
    if _is_on_loopback(host):
        names |= set(_LOOPBACK_NAMES)
    return OwnOrigins(origins_at(scheme, names, port)).extended(allowed)


def _is_on_loopback(host: str) -> bool:
    """Whether people on this machine reach it by loopback names."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    return address.is_loopback or address.is_unspecified


def _spell(name: str) -> str:
    return f"[{name}]" if ":" in name else name.lower()
