"""Why a session ended, in the words that the participant is told."""

from enum import StrEnum


class Departure(StrEnum):
    """The reason of a `ParticipantLeft`."""

    LEFT = "left"
    """The participant said so."""
    REPLACED = "replaced"
    """The same identity joined again; the newer session stays."""
    CONNECTION_LOST = "connection_lost"
    """The signalling connection went away or fell silent."""
    TOO_SLOW = "too_slow"
    """The participant did not take its signalling messages in time."""
    PROTOCOL_ERROR = "protocol_error"
    """The participant sent what no client sends."""
    MEDIA_FAILED = "media_failed"
    """A transport, or the part of the engine under it, is gone."""
    SERVER_SHUTDOWN = "server_shutdown"
    """The server drains."""
