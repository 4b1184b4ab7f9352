"""Every address that this server answers; all others get a bare 404."""

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from folkmoot.http.armour import Armour
from folkmoot.http.cross_origin import CrossOrigin
from folkmoot.http.pages import HashedFiles, Pages
from folkmoot.http.probes import Probes
from folkmoot.http.problems import ProblemError, internal_problem
from folkmoot.http.rtc import RtcEndpoint

ASSETS = "assets"
"""Folder of the web build whose file names carry a hash."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What is served."""

    rtc: RtcEndpoint
    probes: Probes
    web_dir: Path | None


def build_app(surface: Surface) -> ASGIApp:
    """Make the ASGI application."""
    pages = Pages(surface.web_dir)
    routes: list[BaseRoute] = [
        Route("/", pages.start, methods=["GET"]),
        Route("/healthz", surface.probes.health, methods=["GET"]),
        Route("/readyz", surface.probes.ready, methods=["GET"]),
        Route("/rtc/validate", surface.rtc.validate, methods=["GET"]),
        WebSocketRoute("/rtc", surface.rtc.connect),
    ]
    assets = surface.web_dir / ASSETS if surface.web_dir is not None else None
    if assets is not None and assets.is_dir():
        routes.append(Mount(f"/{ASSETS}", HashedFiles(directory=assets)))
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
    return Armour(CrossOrigin(app, surface.rtc.cross_origin))


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
