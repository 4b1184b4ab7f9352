"""`/rtc` and `/rtc/validate`: the two addresses that LiveKit clients of protocol v0 know."""

from typing import Protocol

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from folkmoot.domain.errors import RuleError
from folkmoot.http.gate import Gate
from folkmoot.http.problems import ProblemError
from folkmoot.signalling.admission import Admission


class Sessions(Protocol):
    """Runs sessions over WebSockets."""

    async def run(self, socket: WebSocket, admission: Admission) -> None:
        """Run one session to its end; raises `RuleError` before accepting."""

    async def refuse_resume(self, socket: WebSocket) -> None:
        """Tell a client that wants to resume to join afresh."""


class RtcEndpoint:
    """Signalling behind its gate."""

    def __init__(self, gate: Gate, sessions: Sessions) -> None:
        """Put signalling behind a gate."""
        self._gate = gate
        self._sessions = sessions

    async def connect(self, socket: WebSocket) -> None:
        """Open a session, or answer the upgrade with the error's status."""
        if "join_request" in socket.query_params:
            # The single-connection protocol; its clients fall back when it is not there.
            await socket.send_denial_response(Response(status_code=404))
            return
        try:
            admission = self._gate.admit(socket, is_upgrade=True)
            if socket.query_params.get("reconnect") in ("1", "true"):
                await self._sessions.refuse_resume(socket)
                return
            self._gate.enter(admission)
            await self._sessions.run(socket, admission)
        except ProblemError as problem:
            await socket.send_denial_response(problem.response())
        except RuleError as error:
            refusal = ProblemError(
                403, "refused", f"{error}.", "Ask for a token that is within limits."
            )
            await socket.send_denial_response(refusal.response())

    async def validate(self, request: Request) -> Response:
        """Say what an upgrade would be answered; browsers cannot read that themselves.

        A ticket stays unused.
        """
        self._gate.admit(request, is_upgrade=False)
        return PlainTextResponse("success")

    def cross_origin(self, connection: HTTPConnection) -> str | None:
        """The foreign origin whose page may read the answer, if the request is of such a page."""
        return self._gate.cross_origin(connection)
