"""Why a meeting is not made, or somebody not let in."""


class MeetingError(Exception):
    """Base of these."""


class UnusableFieldError(MeetingError):
    """A part of the request cannot be used."""

    def __init__(self, field: str, why: str) -> None:
        """Name the part and the reason, without its value."""
        super().__init__(f"{field} {why}")


class WrongOriginError(MeetingError):
    """The statement was signed for a server of another name."""


class CreationRefusedError(MeetingError):
    """This server lets nobody make meetings."""


class BadSignatureError(MeetingError):
    """A meeting was not signed by the keys that it names."""


class LocatorTakenError(MeetingError):
    """There is another meeting with this locator."""


class NotAdmittedError(MeetingError):
    """No such meeting, not now, or not proved: which of them, nobody is told."""


class TooManyError(MeetingError):
    """Too many requests.

    Attributes:
        retry_after_s: when the next one is taken.
    """

    def __init__(self, retry_after_s: int) -> None:
        """Take the time."""
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s
