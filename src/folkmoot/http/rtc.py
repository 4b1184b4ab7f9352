"""`/rtc` and `/rtc/validate`: the two addresses that LiveKit clients of protocol v0 know."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from folkmoot.domain.errors import RuleError
from folkmoot.http.gate import Gate
from folkmoot.http.problems import Problem
from folkmoot.signalling.switchboard import Switchboard
from folkmoot.signalling.websocket import refuse_resume, run_session


class RtcEndpoint:
    """Signalling behind its gate."""

    def __init__(self, gate: Gate, switchboard: Switchboard, max_queue_bytes: int) -> None:
        """Put signalling behind a gate.

        Args:
            max_queue_bytes: security limit, most bytes that wait for one participant.
        """
        self._gate = gate
        self._switchboard = switchboard
        self._max_queue_bytes = max_queue_bytes

    async def connect(self, socket: WebSocket) -> None:
        """Open a session, or answer the upgrade with the error's status."""
        if "join_request" in socket.query_params:
            # The single-connection protocol; its clients fall back when it is not there.
            await socket.send_denial_response(Response(status_code=404))
            return
        try:
            admission = self._gate.admit(socket, is_upgrade=True)
            if socket.query_params.get("reconnect") in ("1", "true"):
                await refuse_resume(socket)
                return
            await run_session(socket, self._switchboard, admission, self._max_queue_bytes)
        except Problem as problem:
            await socket.send_denial_response(problem.response())
        except RuleError as error:
            problem = Problem(403, "refused", f"{error}.", "Ask for a token that is within limits.")
            await socket.send_denial_response(problem.response())

    async def validate(self, request: Request) -> Response:
        """Say what an upgrade would be answered; browsers cannot read that themselves."""
        self._gate.admit(request, is_upgrade=False)
        response = PlainTextResponse("success")
        origin = self._gate.cross_origin(request)
        if origin is not None:
            response.headers["access-control-allow-origin"] = origin
            response.headers["vary"] = "origin"
        return response
