"""What the server says of itself before anybody joins: who runs it, and where."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from folkmoot.http.gate import Gate


@dataclass(frozen=True, slots=True)
class AboutServer:
    """Words of the operator, unchecked; empty when there are none."""

    operator: str
    place: str
    can_create: bool
    gate: Gate

    async def answer(self, request: Request) -> Response:
        """Answer `GET /api/server`."""
        self.gate.refuse_foreign(request)
        return JSONResponse(
            {
                "operator": self.operator,
                "place": self.place,
                "can_create": self.can_create,
                "version": installed_version(),
            }
        )


def installed_version() -> str:
    """This release; from a bare checkout "unknown"."""
    try:
        return version("folkmoot")
    except PackageNotFoundError:
        return "unknown"
