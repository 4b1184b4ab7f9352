"""Secrets, names, titles, origins and addresses of a real meeting are in nothing that is written.

The canary words are planted through the real requests; then log, metrics and every file of the data
folder are searched, spelled in every way that a careless line would spell them.
"""

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any

from livekit.protocol import rtc

from folkmoot.protocol.encoding import to_base64url
from tests.fakes.client import joined, receive
from tests.fakes.member import Host, Member, post, public
from tests.fakes.server import RunningServer, running_server
from tests.fakes.web import fetch

TITLE, NAME, AGENT = "PlantedTitle", "PlantedName", "PlantedAgent"
ORIGIN = "https://planted.example"
ADDRESS = "203.0.113.99"


def hold_a_meeting(server: RunningServer, host: Host, member: Member) -> list[str]:
    """Made, entered, failed at in every way, and left. Returns the words that only the wire has."""
    sent = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS, "Forwarded": f"for={ADDRESS}"}
    request = host.creation(ORIGIN)
    address = f"{server.http}/api/meetings"
    assert post(address, request, **sent).status == 201
    nonce = member.ask_nonce(server.http)
    application = member.application(ORIGIN, nonce, NAME)
    answer = post(f"{address}/{member.locator}/admissions", application, **sent)
    assert answer.status == 200
    ticket = json.loads(answer.body)["ticket"]
    for body in (application, {**application, "planted": 1}, {**application, "origin": "x"}):
        assert post(f"{address}/{member.locator}/admissions", body, **sent).status in (400, 403)
    fetch(f"{address}/{member.locator}?s={to_base64url(host.secret)}", **sent)
    post(address, {**request, "sealed": request["sealed"][:-4]}, **sent)
    asyncio.run(take_part(server, ticket))
    fetch(f"{server.http}/rtc/validate?access_token={ticket}", **sent)
    return [ticket, ticket.split(".")[2], to_base64url(nonce), application["sealed_name"]]


async def take_part(server: RunningServer, ticket: str) -> None:
    async with joined(server, ticket, headers={"User-Agent": AGENT}) as socket:
        await receive(socket, "join")
        await socket.send(rtc.SignalRequest(ping=1).SerializeToString())
        await receive(socket, "refresh_token")


def spellings(value: bytes) -> list[bytes]:
    return [
        value,
        value.hex().encode(),
        base64.b64encode(value).rstrip(b"="),
        to_base64url(value).encode(),
        repr(value)[2:-1].encode(),
    ]


def everything_in(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_search_through_all_that_is_written_finds_nothing_of_a_meeting(tmp_path: Path) -> None:
    host = Host(os.urandom(32), title=TITLE)
    member = Member(host.secret)
    with running_server(tmp_path, allowed_origins=[ORIGIN]) as server:
        on_the_wire = hold_a_meeting(server, host, member)
        metrics = fetch(f"http://127.0.0.1:{server.metrics_port}/metrics").body
        assert server.stop() == 0
        log = server.log.read_text()

    assert "session_ended" in log, "the log that is searched is the real one"
    for counted in (
        "folkmoot_meetings_made_total 1.0",
        "folkmoot_admissions_total 1.0",
        'folkmoot_api_refusals_total{error="not_admitted"} 1.0',
        'folkmoot_api_refusals_total{error="bad_request"} 3.0',
    ):
        assert counted in metrics
    kept = everything_in(tmp_path / "data")
    keys = host.keys
    assert keys.locator in kept, "the database that is searched is the real one"

    written = kept + log.encode() + metrics.encode()
    secrets: dict[str, bytes] = {
        "S": host.secret,
        "admission seed": keys.admission.private_bytes_raw(),
        "host seed": host.key.private_bytes_raw(),
        "meta key": keys.meta,
        "tag key": keys.tag,
        "mix key": keys.mix,
        "leaf key": public(member.leaf),
    }
    words = [TITLE, NAME, AGENT, ORIGIN, "planted.example", ADDRESS, "127.0.0.1", member.identity]
    for what, value in secrets.items():
        for spelled in spellings(value):
            assert spelled not in written, what
    for word in [*words, *on_the_wire]:
        assert word.encode() not in written, word
    # The database needs these three; what is written for people does not.
    for value in (keys.locator, public(keys.admission), public(host.key)):
        for spelled in spellings(value):
            assert spelled not in log.encode() + metrics.encode()


def test_an_error_inside_says_nothing_of_the_request(tmp_path: Path) -> None:
    """The database is lost under a running server: what is logged is kind and place."""
    host = Host(os.urandom(32), title=TITLE)
    with running_server(tmp_path) as server:
        database = tmp_path / "data/folkmoot.db"
        for path in tmp_path.glob("data/folkmoot.db*"):
            path.unlink()
        database.mkdir()
        made = host.create(server.http)
        answer: dict[str, Any] = json.loads(made.body)
        assert (made.status, answer["error"]) == (500, "internal_error")
        server.stop()
        log = server.log.read_text()
    assert "unhandled_error" in log
    for value in (host.keys.locator, host.secret, public(host.key)):
        for spelled in spellings(value):
            assert spelled not in log.encode() + made.body.encode()
    assert "INSERT" not in log
    assert "Traceback" not in log
