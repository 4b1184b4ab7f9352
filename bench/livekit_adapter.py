"""LiveKit v0 signalling for the generator's participants, and for sockets without media."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from livekit.protocol import models, rtc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.generator import Generator

JOIN_S: Final = 15.0
"""How long a join or a publication may take."""
PING_S: Final = 5.0
_QUALITIES: Final = (models.VideoQuality.LOW, models.VideoQuality.MEDIUM, models.VideoQuality.HIGH)
_QUERY: Final = "protocol=16&sdk=other&version=1.0.0"

Track = dict[str, Any]
"""As the generator takes it: cid, kind, fps, packets_per_frame, payload_bytes, simulcast."""


class SignallingError(Exception):
    """The server did not do its part in time."""


@asynccontextmanager
async def open_socket(
    url: str, token: str, *, auto_subscribe: bool = True
) -> AsyncIterator[ClientConnection]:
    """Open a signalling socket as a client that is not a browser."""
    address = f"{url}/rtc?{_QUERY}&auto_subscribe={int(auto_subscribe)}"
    async with connect(
        address,
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        ping_interval=None,
        open_timeout=JOIN_S,
        close_timeout=1,
    ) as socket:
        yield socket


class Member:
    """One participant: a signalling socket here, two transports in the generator."""

    def __init__(self, socket: ClientConnection, generator: Generator, number: int) -> None:
        """Make a member; `run` speaks for it.

        Args:
            number: unique among the generator's participants.
        """
        self._socket = socket
        self._generator = generator
        self.publisher = 2 * number
        self.subscriber = 2 * number + 1
        self.joined: asyncio.Future[rtc.JoinResponse] = asyncio.get_running_loop().create_future()
        self.published: dict[str, models.TrackInfo] = {}
        self.mid_to_track: dict[str, str] = {}
        self.refusals: list[str] = []
        self.leave: rtc.LeaveRequest | None = None
        self.received_bytes = 0
        self.pings_ms: list[float] = []
        self._pinged_at = 0.0
        self._changed = asyncio.Condition()

    async def send(self, **message: Any) -> None:  # noqa: ANN401  # one field of SignalRequest
        """Send one signal request."""
        await self._socket.send(rtc.SignalRequest(**message).SerializeToString())

    async def publish(self, tracks: Sequence[Track]) -> None:
        """Announce the tracks, offer them, and wait until the transport is up.

        Raises:
            SignallingError: the server does not take them.
        """
        for track in tracks:
            await self.send(add_track=_announcement(track))
        await self._generator.tell("publisher", id=self.publisher, tracks=list(tracks))
        offer = await self._generator.expect("offer", self.publisher)
        await self.send(offer=rtc.SessionDescription(type="offer", sdp=offer["sdp"], id=1))
        await self._generator.expect("connected", self.publisher)
        async with self._changed:
            wanted = {track["cid"] for track in tracks}
            try:
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: wanted <= set(self.published)), JOIN_S
                )
            except TimeoutError:
                raise SignallingError(f"not published: {wanted - set(self.published)}") from None

    async def run(self) -> None:
        """Answer the server until the socket closes."""
        opened = False
        with contextlib.suppress(ConnectionClosed):
            async for data in self._socket:
                self.received_bytes += len(data)
                response = rtc.SignalResponse.FromString(bytes(data))  # type: ignore[arg-type]
                if response.HasField("offer") and not opened:
                    opened = True
                    await self._generator.tell("subscriber", id=self.subscriber)
                await self._handle(response)

    async def ping(self) -> None:
        """Keep the session alive, and note how long each answer takes."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self._pinged_at = time.perf_counter()
                await self.send(ping_req=rtc.Ping(timestamp=int(time.time() * 1000)))
                await asyncio.sleep(PING_S)

    async def _handle(self, response: rtc.SignalResponse) -> None:
        kind = response.WhichOneof("message")
        if kind == "join":
            self.joined.set_result(response.join)
        elif kind == "offer":
            await self._answer(response.offer)
        elif kind == "answer":
            await self._generator.tell("answer", id=self.publisher, sdp=response.answer.sdp)
        elif kind == "track_published":
            self.published[response.track_published.cid] = response.track_published.track
        elif kind == "request_response":
            self.refusals.append(response.request_response.message)
        elif kind == "pong_resp":
            self.pings_ms.append((time.perf_counter() - self._pinged_at) * 1000)
        elif kind == "leave":
            self.leave = response.leave
        async with self._changed:
            self._changed.notify_all()

    async def _answer(self, offer: rtc.SessionDescription) -> None:
        self.mid_to_track.update(offer.mid_to_track_id)
        await self._generator.tell("offer", id=self.subscriber, sdp=offer.sdp)
        answer = await self._generator.expect("answer", self.subscriber)
        description = rtc.SessionDescription(type="answer", sdp=answer["sdp"], id=offer.id)
        await self.send(answer=description)


def _announcement(track: Track) -> rtc.AddTrackRequest:
    is_video = track["kind"] == "video"
    names = track.get("simulcast", [])
    layers = [
        models.VideoLayer(quality=quality, width=160 << index, height=90 << index)
        for index, quality in enumerate(_QUALITIES[: len(names)])
    ]
    return rtc.AddTrackRequest(
        cid=track["cid"],
        name=track["cid"],
        type=models.TrackType.VIDEO if is_video else models.TrackType.AUDIO,
        source=models.TrackSource.CAMERA if is_video else models.TrackSource.MICROPHONE,
        width=640 if is_video else 0,
        height=360 if is_video else 0,
        layers=layers,
    )


@asynccontextmanager
async def joined_member(
    url: str, token: str, generator: Generator, number: int, *, auto_subscribe: bool = True
) -> AsyncIterator[Member]:
    """Join; leave at the end.

    Raises:
        SignallingError: the server does not let it in.
    """
    async with open_socket(url, token, auto_subscribe=auto_subscribe) as socket:
        member = Member(socket, generator, number)
        tasks = [asyncio.create_task(member.run()), asyncio.create_task(member.ping())]
        try:
            await asyncio.wait_for(asyncio.shield(member.joined), JOIN_S)
            yield member
        except TimeoutError:
            raise SignallingError("no join response") from None
        finally:
            member.joined.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
