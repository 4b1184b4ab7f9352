"""Which web pages may open signalling (cross-site WebSocket hijacking)."""

from collections.abc import Collection
from typing import Final

_SCHEMES: Final = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def own_origin(scheme: str, host: str) -> str:
    """The server's own origin as the browser spells it.

    Args:
        scheme: of the request.
        host: the Host header.
    """
    web_scheme = _SCHEMES.get(scheme, scheme)
    host = host.strip().lower().removesuffix(_DEFAULT_PORTS.get(web_scheme, ""))
    return f"{web_scheme}://{host}"


def is_origin_allowed(origin: str, scheme: str, host: str, allowed: Collection[str]) -> bool:
    """Whether a page of `origin` may talk to this server.

    The comparison is of whole origins; "null", other ports, other schemes and sub-domains are
    foreign. An empty Host allows nothing.
    """
    origin = origin.lower()
    if not host or origin in ("", "null"):
        return False
    return origin == own_origin(scheme, host) or origin in allowed
