"""M-1, M-20, M-26: strangers' datagrams and a participant's hostile descriptions, from outside."""

import asyncio
import contextlib
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from livekit import rtc
from livekit.protocol import rtc as wire
from websockets.asyncio.client import ClientConnection, connect

from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import token_of
from tests.integration.media import heard_hz
from tests.integration.person import Person

AUDIO = rtc.TrackKind.KIND_AUDIO

# A DTLS 1.2 ClientHello that offers the NULL cipher alone (RFC 6347 section 4.2).
HELLO_BODY = bytes([0xFE, 0xFD, *[7] * 32, 0, 0, 0, 2, 0, 0, 1, 0])
HELLO_HANDSHAKE = b"\x01" + len(HELLO_BODY).to_bytes(3) + bytes(5) + len(HELLO_BODY).to_bytes(3)
HELLO = (
    bytes([22, 0xFE, 0xFD, *[0] * 8])
    + (len(HELLO_HANDSHAKE) + len(HELLO_BODY)).to_bytes(2)
    + HELLO_HANDSHAKE
    + HELLO_BODY
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Open to the network: by default, on loopback, it takes nothing from a stranger's address."""
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, has_engine=True, media_addresses=["127.0.0.1"]) as running:
        yield running


def media_port(server: RunningServer) -> int:
    """The one UDP port of the server process, from its open sockets."""
    inodes = set()
    for entry in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes |= set(re.findall(r"socket:\[(\d+)\]", str(entry.readlink())))
    for table in ("udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                return int(fields[1].rsplit(":", 1)[1], 16)
    raise AssertionError("the server has no UDP port")


@contextmanager
def stranger(
    server: RunningServer, datagrams: Sequence[bytes], per_s: int
) -> Iterator[Callable[[], int]]:
    """Somebody at another address who sends these over and over; yields how many were sent so far.

    On a thread of its own: a busy test must not make the stranger quieter.
    """
    target = ("127.0.0.1", media_port(server))
    sent = 0
    has_ended = threading.Event()

    def send(sender: socket.socket) -> None:
        nonlocal sent
        source = itertools.cycle(datagrams)
        begun = time.monotonic()
        while not has_ended.wait(0.01):
            due = int((time.monotonic() - begun) * per_s)
            for datagram in itertools.islice(source, due - sent):
                with contextlib.suppress(BlockingIOError):
                    sender.sendto(datagram, target)
            sent = due

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.66", 0))
        sender.setblocking(False)
        thread = threading.Thread(target=send, args=(sender,))
        thread.start()
        try:
            yield lambda: sent
        finally:
            has_ended.set()
            thread.join()
        with pytest.raises(BlockingIOError):
            sender.recv(1)


async def join_time(server: RunningServer, name: str) -> float:
    """Seconds that one join takes."""
    person = Person(name, "room")
    begun = time.monotonic()
    await person.connect(server.ws)
    taken = time.monotonic() - begun
    await person.leave()
    return taken


async def assert_calls_work(server: RunningServer) -> None:
    alice, bob = Person("alice", "call"), Person("bob", "call")
    for person in (alice, bob):
        await person.connect(server.ws)
    await alice.publish_tone(440)
    assert abs(await heard_hz(await bob.track(AUDIO)) - 440) < 5
    for person in (alice, bob):
        await person.leave()


@pytest.mark.parametrize(
    "count", [10, pytest.param(100, marks=[pytest.mark.full, pytest.mark.timeout(300)])]
)
async def test_a_stranger_who_races_the_handshake_keeps_nobody_out(
    server: RunningServer, count: int
) -> None:
    """M-1: 1,000 ClientHellos a second from another address while people join."""
    before = server.metric("engine_datagrams_dropped")
    times: list[float] = []
    with stranger(server, [HELLO], 1_000) as sent:
        while len(times) < count or sent() < 500:
            times.append(await join_time(server, f"guest-{len(times)}"))
    assert max(times) < 3, times
    await asyncio.sleep(1)
    assert server.metric("engine_datagrams_dropped") > before + 100


def test_a_server_for_this_machine_only_hears_no_stranger_and_counts_them(tmp_path: Path) -> None:
    with running_server(tmp_path, has_engine=True) as local:
        with stranger(local, [HELLO], 1_000) as sent:
            while sent() < 50:
                time.sleep(0.01)
        time.sleep(1)
        assert local.metric("engine_datagrams_refused") >= 50


async def test_empty_and_giant_datagrams_stop_nothing(server: RunningServer) -> None:
    """M-20: 0, 1 and 65,507 bytes, among others; the stranger gets no answer to any."""
    datagrams = [
        b"",
        b"\x00",
        b"\x80",
        b"\x16",
        b"\x80" * 65_507,
        b"\x00" * 65_507,
        b"\x16" * 2_001,
    ]
    with stranger(server, datagrams, 500):
        await assert_calls_work(server)


async def take_until(peer: ClientConnection, kind: str) -> wire.SignalResponse:
    async with asyncio.timeout(10):
        while True:
            data = await peer.recv()
            assert isinstance(data, bytes)
            response = wire.SignalResponse.FromString(data)
            if response.WhichOneof("message") == kind:
                return response


def describe(sections: str) -> str:
    return f"v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n{sections}"


AUDIO_SECTION = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
HOSTILE = {
    "empty": "",
    "a payload type above 127": describe("m=audio 9 UDP/TLS/RTP/SAVPF 128\r\na=mid:0\r\n"),
    "the same media id twice": describe(AUDIO_SECTION * 2),
    "a line break inside a line": describe(AUDIO_SECTION + "a=x:1\rm=video 9 RTP 1\r\n"),
    "a very long line": describe(AUDIO_SECTION + "a=x:" + "y" * 30_000 + "\r\n"),
    "very many sections": describe(
        "".join(f"m=audio 9 RTP 0\r\na=mid:{n}\r\n" for n in range(1_800))
    ),
    "no ICE and no DTLS": describe(AUDIO_SECTION),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("kind", ["offer", "answer"])
async def test_a_hostile_description_gets_its_sender_an_error_and_nobody_else_notices(
    server: RunningServer, hostile: str, kind: str
) -> None:
    """M-26."""
    headers = {"Authorization": f"Bearer {token_of('mallory', 'hostile')}"}
    async with connect(f"{server.ws}/rtc?protocol=18", additional_headers=headers) as peer:
        await take_until(peer, "offer")
        description = wire.SessionDescription(type=kind, sdp=hostile, id=1)
        request = (
            wire.SignalRequest(offer=description)
            if kind == "offer"
            else wire.SignalRequest(answer=description)
        )
        begun = time.monotonic()
        await peer.send(request.SerializeToString())
        refusal = (await take_until(peer, "request_response")).request_response
        assert refusal.reason == wire.RequestResponse.INVALID_REQUEST
        assert 0 < len(refusal.message) < 300
        assert time.monotonic() - begun < 2


async def test_calls_go_on_after_all_of_it(server: RunningServer) -> None:
    await assert_calls_work(server)
