"""The built web client, when there is one: an index, and files whose names carry a hash."""

from os import stat_result as StatResult  # noqa: N812  # it is a class
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

ASSETS: Final = "assets"
"""Folder of the web build whose file names carry a hash."""

ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Content codings and the suffixes of files that the build compressed, the best first."""

# Named here, since what a machine's own table says differs from one to the next.
CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_ANYTHING: Final = "application/octet-stream"
_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"


class BuiltFiles(StaticFiles):
    """Files of one folder, compressed where the build did it and the browser takes it."""

    def __init__(self, folder: Path, cache_control: str) -> None:
        """Serve `folder`."""
        super().__init__(directory=folder, check_dir=False)
        self._cache_control = cache_control

    def lookup_path(self, path: str) -> tuple[str, StatResult | None]:
        """Find a file; the compressed ones are not files of their own."""
        if path.endswith(tuple(suffix for _, suffix in ENCODINGS)):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self, full_path: PathLike, stat_result: StatResult, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with the file, its best variant, or 304."""
        plain = Path(full_path)
        coding, chosen = _best_variant(plain, Headers(scope=scope).get("accept-encoding", ""))
        stat = stat_result if chosen is plain else chosen.stat()
        response = super().file_response(chosen, stat, scope, status_code)
        response.headers["cache-control"] = self._cache_control
        response.headers["vary"] = "accept-encoding"
        if response.status_code != 304:
            response.headers["content-type"] = CONTENT_TYPES.get(plain.suffix, _ANYTHING)
            if coding:
                response.headers["content-encoding"] = coding
        return response


class Pages:
    """What a browser gets."""

    def __init__(self, web_dir: Path | None) -> None:
        """Serve the client in `web_dir`, or a bare "OK"."""
        self._web_dir = web_dir
        if web_dir is not None:
            self._root = BuiltFiles(web_dir, "no-cache")
            self._assets = BuiltFiles(web_dir / ASSETS, _FOR_A_YEAR)

    def routes(self) -> list[BaseRoute]:
        """The index, the files beside it, and the hashed ones."""
        if self._web_dir is None:
            return [Route("/", _say_ok, methods=["GET"])]
        beside = [
            file.name
            for file in sorted(self._web_dir.iterdir())
            if file.is_file() and file.name != "index.html" and not file.name.startswith(".")
        ]
        return [
            Route("/", self._start, methods=["GET"]),
            *(Route(f"/{name}", self._file_beside, methods=["GET"]) for name in beside),
            Route(f"/{ASSETS}/{{path:path}}", self._asset, methods=["GET"]),
        ]

    async def _start(self, request: Request) -> Response:
        """Answer `/`; LiveKit clients ask for it with HEAD to see whether they are online."""
        return await self._root.get_response("index.html", request.scope)

    async def _file_beside(self, request: Request) -> Response:
        return await self._root.get_response(request.url.path.removeprefix("/"), request.scope)

    async def _asset(self, request: Request) -> Response:
        return await self._assets.get_response(request.path_params["path"], request.scope)


async def _say_ok(_: Request) -> Response:
    return PlainTextResponse("OK")


def _best_variant(file: Path, accept_encoding: str) -> tuple[str, Path]:
    """The coding to name, empty for none, and the file to send."""
    taken = set(_taken_codings(accept_encoding))
    for coding, suffix in ENCODINGS:
        variant = file.with_name(file.name + suffix)
        if coding in taken and variant.is_file():
            return coding, variant
    return "", file


def _taken_codings(accept_encoding: str) -> list[str]:
    """Codings that are named and not refused by a weight of zero (RFC 9110 section 12.5.3)."""
    codings = []
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "").rstrip("0") not in ("q=", "q=0."):
            codings.append(name.strip())
    return codings
