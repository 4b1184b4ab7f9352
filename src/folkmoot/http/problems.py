"""Errors that people see: what went wrong, and the next step. Never a stack, path or query."""

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
    ) -> None:
        """Make a problem.

        Args:
            status: HTTP status.
            error: one stable word for programs.
            message: what went wrong.
            next_step: what to do about it.
            retry_after_s: when to try again.
        """
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.next_step = next_step
        self.retry_after_s = retry_after_s

    def response(self) -> JSONResponse:
        """The answer."""
        headers = {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}
        body = {"error": self.error, "message": self.message, "next_step": self.next_step}
        return JSONResponse(body, status_code=self.status, headers=headers)


def internal_problem() -> ProblemError:
    """What is said when the server is at fault; the details are in its log."""
    return ProblemError(
        500,
        "internal_error",
        "The server made a mistake.",
        "Try again; if it stays, tell whoever runs it.",
    )
