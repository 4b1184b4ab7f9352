"""What a signalling message can get wrong."""


class SignalError(Exception):
    """A message could not be used. The text is meant for the participant who sent it."""


class MalformedMessageError(SignalError):
    """The bytes are not a `livekit.SignalRequest`."""


class UnknownMessageError(SignalError):
    """A `SignalRequest` of a kind that this server does not know, or without content."""
