"""Lets pages of allowed origins read what signalling answers, refusals above all.

Without the header such a page sees a network error: neither why it is refused, nor the 404 on which
clients that prefer `/rtc/v1` fall back to `/rtc`.
"""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BELOW: Final = "/rtc/"


class CrossOrigin:
    """ASGI middleware that names an allowed origin in the answers below `/rtc/`."""

    def __init__(self, app: ASGIApp, allow: Callable[[HTTPConnection], str | None]) -> None:
        """Wrap an application.

        Args:
            allow: the origin to name, or None where none is to be named.
        """
        self._app = app
        self._allow = allow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; WebSockets have no such header."""
        is_ours = scope["type"] == "http" and scope["path"].startswith(_BELOW)
        origin = self._allow(HTTPConnection(scope)) if is_ours else None
        if origin is None:
            await self._app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["access-control-allow-origin"] = origin
                headers["vary"] = "origin"
            await send(message)

        await self._app(scope, receive, send_named)
