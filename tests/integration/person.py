"""A participant on the real LiveKit SDK, with what tests ask of one."""

import asyncio
from collections.abc import Callable
from typing import Any

from livekit import rtc

from tests.fakes.tokens import token_of
from tests.integration.media import Camera, Microphone

PATIENCE_S = 15.0


class Person:
    """Somebody in a room: notes what happens, and waits for it."""

    def __init__(self, identity: str, room: str) -> None:
        self.identity = identity
        self.room = rtc.Room()
        self.happened: list[tuple[Any, ...]] = []
        self.tracks: dict[int, rtc.Track] = {}
        self._room_name = room
        self._news = asyncio.Event()
        self._sources: list[Camera | Microphone] = []
        self._listen()

    async def connect(self, url: str) -> None:
        """Join; returns once media flows in the primary direction."""
        token = token_of(self.identity, self._room_name)
        await asyncio.wait_for(self.room.connect(url, token), PATIENCE_S)

    async def leave(self) -> None:
        """Stop sending and leave; leaving twice is no error."""
        for source in self._sources:
            await source.stop()
        self._sources.clear()
        await self.room.disconnect()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something to become true; names it if it does not."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not condition():
                    self._news.clear()
                    # Some states change without an event.
                    await asyncio.wait([asyncio.create_task(self._news.wait())], timeout=0.1)
        except TimeoutError:
            pytest_fail = f"{self.identity} waited {PATIENCE_S} s for {what}: {self.happened}"
            raise AssertionError(pytest_fail) from None

    async def until_happened(self, *event: Any) -> None:
        """Wait for an event as noted by the listeners below."""
        await self.until(lambda: event in self.happened, str(event))

    async def track(self, kind: int) -> rtc.Track:
        """Wait for a subscribed track of a kind."""
        await self.until(lambda: kind in self.tracks, f"a track of kind {kind}")
        return self.tracks[kind]

    async def publish_tone(self, frequency_hz: float) -> rtc.LocalTrackPublication:
        """Publish a microphone that plays a tone."""
        microphone = Microphone(frequency_hz)
        self._sources.append(microphone)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        return await self.room.local_participant.publish_track(microphone.track, options)

    async def publish_colour(
        self, red: int, green: int, blue: int, *, is_simulcast: bool = False, scale: int = 1
    ) -> rtc.LocalTrackPublication:
        """Publish a camera that shows one colour."""
        camera = Camera(red, green, blue, scale=scale)
        self._sources.append(camera)
        options = rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_CAMERA, simulcast=is_simulcast
        )
        return await self.room.local_participant.publish_track(camera.track, options)

    @property
    def others(self) -> set[str]:
        """Identities of everybody else in the room, as this client knows it."""
        return set(self.room.remote_participants)

    def _note(self, *event: Any) -> None:
        self.happened.append(event)
        self._news.set()

    def _listen(self) -> None:
        note, on = self._note, self.room.on
        on("participant_connected", lambda other: note("joined", other.identity))
        on("participant_disconnected", lambda other: note("left", other.identity))
        on("track_muted", lambda other, _: note("muted", other.identity))
        on("track_unmuted", lambda other, _: note("unmuted", other.identity))
        on("track_published", lambda _, other: note("published", other.identity))
        on("track_unpublished", lambda _, other: note("unpublished", other.identity))
        on("track_unsubscribed", lambda track, _, other: note("unsubscribed", other.identity))
        on("disconnected", lambda reason: note("disconnected", reason))
        on("reconnecting", lambda: note("reconnecting"))
        on("reconnected", lambda: note("reconnected"))
        on("data_received", self._note_data)
        on("track_subscribed", self._note_track)

    def _note_data(self, packet: rtc.DataPacket) -> None:
        sender = packet.participant.identity if packet.participant else None
        self._note("data", sender, packet.data, packet.kind, packet.topic)

    def _note_track(
        self, track: rtc.Track, _: rtc.RemoteTrackPublication, other: rtc.RemoteParticipant
    ) -> None:
        self.tracks[track.kind] = track
        self._note("subscribed", other.identity, track.kind)
