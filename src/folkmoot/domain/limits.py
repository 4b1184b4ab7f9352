"""Security limits of one participant."""

from collections.abc import Mapping
from typing import Final

from folkmoot.domain.errors import LimitError, MalformedError
from folkmoot.domain.participant import Profile
from folkmoot.domain.publication import TOP_LAYER, PublicationSpec

MAX_NAME_CHARS: Final = 256
"""Names, identities, client track ids, stream ids."""
MAX_PROFILE_BYTES: Final = 16 * 1024
"""Metadata; and, separately, all attributes together (keys and values)."""
MAX_PUBLICATIONS: Final = 32
"""Live publications of one participant."""
MAX_FEATURES: Final = 16
"""Feature flags of one publication."""
MAX_PIXELS: Final = 65_535
"""Longest side of a video."""


def check_profile(profile: Profile) -> None:
    """Check the sizes of a profile.

    Raises:
        LimitError: a part is too long.
    """
    if len(profile.name) > MAX_NAME_CHARS:
        raise LimitError(f"a name has at most {MAX_NAME_CHARS} characters")
    if _bytes(profile.metadata) > MAX_PROFILE_BYTES:
        raise LimitError(f"metadata has at most {MAX_PROFILE_BYTES} bytes")
    if _attribute_bytes(profile.attributes) > MAX_PROFILE_BYTES:
        raise LimitError(f"attributes have at most {MAX_PROFILE_BYTES} bytes")


def check_spec(spec: PublicationSpec) -> None:
    """Check an announcement.

    Raises:
        LimitError: a part is too long or too large.
        MalformedError: it has no client track id, or contradictory layers.
    """
    if not spec.cid:
        raise MalformedError("a publication needs a client track id")
    if max(len(spec.cid), len(spec.name), len(spec.stream)) > MAX_NAME_CHARS:
        raise LimitError(f"track names and ids have at most {MAX_NAME_CHARS} characters")
    if max(len(spec.audio_features), len(spec.trailer_features)) > MAX_FEATURES:
        raise LimitError(f"a publication has at most {MAX_FEATURES} features")
    numbers = [layer.number for layer in spec.layers]
    if len(set(numbers)) != len(numbers) or any(not 0 <= n <= TOP_LAYER for n in numbers):
        raise MalformedError(f"layers are numbered 0 to {TOP_LAYER}, each once")
    sides = [spec.width, spec.height]
    for layer in spec.layers:
        sides += [layer.width, layer.height]
    if any(not 0 <= side <= MAX_PIXELS for side in sides):
        raise LimitError(f"a video has at most {MAX_PIXELS} pixels a side")


def _attribute_bytes(attributes: Mapping[str, str]) -> int:
    return sum(_bytes(key) + _bytes(value) for key, value in attributes.items())


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
