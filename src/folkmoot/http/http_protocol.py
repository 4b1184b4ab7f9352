"""Repairs to the ASGI server's HTTP protocol."""

from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from folkmoot.http.armour import HEADERS
from folkmoot.http.problems import ProblemError


class ArmouredHttpProtocol(H11Protocol):
    """Answers what is no HTTP as everything else is answered: with a next step, and headers."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the parser's words
        """Refuse what the parser refused, and close: what follows it cannot be understood."""
        problem = ProblemError(
            HTTPStatus.BAD_REQUEST,
            "bad_request",
            "This is no HTTP request, or one with very long headers.",
            "Open this server's address in a browser.",
        )
        body = bytes(problem.response().body)
        headers = {
            **HEADERS,
            "cache-control": "no-store",
            "connection": "close",
            "content-length": str(len(body)),
            "content-type": "application/json",
        }
        reason = HTTPStatus.BAD_REQUEST.phrase.encode()
        start = h11.Response(status_code=400, headers=list(headers.items()), reason=reason)
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
