"""Every address that this server answers; all others get a bare 404."""

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from folkmoot.http.about import AboutServer
from folkmoot.http.armour import Armour
from folkmoot.http.cross_origin import CrossOrigin
from folkmoot.http.group import GroupEndpoint
from folkmoot.http.meetings import MeetingsEndpoint
from folkmoot.http.pages import Pages
from folkmoot.http.probes import Probes
from folkmoot.http.problems import ProblemError, internal_problem
from folkmoot.http.rtc import RtcEndpoint


@dataclass(frozen=True, slots=True)
class Surface:
    """What is served."""

    rtc: RtcEndpoint
    group: GroupEndpoint
    probes: Probes
    meetings: MeetingsEndpoint
    about: AboutServer
    web_dir: Path | None
    has_trusted_certificate: bool = False


def build_app(surface: Surface) -> ASGIApp:
    """Make the ASGI application."""
    routes: list[BaseRoute] = [
        Route("/healthz", surface.probes.health, methods=["GET"]),
        Route("/readyz", surface.probes.ready, methods=["GET"]),
        Route("/api/server", surface.about.answer, methods=["GET"]),
        Route("/api/meetings", surface.meetings.create, methods=["POST"]),
        Route("/api/meetings/{locator}/nonces", surface.meetings.issue_nonce, methods=["POST"]),
        Route("/api/meetings/{locator}/admissions", surface.meetings.admit, methods=["POST"]),
        Route("/rtc/validate", surface.rtc.validate, methods=["GET"]),
        WebSocketRoute("/rtc", surface.rtc.connect),
        WebSocketRoute("/group", surface.group.connect),
        *Pages(surface.web_dir).routes(),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={
            ProblemError: _answer_problem,
            HTTPException: _answer_bare,
            Exception: _answer_mistake,
        },
    )
    app.router.redirect_slashes = False
    app.router.default = _answer_nothing
    return Armour(
        CrossOrigin(app, surface.rtc.cross_origin),
        has_trusted_certificate=surface.has_trusted_certificate,
    )


async def _answer_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # it is registered for this type only
    return error.response()


async def _answer_bare(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # it is registered for this type only
    return Response(status_code=error.status_code, headers=error.headers)


async def _answer_mistake(_: Request, __: Exception) -> Response:
    # Starlette raises it again when this is answered, and the armour logs it.
    return internal_problem().response()


async def _answer_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 404 without a body, to upgrades too.

    Clients that prefer `/rtc/v1` fall back to `/rtc` on a bare 404 and on nothing else.
    """
    response = Response(status_code=404)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)
