"""H-6, H-7, H-12: paths that climb, bodies that do not end, pages of other origins."""

import json
import os
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import pytest

from tests.fakes.member import Host, Member, post, post_bytes
from tests.fakes.server import RunningServer, running_server
from tests.fakes.web import fetch

LOCATOR: Final = "A" * 22
POSTS: Final = [
    "/api/meetings",
    f"/api/meetings/{LOCATOR}/nonces",
    f"/api/meetings/{LOCATOR}/admissions",
]
TAKING_JSON: Final = [POSTS[0], POSTS[2]]
CLIMBS: Final = [
    "/../{}",
    "/assets/../../{}",
    "/assets/%2e%2e/%2e%2e/{}",
    "/assets/..%2f..%2f{}",
    "/assets/..%5c..%5c{}",
    "/assets/..\\..\\{}",
    "/assets//{}",
    "/assets/%00/../../{}",
    "/assets/.%2e/.%2e/{}",
    "/api/meetings/../../{}",
    "/api/meetings/..%2f..%2f{}/nonces",
    "/rtc/../../{}",
    "/{}",
]


@pytest.fixture(scope="module")
def with_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a page, and a file next to its folder that is nobody's business."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "planted.txt").write_text("plantedcontent")
    (folder / "web/assets").mkdir(parents=True)
    (folder / "web/index.html").write_text("<!doctype html><title>x</title>")
    (folder / "web/assets/app-12345678.js").write_text("export {};")
    (folder / "web/assets/link.js").symlink_to(folder / "planted.txt")
    with running_server(folder, web_dir=str(folder / "web")) as server:
        yield server


@pytest.mark.parametrize("climb", [*CLIMBS, "/assets/link.js"])
@pytest.mark.parametrize("target", ["planted.txt", "data/keys/engine.secret", "etc/passwd"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_path_leads_out_of_the_pages(
    with_pages: RunningServer, climb: str, target: str, method: str
) -> None:
    """H-6."""
    connection = HTTPConnection("127.0.0.1", with_pages.web_port, timeout=10)
    connection.putrequest(method, climb.format(target), skip_accept_encoding=True)
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status in (400, 404, 405, 422)
    assert b"planted" not in body
    assert b"root:" not in body


@pytest.mark.parametrize("path", POSTS)
def test_a_form_with_files_is_not_read(server: RunningServer, path: str) -> None:
    """H-7: parts without a file name, and far too many of them."""
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    for count in (1, 5_000):
        answer = post_bytes(
            server.http + path, part * count, **{"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert answer.status in (400, 413, 415)
        assert json.loads(answer.body).keys() == {"error", "message", "next_step"}


def send_endlessly(server: RunningServer, path: str, head: str, chunk: bytes) -> tuple[int, int]:
    """Send until the server hangs up; returns the status, and the bytes that it let through."""
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", server.web_port), timeout=10) as raw:
        request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n"
        raw.sendall(f"{request}\r\n".encode())
        raw.settimeout(5)
        try:
            while sent < 256 * 1024 * 1024:
                sent += raw.send(chunk)
        except (ConnectionError, TimeoutError):
            pass
        try:
            while part := raw.recv(65_536):
                answer += part
        except (ConnectionError, TimeoutError):
            pass
    return int(answer.split()[1]) if answer else 0, sent


@pytest.mark.parametrize("path", POSTS)
def test_a_body_without_end_costs_the_server_nothing(server: RunningServer, path: str) -> None:
    """H-7: the answer comes before the rest, and then the connection is gone."""
    before = server.memory_bytes()
    piece = b"x" * 65_536
    chunked = b"10000\r\n" + piece + b"\r\n"
    for head, chunk in (
        ("Transfer-Encoding: chunked", chunked),
        (f"Content-Length: {10**9 - 1}", piece),
    ):
        status, sent = send_endlessly(server, path, head, chunk)
        # Whoever still sends may find the connection reset before the answer is read.
        assert status in (0, 413)
        assert sent < 32 * 1024 * 1024
    assert server.memory_bytes() - before < 16 * 1024 * 1024
    assert fetch(server.http + "/healthz").body == "ok"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("length", ["33000", "999999999", "9" * 40])
def test_a_body_that_announces_too_much_is_refused_unread(
    server: RunningServer, path: str, length: str
) -> None:
    """H-7."""
    with socket.create_connection(("127.0.0.1", server.web_port), timeout=5) as raw:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        raw.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        answer = b""
        while part := raw.recv(65_536):
            answer += part
    # The parser itself refuses numbers that no body has.
    assert answer.split()[1] in ((b"413",) if len(length) < 20 else (b"413", b"400"))


@pytest.mark.parametrize("path", TAKING_JSON)
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx", "text/json"],
)
def test_what_a_form_can_send_is_no_request(server: RunningServer, path: str, kind: str) -> None:
    """H-12: these types need no preflight, so pages of other origins can send them."""
    answer = post_bytes(server.http + path, b"{}", **{"Content-Type": kind})
    assert (answer.status, json.loads(answer.body)["error"]) == (415, "not_json")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'"text"',
        b"\xff\xfe{}",
        b"[" * 20_000,
        b'{"a":' * 5_000,
        b'{"origin": "\\ud800"}',
        b'{"origin": 1e999}',
        b'{"__proto__": {}}',
    ],
    ids=lambda body: repr(body[:16]),
)
@pytest.mark.parametrize("path", TAKING_JSON)
def test_what_is_no_such_object_is_told_so(server: RunningServer, path: str, body: bytes) -> None:
    answer = post_bytes(server.http + path, body, **{"Content-Type": "application/json"})
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "bad_request")


def test_the_field_that_is_wrong_is_named_and_its_value_is_not(server: RunningServer) -> None:
    host = Host(os.urandom(32))
    good = host.creation(server.http)
    wrongs: list[Any] = [None, "planted", 17.5, [], {"planted": 1}, True]
    for field in good:
        for wrong in wrongs:
            answer = post(f"{server.http}/api/meetings", {**good, field: wrong})
            assert answer.status == 400, (field, wrong)
            assert field in json.loads(answer.body)["message"]
            assert "planted" not in answer.body
        without = {name: value for name, value in good.items() if name != field}
        answer = post(f"{server.http}/api/meetings", without)
        assert f"{field} is missing" in json.loads(answer.body)["message"]
    answer = post(f"{server.http}/api/meetings", {**good, "planted": 1})
    assert answer.status == 400
    assert "planted" not in answer.body
    for seconds in (0, 3599, 366 * 86_400 + 1, 2**32, -1):
        answer = post(f"{server.http}/api/meetings", {**good, "lifetime_s": seconds})
        assert answer.status == 400
        assert "lifetime_s" in answer.body


@pytest.mark.parametrize("size", [0, 1, 511, 513, 8191])
def test_sealed_things_have_few_sizes(server: RunningServer, size: int) -> None:
    """So that a size says little about a title or a name."""
    request = Host(os.urandom(32)).creation(server.http, sealed=bytes(size))
    assert "sealed" in json.loads(post(f"{server.http}/api/meetings", request).body)["message"]
    member = Member(os.urandom(32))
    answer = member.ask(server.http, sealed_name=bytes(size))
    assert (answer.status, "sealed_name" in answer.body) == (400, True)


@pytest.mark.parametrize("locator", ["A", "A" * 21, "A" * 23, "A" * 21 + "B", "A" * 21 + "="])
@pytest.mark.parametrize("place", ["nonces", "admissions"])
def test_what_is_no_locator_is_told_so(server: RunningServer, locator: str, place: str) -> None:
    answer = post(f"{server.http}/api/meetings/{locator}/{place}", {} if place[0] == "a" else None)
    assert answer.status == 400
    assert "not a locator" in json.loads(answer.body)["message"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "own.evil.example", "file://"]
)
def test_pages_of_other_origins_are_refused_and_read_nothing(
    server: RunningServer, origin: str
) -> None:
    """H-12: whatever they send along; no answer names an origin, credentials or not."""
    origin = origin.replace("own", server.http)
    sent = {"Origin": origin, "Cookie": "session=x"}
    for answer in (
        fetch(f"{server.http}/api/server", **sent),
        *(post(server.http + path, {}, **sent) for path in TAKING_JSON),
        post(server.http + POSTS[1], None, **sent),
    ):
        assert (answer.status, json.loads(answer.body)["error"]) == (403, "origin_refused")
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [*POSTS, "/api/server"])
def test_no_preflight_is_granted(server: RunningServer, path: str) -> None:
    """H-12."""
    asked = {"Access-Control-Request-Method": "POST", "Origin": "https://evil.example"}
    answer = fetch(server.http + path, "OPTIONS", **asked)
    assert answer.status == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_even_an_allowed_origin_reads_nothing_of_the_api(tmp_path: Path) -> None:
    """H-12: a page behind a proxy has the proxy's origin, so it needs no permission to read."""
    allowed = "https://meet.example.org"
    with running_server(tmp_path, allowed_origins=[allowed]) as server:
        answer = fetch(f"{server.http}/api/server", Origin=allowed)
        assert answer.status == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]
        host = Host(os.urandom(32))
        made = post(f"{server.http}/api/meetings", host.creation(allowed), Origin=allowed)
        assert made.status == 201
