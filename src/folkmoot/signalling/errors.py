"""What a signalling message, or a request to be let in, can get wrong."""


class SignalError(Exception):
    """A message could not be used. The text is meant for the participant who sent it."""


class MalformedMessageError(SignalError):
    """The bytes are not a `livekit.SignalRequest`."""


class UnknownMessageError(SignalError):
    """A `SignalRequest` of a kind that this server does not know, or without content."""


class AdmissionError(Exception):
    """Somebody is not let in. The text is meant for them."""


class TokenError(AdmissionError):
    """The token proves nothing: not ours, not now, or not a token."""


class TokenRefusedError(AdmissionError):
    """The token is genuine, and asks for what is not given."""
