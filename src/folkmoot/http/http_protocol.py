"""Repairs to the ASGI server's HTTP protocol."""

import asyncio
from http import HTTPStatus
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from folkmoot.http.armour import HEADERS
from folkmoot.http.problems import ProblemError

HEAD_S: Final = 15.0
"""Security limit: how long a request's head may take to come, the first one's as every other's.

Whoever sends a byte now and then would hold a connection for good; there are not many of them.
"""
UNREAD_S: Final = 60.0
"""Security limit: how long the rest of an answer may find no room with whoever asked for it."""


class ArmouredHttpProtocol(H11Protocol):
    """Answers what is no HTTP as everything else is answered, and waits for nobody without end."""

    _head_timer: asyncio.TimerHandle | None = None
    _unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End it."""
        self._cancel_timers()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Take what came; between an answer and the next whole head the time runs."""
        super().handle_events()
        self._expect_head()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, which has deadlines of its own."""
        self._cancel_timers()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect_head()

    def pause_writing(self) -> None:
        """Wait for whoever does not read, but not for long."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._unread_timer is not None:
            self._unread_timer.cancel()

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

    def _expect_head(self) -> None:
        """Let the time run while no request is being answered; what comes does not prolong it."""
        # There is no cycle before the first request, which the library's types do not know.
        is_answering = not getattr(self.cycle, "response_complete", True)
        is_handed_over = self.transport.get_protocol() is not self
        if is_answering or is_handed_over:
            self._cancel_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self.transport.abort)

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _cancel_timers(self) -> None:
        self._cancel_head_timer()
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None
