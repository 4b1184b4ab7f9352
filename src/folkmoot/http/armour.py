"""The outermost layer: every answer leaves through here.

It adds the security headers, tolerates doubled slashes in paths (clients join URLs carelessly), and
turns what escaped into one log line that names a place in the code and nothing else.
"""

import re
import traceback
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from folkmoot.http.problems import internal_problem

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), "
    "geolocation=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_SLASHES: Final = re.compile("/{2,}")
_STARTS: Final = ("http.response.start", "websocket.http.response.start")

_log = structlog.get_logger("http")


class Armour:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope["path"] = _SLASHES.sub("/", scope["path"])
        has_started = False

        async def send_armoured(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] != "websocket.close"
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_armoured)
        except Exception as error:  # noqa: BLE001  # the last line of defence
            _log.error("unhandled_error", kind=type(error).__name__, where=_place(error))
            if scope["type"] == "http":
                return  # answered inside, as far as it could be
            if has_started:
                scope["state"]["abort"]()
            else:
                await internal_problem().response()(scope, receive, send_armoured)


def _place(error: Exception) -> str:
    """The innermost frame: module file name and line. No values, no message, no full path."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    last = frames[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
