"""The web client arrives whole, small, with the right type, and is kept as long as it is good."""

import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from folkmoot.http.pages import Pages

SCRIPT = "console.log(1);" * 400


@pytest.fixture
def built(tmp_path: Path) -> Path:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "licences.md").write_text("# MIT")
    (tmp_path / ".hidden").write_text("x")
    (assets / "index-abc.js").write_text(SCRIPT)
    (assets / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (assets / "index-abc.js.br").write_bytes(b"as brotli")
    for name in ("a-1.css", "a-1.svg", "a-1.woff2", "a-1.wasm", "a-1.unknown"):
        (assets / name).write_text("x")
    return tmp_path


async def ask(
    folder: Path | None, path: str, method: str = "GET", **headers: str
) -> httpx.Response:
    app: Any = Starlette(routes=Pages(folder).routes())
    app.router.redirect_slashes = False  # as in build_app
    asked = {"accept-encoding": "identity", **{k.replace("_", "-"): v for k, v in headers.items()}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        request = client.build_request(method, path, headers=asked)
        answer = await client.send(request, stream=True)
        await answer.aclose() if answer.headers.get("content-encoding") == "br" else (
            await answer.aread()
        )
        return answer


async def test_the_index_is_asked_for_again_and_hashed_files_never(built: Path) -> None:
    index = await ask(built, "/")
    assert (index.status_code, index.headers["cache-control"]) == (200, "no-cache")
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    asset = await ask(built, "/assets/index-abc.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.text == SCRIPT


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js"])
async def test_what_the_browser_has_already_is_not_sent_again(built: Path, path: str) -> None:
    first = await ask(built, path)
    again = await ask(built, path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("identity", None),
        ("zstd", None),
        ("", None),
        ("br;q=0,gzip;q=0.000", None),
    ],
)
async def test_a_file_comes_in_the_smallest_form_that_the_browser_reads(
    built: Path, accepted: str, coding: str | None
) -> None:
    answer = await ask(built, "/assets/index-abc.js", accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "accept-encoding"
    if coding != "br":  # there is nothing here that reads it
        assert answer.text == SCRIPT


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a-1.css", "text/css; charset=utf-8"),
        ("a-1.svg", "image/svg+xml"),
        ("a-1.woff2", "font/woff2"),
        ("a-1.wasm", "application/wasm"),
        ("a-1.unknown", "application/octet-stream"),
    ],
)
async def test_a_file_says_what_it_is(built: Path, name: str, content_type: str) -> None:
    assert (await ask(built, f"/assets/{name}")).headers["content-type"] == content_type


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js", "/licences.md"])
async def test_head_says_the_same_without_the_file(built: Path, path: str) -> None:
    got, head = await ask(built, path), await ask(built, path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/",
        "/assets",
        "/assets/index-abc.js.br",
        "/assets/index-abc.js.gz",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets/%2Fetc%2Fpasswd",
        "/assets/%00",
        "/assets/" + "x" * 300,
        "/.hidden",
        "/index.html.br",
        "/nothing",
    ],
)
async def test_what_is_not_there_is_not_found(built: Path, path: str) -> None:
    assert (await ask(built, path)).status_code == 404


async def test_a_link_out_of_the_folder_leads_nowhere(built: Path, tmp_path: Path) -> None:
    (built / "assets" / "out").symlink_to("/etc")
    assert (await ask(built, "/assets/out/passwd")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js"])
async def test_nothing_can_be_put_there(built: Path, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await ask(built, path, method)).status_code == 405


async def test_a_server_without_a_client_says_that_it_is_there() -> None:
    assert (await ask(None, "/")).text == "OK"
