"""The outermost layer: every answer leaves through here.

It adds the security headers, tolerates doubled slashes in paths (clients join URLs carelessly), and
turns what escaped into one log line that names a place in the code and nothing else.
"""

import re
import traceback
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
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
        # Covers this host's WebSockets, too: CSP Level 3 section 6.7.2.8, Safari since 15.4.
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        # Svelte's policy for its compiled templates, which no user's text reaches, and ours for the
        # address of the one worker.
        "trusted-types svelte-trusted-html folkmoot-workers",
    )
)

_OURS: Final = (
    *("autoplay", "camera", "clipboard-write", "cross-origin-isolated", "display-capture"),
    *("fullscreen", "microphone", "picture-in-picture", "screen-wake-lock", "speaker-selection"),
)
# What Chromium 123 and later know; a name that a browser does not know fills people's consoles.
_NOBODYS: Final = (
    *("accelerometer", "browsing-topics", "clipboard-read", "encrypted-media", "gamepad"),
    *("geolocation", "gyroscope", "hid", "idle-detection", "keyboard-map", "local-fonts"),
    *("magnetometer", "midi", "otp-credentials", "payment", "publickey-credentials-get"),
    *("serial", "storage-access", "sync-xhr", "usb", "window-management"),
    *("xr-spatial-tracking",),
)
PERMISSIONS_POLICY: Final = ", ".join(
    (*(f"{name}=(self)" for name in _OURS), *(f"{name}=()" for name in _NOBODYS))
)

HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
STRICT_TRANSPORT: Final = f"max-age={365 * 24 * 3600}"
_SLASHES: Final = re.compile("/{2,}")
_STARTS: Final = ("http.response.start", "websocket.http.response.start")

_log = structlog.get_logger("http")


class Armour:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, *, has_trusted_certificate: bool = False) -> None:
        """Wrap an application.

        Args:
            has_trusted_certificate: whether browsers may be told to come by https only. Never for
                a certificate that we made: people could not get past the warning any more.
        """
        self._app = app
        self._has_trusted_certificate = has_trusted_certificate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope["path"] = _SLASHES.sub("/", scope["path"])
        is_strict = self._has_trusted_certificate and not _is_localhost(scope)
        has_started = False

        async def send_armoured(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] != "websocket.close"
            if message["type"] in _STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
                if is_strict:
                    headers["strict-transport-security"] = STRICT_TRANSPORT
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


def _is_localhost(scope: Scope) -> bool:
    """The rule is for a whole host, and on this one other people's servers answer by http."""
    host = Headers(scope=scope).get("host", "").lower().partition(":")[0]
    return host == "localhost" or host.endswith(".localhost")


def _place(error: Exception) -> str:
    """The innermost frame: module file name and line. No values, no message, no full path."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    last = frames[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
