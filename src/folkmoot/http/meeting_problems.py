"""Why a meeting is not made, or somebody not let in, as answers."""

from folkmoot.http.problems import ProblemError, bad_request
from folkmoot.meetings.errors import (
    BadSignatureError,
    CreationRefusedError,
    LocatorTakenError,
    MeetingError,
    NotAdmittedError,
    TooManyError,
    UnusableFieldError,
    WrongOriginError,
)

_PROBLEMS = {
    WrongOriginError: (
        403,
        "wrong_origin",
        "This server does not go by the name that the request was signed for.",
        "Open the link at the server that it names, or add that name to allowed_origins.",
    ),
    CreationRefusedError: (
        403,
        "creation_refused",
        "Nobody can start meetings on this server.",
        "Start it on another server, or ask whoever runs this one.",
    ),
    BadSignatureError: (
        403,
        "bad_signature",
        "The meeting is not signed by its own keys.",
        "Start the meeting again.",
    ),
    LocatorTakenError: (
        409,
        "locator_taken",
        "There is another meeting in this place.",
        "Start the meeting again; it gets a place of its own.",
    ),
    NotAdmittedError: (
        403,
        "not_admitted",
        "You are not let in: there is no such meeting now, or this is not its whole link.",
        "Ask for the link again, and open it whole.",
    ),
}


def problem_of(error: MeetingError) -> ProblemError:
    """The answer to an error."""
    if isinstance(error, TooManyError):
        return ProblemError(
            429,
            "too_many",
            "There were too many requests.",
            f"Try again in {_spoken(error.retry_after_s)}.",
            error.retry_after_s,
        )
    if isinstance(error, UnusableFieldError):
        return bad_request(f"the field {error}")
    return ProblemError(*_PROBLEMS[type(error)])


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"
