"""Somebody sends far more than others do: the others notice nothing."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from typing import Final

from livekit.protocol import rtc
from websockets.asyncio.client import ClientConnection

from tests.fakes.client import joined, receive
from tests.fakes.raw_frames import BINARY, PING, frame, upgrade
from tests.fakes.server import RunningServer
from tests.fakes.tokens import token_of

LARGEST: Final = 16_000
"""Just below the limit of metadata, and of attributes."""
FLOOD_S: Final = 2.0


def profile(metadata: str, **attributes: str) -> bytes:
    body = rtc.UpdateParticipantMetadata(metadata=metadata, attributes=attributes)
    return rtc.SignalRequest(update_metadata=body).SerializeToString()


async def read_to_the_end(connection: ClientConnection) -> None:
    async for _ in connection:
        pass


@contextlib.asynccontextmanager
async def reading(server: RunningServer, token: str) -> AsyncIterator[ClientConnection]:
    """Join and read all the time, as a good client does."""
    async with joined(server, token) as connection:
        task = asyncio.create_task(read_to_the_end(connection))
        try:
            yield connection
            assert not task.done(), "a participant who reads was cut"
        finally:
            task.cancel()


async def test_a_burst_of_messages_throws_nobody_else_out(server: RunningServer) -> None:
    """Symptom: the others are cut as too slow, although they read.

    Cause: the messages of one read were handled without a break, so the others' queues filled while
    nothing could empty them. Who: any participant who may change their own metadata.
    """
    rights = token_of("mallory", "burst", canUpdateOwnMetadata=True)
    async with reading(server, token_of("ada", "burst")), reading(server, rights) as loud:
        await loud.send(profile("", big="x" * LARGEST))
        await asyncio.sleep(0.3)
        loud.transport.write(b"".join(frame(BINARY, profile(str(i))) for i in range(1, 41)))
        await asyncio.sleep(1.5)


async def test_a_room_of_people_with_large_profiles_can_still_be_joined(
    server: RunningServer,
) -> None:
    """Symptom: nobody else gets in, and nothing says why.

    Cause: the join response was larger than the send queue. Who: nine participants, or one with
    nine tokens.
    """
    async with contextlib.AsyncExitStack() as stack:
        for number in range(9):
            rights = token_of(f"p{number}", "large", canUpdateOwnMetadata=True)
            person = await stack.enter_async_context(reading(server, rights))
            await person.send(profile("m" * LARGEST, big="x" * LARGEST))
            await asyncio.sleep(0.05)
        async with joined(server, token_of("late", "large")) as late:
            join = (await asyncio.wait_for(receive(late, "join"), 5)).join
            assert len(join.other_participants) == 9


async def test_pings_whose_answers_nobody_reads_do_not_fill_memory(server: RunningServer) -> None:
    """Symptom: 60 MB of pings are 60 MB of the server's memory.

    Cause: pongs go around the bounded queue. Who: anybody with a token.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", server.web_port)
    writer.write(upgrade("mallory", "pings"))
    await reader.readuntil(b"\r\n\r\n")
    assert isinstance(writer.transport, asyncio.Transport)
    writer.transport.pause_reading()
    before = server.memory_bytes()
    with contextlib.suppress(OSError):  # cut: that is the way out
        for _ in range(500):
            writer.write(frame(PING, b"x" * 125) * 1000)
            await asyncio.wait_for(writer.drain(), 10)
    grown = server.memory_bytes() - before
    assert writer.transport.is_closing(), "the connection was not cut"
    writer.transport.abort()
    assert grown < 8 * 1024 * 1024


async def test_pings_whose_answers_are_read_are_all_answered(server: RunningServer) -> None:
    """Who reads is not cut, however many they send."""
    async with joined(server, token_of("ada", "pings")) as connection:
        await receive(connection, "join")
        for _ in range(20):
            connection.transport.write(frame(PING, b"x" * 125) * 1000)
            await asyncio.wait_for(await connection.ping(), 10)


async def test_a_flood_of_small_messages_does_not_stall_other_rooms(server: RunningServer) -> None:
    """Symptom: for as long as it lasts, everybody on the server waits for seconds.

    Cause: one read held thousands of messages, and all were handled before anybody else's. Who:
    anybody with a token.
    """
    async with joined(server, token_of("ada", "quiet")) as ada:
        end = time.monotonic() + FLOOD_S
        flooding = asyncio.create_task(asyncio.to_thread(flood, server.web_port, end))
        ping = rtc.SignalRequest(ping_req=rtc.Ping(timestamp=1)).SerializeToString()
        worst_s = 0.0
        while time.monotonic() < end:
            began = time.perf_counter()
            await ada.send(ping)
            await receive(ada, "pong_resp")
            worst_s = max(worst_s, time.perf_counter() - began)
            await asyncio.sleep(0.02)
        await flooding
    assert worst_s < 0.25


def flood(port: int, end_s: float) -> None:
    layers = rtc.SignalRequest(update_layers=rtc.UpdateVideoLayers(track_sid="x"))
    burst = frame(BINARY, layers.SerializeToString()) * 4_000
    with socket.create_connection(("127.0.0.1", port), timeout=2) as loud:
        loud.sendall(upgrade("mallory", "loud"))
        with contextlib.suppress(OSError):  # cut, or no longer read: either is fine
            while time.monotonic() < end_s:
                loud.sendall(burst)
