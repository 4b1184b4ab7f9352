"""`/healthz` and `/readyz`, for supervisors and load balancers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from folkmoot.http.readiness import Readiness


class Probes:
    """Endpoints without details that are worth anything to a stranger."""

    def __init__(self, readiness: Readiness) -> None:
        """Take the checks."""
        self._readiness = readiness

    async def health(self, _: Request) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("ok")

    async def ready(self, _: Request) -> Response:
        """Say whether people can be sent here; 503 and reasons when not."""
        reasons = await self._readiness.failures()
        if not reasons:
            return JSONResponse({"ready": True})
        body = {
            "ready": False,
            "reasons": reasons,
            "error": "not_ready",
            "message": "This server cannot take people now.",
            "next_step": "Send them elsewhere and ask again in a moment.",
        }
        return JSONResponse(body, status_code=503, headers={"retry-after": "2"})
