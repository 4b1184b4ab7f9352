"""W-1: a foreign page cannot open signalling with what a browser sends by itself."""

import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.fakes.client import receive
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import token_of
from tests.fakes.web import fetch

# Origin header (None: not sent; "own" is replaced), token in the query, and what comes of it.
VARIANTS = [
    ("own", 101),
    (None, 403),
    ("null", 403),
    ("https://evil.example", 403),
    ("own.evil.example", 403),
    ("http://sub.127.0.0.1", 403),
    ("http://127.0.0.1:1", 403),
    ("https own", 403),
]


def spell(origin: str | None, server: RunningServer) -> dict[str, str]:
    if origin is None:
        return {}
    own = server.http
    return {
        "Origin": {"own": own, "own.evil.example": f"{own}.evil.example"}.get(
            origin, own.replace("http:", "https:") if origin == "https own" else origin
        )
    }


@pytest.mark.parametrize(("origin", "status"), VARIANTS)
async def test_only_our_own_page_connects_with_a_token_in_the_address(
    server: RunningServer, origin: str | None, status: int
) -> None:
    url = f"{server.ws}/rtc?access_token={token_of()}"
    headers = spell(origin, server)
    if status == 101:
        async with connect(url, additional_headers=headers) as socket:
            assert (await receive(socket, "join")).join.participant.identity == "ada"
        return
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url, additional_headers=headers):
            pass
    assert caught.value.response.status_code == status


async def test_a_bearer_token_does_not_open_the_door_for_a_foreign_page(
    server: RunningServer,
) -> None:
    headers = {"Origin": "https://evil.example", "Authorization": f"Bearer {token_of()}"}
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"{server.ws}/rtc", additional_headers=headers):
            pass
    assert caught.value.response.status_code == 403


def test_a_name_that_leads_here_for_a_moment_is_not_ours(server: RunningServer) -> None:
    """DNS rebinding: the browser takes the page's own name for this server's, and sends it as Host.

    Symptom: a page on another site makes meetings at a visitor's own server. Cause: the origin was
    compared with Host, which comes from that page. Who: whoever runs a server for themselves.
    """
    name = f"evil.example:{server.web_port}"
    for path in ("/api/meetings", f"/api/meetings/{'A' * 22}/nonces", "/rtc/validate"):
        method = "GET" if path.startswith("/rtc") else "POST"
        answer = fetch(server.http + path, method, Host=name, Origin=f"http://{name}")
        assert (answer.status, json.loads(answer.body)["error"]) == (403, "origin_refused")
    # Whatever name the request was sent to, our own pages are ours.
    answer = fetch(f"{server.http}/rtc/validate", Host=name, Origin=server.http)
    assert (answer.status, json.loads(answer.body)["error"]) == (401, "token_invalid")


async def test_a_cookie_alone_never_lets_anybody_in(server: RunningServer) -> None:
    headers = {"Origin": server.http, "Cookie": f"access_token={token_of()}; session=x"}
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"{server.ws}/rtc", additional_headers=headers):
            pass
    assert caught.value.response.status_code == 401


def test_a_page_of_an_allowed_origin_can_read_why_it_is_refused(tmp_path: Path) -> None:
    """Symptom: the page sees a network error, and its client does not fall back to `/rtc`.

    Cause: only the answer to a good token named the origin. Who: people who come by a page of
    another origin that the operator allowed. Pages of other origins still read nothing.
    """
    allowed = "https://meet.example.org"
    with running_server(tmp_path, allowed_origins=[allowed]) as server:
        for path, status in (("validate", 401), ("v1/validate", 404)):
            answer = fetch(f"{server.http}/rtc/{path}", Origin=allowed)
            assert answer.status == status
            assert answer.headers["access-control-allow-origin"] == allowed
            foreign = fetch(f"{server.http}/rtc/{path}", Origin="https://evil.example")
            assert "access-control-allow-origin" not in foreign.headers
