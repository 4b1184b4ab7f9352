"""Errors that people see: what went wrong, and the next step. Never a stack, path or query."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class ProblemError(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        next_step: str,
        retry_after_s: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Make a problem.

        Args:
            status: HTTP status.
            error: one stable word for programs.
            message: what went wrong.
            next_step: what to do about it.
            retry_after_s: when to try again.
            headers: more headers of the answer.
        """
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.next_step = next_step
        self.retry_after_s = retry_after_s
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The answer."""
        headers = dict(self.headers)
        if self.retry_after_s is not None:
            headers["retry-after"] = str(self.retry_after_s)
        body = {"error": self.error, "message": self.message, "next_step": self.next_step}
        return JSONResponse(body, status_code=self.status, headers=headers)


def bad_request(message: str) -> ProblemError:
    """What is said of a request of the wrong shape."""
    return ProblemError(400, "bad_request", f"The request is not valid: {message}.", "Correct it.")


def internal_problem() -> ProblemError:
    """What is said when the server is at fault; the details are in its log."""
    return ProblemError(
        500,
        "internal_error",
        "The server made a mistake.",
        "Try again; if it stays, tell whoever runs it.",
    )
