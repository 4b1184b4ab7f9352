"""W-4, W-5, W-7: frames that are too large, compressed or malformed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.protocol import rtc
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosedError

from tests.fakes.client import joined, receive
from tests.fakes.server import RunningServer
from tests.fakes.tokens import token_of
from tests.fakes.web import fetch

LIMIT = 64 * 1024


async def ping(socket: ClientConnection) -> None:
    """Somebody else's session still answers."""
    await socket.send(rtc.SignalRequest(ping_req=rtc.Ping(timestamp=1)).SerializeToString())
    await receive(socket, "pong_resp")


async def test_a_frame_over_64_kib_closes_its_sender_with_1009_and_memory_stays_flat(
    server: RunningServer,
) -> None:
    """W-4."""
    async with joined(server, token_of("victim")) as victim:
        await ping(victim)
        before = server.memory_bytes()
        async with joined(server, token_of("attacker")) as socket:
            with pytest.raises(ConnectionClosedError) as caught:  # noqa: PT012  # send or receive, whichever notices
                await socket.send(b"\x00" * (LIMIT + 1))
                while True:
                    await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1009
        for _ in range(20):
            async with joined(server, token_of("attacker")) as socket:
                # The close frame may be lost in the reset that the unread rest causes.
                with pytest.raises(ConnectionClosedError):  # noqa: PT012  # send or receive, whichever notices
                    await socket.send(b"\x00" * (8 * 1024 * 1024))
                    while True:
                        await socket.recv()
        assert server.memory_bytes() - before < 8 * 1024 * 1024
        await ping(victim)


async def test_endless_fragments_are_one_message_too_long(server: RunningServer) -> None:
    """W-4, in pieces: the limit holds for the message, not for the frame."""
    async with joined(server, token_of("attacker")) as socket:

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(LIMIT // 4096 + 1):
                yield b"\x00" * 4096
            # What is sent after the end may cost the close frame, by a reset.
            await asyncio.wait_for(socket.wait_closed(), 5)
            yield b"\x00"

        with pytest.raises(ConnectionClosedError) as caught:  # noqa: PT012  # send or receive, whichever notices
            await socket.send(pieces())
            while True:
                await socket.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009


async def test_a_frame_of_exactly_the_limit_is_answered(server: RunningServer) -> None:
    async with joined(server) as socket:
        await socket.send(b"\xff" * LIMIT)
        answer = (await receive(socket, "request_response")).request_response
        assert answer.reason == rtc.RequestResponse.INVALID_REQUEST


async def test_compression_is_not_negotiated(server: RunningServer) -> None:
    """W-5: a compression bomb has nothing to explode in."""
    async with joined(server, compression="deflate") as socket:
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        await ping(socket)


@pytest.mark.parametrize(
    "text", ['{"ping": 1e400}', "[" * 10_000, '{"a": NaN, "a": 1}', "\U0001f600"]
)
async def test_text_frames_are_refused(server: RunningServer, text: str) -> None:
    """W-7: there is no JSON in this protocol, however it is spelled."""
    async with joined(server, token_of("victim")) as victim:
        async with joined(server, token_of("attacker")) as socket:
            await socket.send(text)
            with pytest.raises(ConnectionClosedError) as caught:  # noqa: PT012  # send or receive, whichever notices
                while True:
                    await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1003
        await ping(victim)


async def test_malformed_messages_are_answered_to_the_sender_and_end_its_session_only(
    server: RunningServer,
) -> None:
    """W-7: sixteen of them are no accident."""
    async with joined(server, token_of("victim")) as victim:
        async with joined(server, token_of("attacker")) as socket:
            with pytest.raises(ConnectionClosedError) as caught:  # noqa: PT012  # send or receive, whichever notices
                for number in range(20):
                    await socket.send(bytes([0xFF, number]))
                    await receive(socket, "request_response")
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1008
        await ping(victim)


@pytest.mark.parametrize(
    "attributes",
    ["!!!", "e30=x", "W10", "eyJhIjoxZTQwMH0", "eyJhIjoiMSIsImEiOiIyIn0", "W1tb" * 3000],
    ids=["not base64", "bad padding", "a list", "1e400", "a key twice", "deep"],
)
async def test_malformed_attributes_in_the_address_are_refused(
    server: RunningServer, attributes: str
) -> None:
    """W-7."""
    token = token_of(canUpdateOwnMetadata=True)
    url = f"{server.http}/rtc/validate?attributes={attributes}"
    assert fetch(url, Authorization=f"Bearer {token}").status in (400, 431)
