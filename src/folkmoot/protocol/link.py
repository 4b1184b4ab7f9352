"""A meeting's link."""

import re
from dataclasses import dataclass
from typing import Final

from folkmoot.protocol.derivation import HOST_HASH_BYTES, SECRET_BYTES
from folkmoot.protocol.encoding import from_base64url, to_base64url

_FRAGMENT: Final = re.compile(
    r"v1\.(?P<secret>[\w-]{43})\.(?P<host>[\w-]{22})(?P<passcode>\.p)?(?:\.~(?P<second>[\w-]+))?",
    re.ASCII,
)


class LinkError(Exception):
    """The link is not one that this release opens."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: S (32 bytes) and H (16 bytes)."""

    secret: bytes
    host: bytes

    def fragment(self) -> str:
        """The part after `#`."""
        return f"v1.{to_base64url(self.secret)}.{to_base64url(self.host)}"

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return "Link(…)"


def parse_fragment(fragment: str) -> Link:
    """Read the part of a link after `#`.

    Raises:
        LinkError: cut, padded, of another version, or in need of a passcode.
    """
    match = _FRAGMENT.fullmatch(fragment.removeprefix("#"))
    if match is None:
        raise LinkError("this is not a whole meeting link")
    if match["passcode"]:
        raise LinkError("this meeting needs a passcode, which this release does not know")
    try:
        return Link(
            secret=from_base64url(match["secret"], SECRET_BYTES),
            host=from_base64url(match["host"], HOST_HASH_BYTES),
        )
    except ValueError:
        raise LinkError("this is not a whole meeting link") from None
