"""A media engine without media: it records commands and answers as the port promises."""

import asyncio
from collections.abc import Mapping, Sequence

from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, TrackSid
from folkmoot.media import port as m


class FakeMedia:
    """Implements `MediaPort`.

    With `is_lively`, it answers commands with the events of a working engine, from the event loop's
    next turn; without, tests emit events themselves.
    """

    def __init__(self, *, is_lively: bool = False) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.is_closed = False
        self._is_lively = is_lively
        self._sink: m.EventSink | None = None
        self._offers = 0

    def named(self, name: str) -> list[tuple[object, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    def emit(self, *events: m.MediaEvent) -> None:
        assert self._sink is not None
        self._sink(events)

    def start(self, sink: m.EventSink) -> None:
        self._sink = sink

    def close(self) -> None:
        self.is_closed = True
        self._sink = None

    def open_room(self, room: RoomName) -> None:
        self.calls.append(("open_room", room))

    def close_room(self, room: RoomName) -> None:
        self.calls.append(("close_room", room))

    def add_participant(
        self, room: RoomName, participant: ParticipantSid, identity: Identity, rights: m.MediaRights
    ) -> None:
        self.calls.append(("add_participant", room, participant, identity, rights))
        self._offers += 1
        self._answer([m.OfferCreated(room, participant, self._offers, "v=0 offer")])

    def remove_participant(self, room: RoomName, participant: ParticipantSid) -> None:
        self.calls.append(("remove_participant", room, participant))

    def set_rights(
        self, room: RoomName, participant: ParticipantSid, rights: m.MediaRights
    ) -> None:
        self.calls.append(("set_rights", room, participant, rights))

    def handle_offer(
        self, room: RoomName, participant: ParticipantSid, offer_id: int, sdp: str
    ) -> None:
        self.calls.append(("handle_offer", room, participant, offer_id, sdp))
        self._answer([m.AnswerCreated(room, participant, offer_id, "v=0 answer")])

    def handle_answer(
        self, room: RoomName, participant: ParticipantSid, offer_id: int, sdp: str
    ) -> None:
        self.calls.append(("handle_answer", room, participant, offer_id, sdp))
        self._answer([m.TransportConnected(room, participant, m.Target.SUBSCRIBER)])

    def publish(
        self,
        room: RoomName,
        participant: ParticipantSid,
        track: TrackSid,
        cid: str,
        kind: m.MediaKind,
    ) -> None:
        self.calls.append(("publish", room, participant, track, cid, kind))
        self._answer([m.PublicationStarted(room, participant, track, "0", "audio/opus")])

    def unpublish(self, room: RoomName, participant: ParticipantSid, track: TrackSid) -> None:
        self.calls.append(("unpublish", room, participant, track))

    def set_muted(self, room: RoomName, track: TrackSid, muted: bool) -> None:
        self.calls.append(("set_muted", room, track, muted))

    def subscribe(self, room: RoomName, subscriber: ParticipantSid, track: TrackSid) -> None:
        self.calls.append(("subscribe", room, subscriber, track))

    def unsubscribe(self, room: RoomName, subscriber: ParticipantSid, track: TrackSid) -> None:
        self.calls.append(("unsubscribe", room, subscriber, track))

    def set_subscription(
        self,
        room: RoomName,
        subscriber: ParticipantSid,
        track: TrackSid,
        *,
        is_enabled: bool,
        max_layer: int,
    ) -> None:
        self.calls.append(("set_subscription", room, subscriber, track, is_enabled, max_layer))

    def counters(self) -> Mapping[str, int]:
        return {"packets_forwarded": len(self.calls)}

    def _answer(self, events: Sequence[m.MediaEvent]) -> None:
        if self._is_lively:
            asyncio.get_running_loop().call_soon(lambda: self._sink and self._sink(events))
