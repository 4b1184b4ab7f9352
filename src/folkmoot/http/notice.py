"""The page that explains the browser's warning, by plain HTTP: nothing else is served there.

Who opens the https address of a certificate that this machine made for itself sees the browser's
warning before any page of ours. This page comes first, and leads there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from folkmoot.http.armour import PERMISSIONS_POLICY
from folkmoot.http.notice_page import ICON, render
from folkmoot.http.notice_style import STYLE
from folkmoot.http.notice_words import LANGUAGES, Words
from folkmoot.http.own_origins import origins_at

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "permissions-policy": PERMISSIONS_POLICY.replace("(self)", "()"),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # What it says is true of one certificate and one start.
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What the page says."""

    fingerprint: Callable[[], str]
    """Of the certificate that is shown now."""
    names: tuple[str, ...]
    """By which this machine's pages are opened; the first is for those who came by another."""
    port: int
    """Of the pages behind the warning."""


def build_notice_app(notice: Notice) -> ASGIApp:
    """Make the ASGI application."""

    async def page(request: Request) -> Response:
        words = choose_words(request.headers.get("accept-language", ""))
        text = render(words, _secure_url(notice, request), notice.fingerprint())
        return Response(text, media_type="text/html", headers={"vary": "accept-language"})

    async def style(_: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    async def icon(_: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml")

    app = Starlette(
        routes=[
            Route("/", page, methods=["GET"]),
            Route("/notice.css", style, methods=["GET"]),
            Route("/icon.svg", icon, methods=["GET"]),
        ],
        exception_handlers={HTTPException: _answer_bare},
    )
    app.router.redirect_slashes = False
    return _WithHeaders(app)


def choose_words(accept_language: str) -> Words:
    """The language that a browser likes best of those that the page is written in; else English."""
    best, best_weight = LANGUAGES["en"], 0.0
    for part in accept_language.lower().split(",")[:20]:
        tag, _, parameters = part.partition(";")
        words = LANGUAGES.get(tag.strip().partition("-")[0])
        weight = _weight(parameters)
        if words is not None and weight > best_weight:
            best, best_weight = words, weight
    return best


def _weight(parameters: str) -> float:
    """A quality value (RFC 9110 section 12.4.2); what is none weighs nothing."""
    if not parameters.strip():
        return 1.0
    name, _, digits = parameters.strip().partition("=")
    is_number = digits.replace(".", "", 1).isdecimal() and digits.isascii() and len(digits) <= 5
    return float(digits) if name == "q" and is_number else 0.0


def _secure_url(notice: Notice, request: Request) -> str:
    """Where the button leads: the name by which people came here, if the certificate has it."""
    # Starlette's own reading of it raises on brackets that do not close.
    host, _, port = request.headers.get("host", "").lower().rpartition(":")
    asked = (host if host and port.isdecimal() else host + port).strip("[]")
    name = asked if asked in notice.names else notice.names[0]
    (origin,) = origins_at("https", [name], notice.port)
    return origin + "/"


async def _answer_bare(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # it is registered for this type only
    return Response(status_code=error.status_code, headers=error.headers)


class _WithHeaders:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)
