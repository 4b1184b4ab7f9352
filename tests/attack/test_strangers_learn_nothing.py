"""H-11, H-13, and addresses that must not exist."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.fakes.server import RunningServer
from tests.fakes.tokens import token_of
from tests.fakes.web import fetch

HEADERS = {
    "content-security-policy",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
}
# What a stack, a path, a query or a product would show.
LEAKS = ("Traceback", "site-packages", ".py", "/src/", "SELECT ", "sqlite", "uvicorn", "starlette")


def listening_addresses(port: int) -> set[str]:
    """Local addresses that listen on a TCP port (proc(5): state 0A, addresses in host order)."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, hexport = local.partition(":")
            if state == "0A" and int(hexport, 16) == port:
                found.add(address)
    return found


def test_metrics_listen_on_loopback_only(server: RunningServer) -> None:
    """H-11."""
    loopback = socket.inet_aton("127.0.0.1")[::-1].hex().upper()
    assert listening_addresses(server.metrics_port) == {loopback}


@pytest.mark.parametrize(
    "path", ["/metrics", "/debug", "/debug/pprof", "/docs", "/openapi.json", "/admin"]
)
def test_the_public_port_has_no_back_rooms(server: RunningServer, path: str) -> None:
    """H-11."""
    assert fetch(server.http + path).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/rtc/validate",
        "/rtc/validate?access_token=%00%ff",
        "/rtc/validate?access_token=a.b.c",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/%00",
        "//etc//passwd",
        "/rtc",
        "/?x=" + "y" * 2000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_errors_show_no_stack_path_or_query(server: RunningServer, path: str, method: str) -> None:
    """H-13."""
    answer = fetch(server.http + path, method)
    assert answer.status < 500
    assert "root:" not in answer.body
    assert not [leak for leak in LEAKS if leak in answer.body + str(answer.headers)]
    assert answer.headers.keys() >= HEADERS
    if answer.status in (400, 401, 403, 503):
        assert json.loads(answer.body).keys() == {"error", "message", "next_step"}


@pytest.mark.parametrize(
    "path", ["/rtc/v1", "/rtc/v1/validate", "/twirp/livekit.RoomService/ListRooms", "/rtc", "/x"]
)
def test_addresses_that_clients_must_not_find_answer_a_bare_404(
    server: RunningServer, path: str
) -> None:
    """Clients of protocol v1 fall back to v0 on exactly this."""
    answer = fetch(f"{server.http}{path}?access_token={token_of()}")
    assert (answer.status, answer.body) == (404, "")


@pytest.mark.parametrize(
    "path", ["/rtc/v1", "/rtc/v1?join_request=x", "/rtc?join_request=x", "/agent", "/"]
)
async def test_upgrades_elsewhere_answer_a_bare_404(server: RunningServer, path: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(
            server.ws + path, additional_headers={"Authorization": f"Bearer {token_of()}"}
        ):
            pass
    assert caught.value.response.status_code == 404
    assert not caught.value.response.body


def test_probes_and_the_start_page_answer(server: RunningServer) -> None:
    assert fetch(server.http + "/").status == 200
    assert fetch(server.http + "/", "HEAD").status == 200
    assert fetch(server.http + "//rtc//validate?access_token=" + token_of()).body == "success"
    assert fetch(server.http + "/healthz").body == "ok"
    assert json.loads(fetch(server.http + "/readyz").body) == {"ready": True}


async def test_an_upgrade_with_an_endless_address_is_answered(server: RunningServer) -> None:
    """Longer than the WebSocket library reads: it must not take the connection's handler down."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.web_port)
    head = f"GET /rtc?access_token={'a' * 9000} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    head += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    writer.write((head + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
    try:
        status = await asyncio.wait_for(reader.readline(), 5)
    finally:
        writer.close()
        await writer.wait_closed()
    assert b" 431 " in status


async def raw_answer(server: RunningServer, words: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.web_port)
    writer.write(words)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "words",
    [
        b"HELLO\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_the_same_headers_and_a_next_step(
    server: RunningServer, words: bytes
) -> None:
    """Symptom: the one answer without them was the ASGI server's own. Who: anybody."""
    head, _, body = (await raw_answer(server, words)).partition(b"\r\n\r\n")
    assert b" 400 " in head.splitlines()[0]
    names = {line.partition(b":")[0].decode().lower() for line in head.splitlines()[1:]}
    assert names >= HEADERS
    assert json.loads(body).keys() == {"error", "message", "next_step"}


@pytest.mark.parametrize("path", ["/", "/nothing", "/rtc/validate", "/healthz", "/assets/x.js"])
def test_no_page_runs_what_did_not_come_with_it(server: RunningServer, path: str) -> None:
    headers = fetch(server.http + path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types svelte-trusted-html folkmoot-workers" in policy.split("; ")
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert "strict-transport-security" not in headers


def test_a_page_may_use_what_a_meeting_needs_and_nothing_else(server: RunningServer) -> None:
    policy = fetch(server.http + "/").headers["permissions-policy"]
    allowed = {part.partition("=")[0] for part in policy.split(", ") if part.endswith("=(self)")}
    assert allowed >= {"camera", "microphone", "display-capture", "speaker-selection"}
    for name in ("geolocation", "usb", "payment", "clipboard-read", "local-fonts"):
        assert f"{name}=()" in policy.split(", ")
    assert "*" not in policy
