"""Logs and metrics of a real run carry no identity, room, token, address or user agent (W-2).

The words are planted where a careless log line would pick them up; then everything that the server
wrote is searched.
"""

import asyncio
from pathlib import Path

import pytest
from livekit.protocol import models, rtc
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.fakes.client import joined, receive
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import SECRET, sign, token_of
from tests.fakes.web import fetch

IDENTITY, ROOM, AGENT = "plantedidentity", "plantedroom", "PlantedAgent"
NAME, TRACK = "plantedname", "plantedtrack"


async def live(server: RunningServer, token: str) -> None:
    """Everything that could be worth a log line, the failures above all."""
    headers = {"User-Agent": AGENT, "X-Forwarded-For": "203.0.113.99"}
    query = f"access_token={token}&os={AGENT}&room={ROOM}"
    async with joined(server, token, query, headers=headers) as socket:
        await receive(socket, "join")
        request = rtc.AddTrackRequest(cid=TRACK, name=NAME, type=models.TrackType.AUDIO)
        await socket.send(rtc.SignalRequest(add_track=request).SerializeToString())
        await receive(socket, "track_published")
        await socket.send(b"\xff" + IDENTITY.encode())
        async with joined(server, token, headers=headers) as second:
            await receive(second, "join")
            second.transport.abort()
        await asyncio.sleep(0.2)
    async with joined(server, token, headers=headers) as socket:
        await socket.send(b"\x00" * 70_000)
        await asyncio.sleep(0.2)
    for bad in (token[:-3] + "AAA", "x" * 9000):
        with pytest.raises(InvalidStatus):
            async with connect(
                f"{server.ws}/rtc?{query.replace(token, bad)}", user_agent_header=AGENT
            ):
                pass


def test_a_search_through_logs_and_metrics_finds_nobody(tmp_path: Path) -> None:
    token = token_of(IDENTITY, ROOM)
    with running_server(tmp_path) as server:
        asyncio.run(live(server, token))
        fetch(f"{server.http}/rtc/validate?access_token={token}", **{"User-Agent": AGENT})
        fetch(f"{server.http}/{ROOM}/{IDENTITY}", **{"User-Agent": AGENT})
        metrics = fetch(f"http://127.0.0.1:{server.metrics_port}/metrics").body
        assert server.stop() == 0
        log = server.log.read_text()

    assert "library_message" not in log, "a refused upgrade is no error of ours"
    assert "session_ended" in log, "the log that is searched is the real one"
    assert "folkmoot_joins_total 3.0" in metrics
    planted = [
        IDENTITY,
        ROOM,
        AGENT,
        NAME,
        TRACK,
        token,
        token.split(".")[2],
        SECRET,
        "203.0.113.99",
    ]
    for word in [*planted, "127.0.0.1", "access_token", "PA_", "TR_", "RM_", "Traceback"]:
        assert word not in log
        assert word not in metrics


def test_a_thousand_departures_cost_a_line_each_at_most(tmp_path: Path) -> None:
    """A disconnect is one structured line, however rude (F-20 in small)."""

    async def vanish(server: RunningServer) -> None:
        async def one(number: int) -> None:
            async with joined(server, token_of(f"p{number}")) as socket:
                await receive(socket, "join")
                socket.transport.abort()

        for start in range(0, 100, 25):
            await asyncio.gather(*(one(number) for number in range(start, start + 25)))
        await asyncio.sleep(0.5)

    with running_server(tmp_path) as server:
        asyncio.run(vanish(server))
        server.stop()
        events = [line["event"] for line in server.lines()]
    assert events.count("session_ended") == 100
    assert len(events) == 100 + len(["listening", "draining", "stopped"])


def test_even_the_text_of_a_token_error_is_not_logged(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        forged = sign({"iss": "plantedissuer"}, "some-other-secret-0123456789-0123456789")
        fetch(f"{server.http}/rtc/validate", Authorization=f"Bearer {forged}")
        server.stop()
        assert "planted" not in server.log.read_text()
