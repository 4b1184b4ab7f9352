"""The built web client, when there is one."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class HashedFiles(StaticFiles):
    """Files whose names change with their content: kept by browsers for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with one file, or 404."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


class Pages:
    """The start page."""

    def __init__(self, web_dir: Path | None) -> None:
        """Serve the client in `web_dir`, or a bare "OK"."""
        self._index = web_dir / "index.html" if web_dir is not None else None

    async def start(self, _: Request) -> Response:
        """Answer `/`; LiveKit clients ask for it with HEAD to see whether they are online."""
        if self._index is not None and self._index.is_file():
            return FileResponse(self._index, headers={"cache-control": "no-cache"})
        return PlainTextResponse("OK")
