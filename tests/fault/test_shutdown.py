"""F-2: a server that stops sends people away with a reason, quickly, and without a traceback."""

import asyncio
import signal
import time
from pathlib import Path

import pytest
from livekit.protocol import models, rtc
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.client import joined, receive
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import token_of
from tests.fakes.web import fetch


async def test_sigterm_drains(tmp_path: Path) -> None:
    with running_server(tmp_path, drain_s=2.0) as server:
        async with joined(server, token_of("ada")) as ada, joined(server, token_of("bob")) as bob:
            await receive(ada, "join")
            await receive(bob, "join")
            started = time.monotonic()
            server.process.terminate()
            for socket in (ada, bob):
                leave = (await receive(socket, "leave")).leave
                assert leave.reason == models.DisconnectReason.SERVER_SHUTDOWN
                assert leave.action == rtc.LeaveRequest.RECONNECT
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
        await refused(server)
        assert await asyncio.to_thread(server.process.wait, 20) == 0
        assert time.monotonic() - started < 10
        assert "Traceback" not in server.log.read_text()


async def refused(server: RunningServer) -> None:
    """What newcomers and load balancers see meanwhile."""
    with pytest.raises(InvalidStatus) as caught:
        async with joined(server):
            pass
    assert caught.value.response.status_code == 503
    assert int(caught.value.response.headers["Retry-After"]) >= 1
    ready = await asyncio.to_thread(fetch, f"{server.http}/readyz")
    assert ready.status == 503
    assert "draining" in ready.body
    assert (await asyncio.to_thread(fetch, f"{server.http}/healthz")).status == 200


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with running_server(tmp_path, drain_s=15.0) as server:
        server.process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(server.process.wait, 3) == 1
        assert "Traceback" not in server.log.read_text()


async def test_a_resuming_client_is_told_to_join_afresh(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        async with joined(server, query="reconnect=1&sid=PA_gone") as socket:
            leave = (await receive(socket, "leave")).leave
    assert leave.reason == models.DisconnectReason.STATE_MISMATCH
    assert leave.action == rtc.LeaveRequest.RECONNECT


async def test_a_participant_who_does_not_read_is_cut(tmp_path: Path) -> None:
    """W-9 in small: the queue is bounded, the others go on, memory is given back."""
    with running_server(tmp_path, max_send_queue_bytes=65_536) as server:
        async with joined(server, token_of("slow"), max_queue=1) as slow:
            await receive(slow, "join")
            slow.transport.pause_reading()
            grant = token_of("talker", canUpdateOwnMetadata=True)
            async with joined(server, grant) as talker:
                await receive(talker, "join")
                for number in range(1500):
                    body = rtc.UpdateParticipantMetadata(metadata=f"{number}" + "x" * 15_000)
                    message = rtc.SignalRequest(update_metadata=body)
                    await talker.send(message.SerializeToString())
                    told = await receive(talker, "update")
                    if told.update.participants[0].identity == "slow":
                        break
                gone = told.update.participants[0]
                assert gone.identity == "slow"
                assert gone.state == models.ParticipantInfo.DISCONNECTED
        server.stop()
        reasons = [line.get("reason") for line in server.lines()]
        assert "too_slow" in reasons
