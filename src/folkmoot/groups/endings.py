"""Why a channel ends, in the words of `protocol/group.md`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Ending(StrEnum):
    """The reason of a closed channel."""

    LEFT = "left"
    """The device closed it, or its connection was lost."""
    FAILED = "failed"
    """What should be kept could not be."""
    DRAINING = "draining"
    """The server drains."""
    MALFORMED = "malformed"
    """A frame was none."""
    REPLACED = "replaced"
    """A newer channel of the same identity is there."""
    NOT_ADMITTED = "not_admitted"
    """The token opens nothing."""
    FULL = "full"
    """The meeting has as many channels as it may have."""
    OVER = "over"
    """There is no such meeting any more."""
    SILENT = "silent"
    """Nothing was heard of the device."""
    TOO_SLOW = "too_slow"
    """The device did not read."""


CLOSE_CODES: Final[Mapping[Ending, int]] = {
    Ending.LEFT: 1000,
    Ending.FAILED: 1011,
    Ending.DRAINING: 1012,
    Ending.MALFORMED: 4000,
    Ending.REPLACED: 4001,
    Ending.NOT_ADMITTED: 4002,
    Ending.FULL: 4003,
    Ending.OVER: 4004,
    Ending.SILENT: 4005,
    Ending.TOO_SLOW: 4006,
}
"""What a WebSocket is closed with (RFC 6455 section 7.4; from 4000 on they are ours)."""


class ChannelError(Exception):
    """A channel cannot be opened."""

    def __init__(self, ending: Ending) -> None:
        """Take the reason."""
        super().__init__(ending)
        self.ending = ending
