"""The embedded engine behind the media port: `folkmoot._sfu` on this process's event loop."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from folkmoot._sfu import Sfu
from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, TrackSid
from folkmoot.media.port import (
    AnswerCreated,
    EventSink,
    MediaEvent,
    MediaKind,
    MediaRights,
    NegotiationRefused,
    OfferCreated,
    PublicationEnded,
    PublicationStarted,
    Quality,
    QualityMeasured,
    SubscriptionStarted,
    Target,
    TransportConnected,
    TransportFailed,
    WorkerFailed,
)


class UnknownEventError(RuntimeError):
    """The engine sent an event that this server does not know: their versions differ."""

    def __init__(self, event: tuple[object, ...]) -> None:
        # The name alone: the other fields say who was where.
        name = event[0] if event else "(empty)"
        super().__init__(
            f"the media engine sent the event {name!r} with {len(event)} fields, which this server "
            "does not know; rebuild the engine with `make run`"
        )


_FieldConverter = Callable[[Any], object]

# What each event becomes, and how its fields after room and participant are converted, in order.
# The left side is the list in `_sfu.pyi`.
_EVENTS: Mapping[str, tuple[Callable[..., MediaEvent], tuple[_FieldConverter, ...]]] = {
    "offer_created": (OfferCreated, (int, str, dict)),
    "answer_created": (AnswerCreated, (int, str, dict)),
    "negotiation_refused": (NegotiationRefused, (Target, int, str)),
    "transport_connected": (TransportConnected, (Target,)),
    "transport_failed": (TransportFailed, (Target, str)),
    "publication_started": (PublicationStarted, (TrackSid, str, str)),
    "publication_ended": (PublicationEnded, (TrackSid,)),
    "subscription_started": (SubscriptionStarted, (TrackSid,)),
    "quality_measured": (QualityMeasured, (Quality,)),
    "worker_failed": (WorkerFailed, (int,)),
}


def parse_event(event: tuple[object, ...]) -> MediaEvent:
    """Convert one tuple of `Sfu.drain`.

    Args:
        event: name, room, participant, then the fields that `_sfu.pyi` lists for that name.

    Raises:
        UnknownEventError: no event has that name and that number of fields.
    """
    match event:
        case (str(name), str(room), str(participant), *fields) if name in _EVENTS:
            make, converters = _EVENTS[name]
            if len(fields) == len(converters):
                values = [convert(value) for convert, value in zip(converters, fields, strict=True)]
                return make(RoomName(room), ParticipantSid(participant), *values)
    raise UnknownEventError(event)


class EmbeddedSfu:
    """The `MediaPort` whose engine runs on threads of this process.

    Use it from the event loop that called `start`.
    """

    def __init__(self, engine: Sfu) -> None:
        """Take over a running engine.

        Args:
            engine: has bound its port already, so that a taken port is an error at start-up; it is
                closed by `close`.
        """
        self._engine = engine
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sink: EventSink | None = None

    @property
    def port(self) -> int:
        """The UDP port in use."""
        return self._engine.port

    def start(self, sink: EventSink) -> None:
        """Begin to deliver events.

        Args:
            sink: called on the running event loop with batches of events in order.
        """
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._engine.fileno(), self._deliver)

    def close(self) -> None:
        """Stop the engine and free its port; the sink is not called any more. Idempotent."""
        if self._loop is not None:
            self._loop.remove_reader(self._engine.fileno())
            self._loop = None
        self._sink = None
        self._engine.close()

    def _deliver(self) -> None:
        if self._sink is None:
            return
        events: list[MediaEvent] = []
        unknown: UnknownEventError | None = None
        for event in self._engine.drain():
            try:
                events.append(parse_event(event))
            except UnknownEventError as error:
                unknown = unknown or error
        if events:
            self._sink(events)
        if unknown is not None:
            # After the others were delivered: to the loop's exception handler, which logs it.
            raise unknown

    def open_room(self, room: RoomName) -> None:
        """Make a room; opening an open room does nothing."""
        self._engine.open_room(room)

    def close_room(self, room: RoomName) -> None:
        """Close every transport of a room and forget it."""
        self._engine.close_room(room)

    def add_participant(
        self, room: RoomName, participant: ParticipantSid, identity: Identity, rights: MediaRights
    ) -> None:
        """Make both transports of a participant; `OfferCreated` follows."""
        self._engine.add_participant(
            room,
            participant,
            identity,
            can_publish=rights.can_publish,
            can_subscribe=rights.can_subscribe,
            can_publish_data=rights.can_publish_data,
        )

    def remove_participant(self, room: RoomName, participant: ParticipantSid) -> None:
        """Close the participant's transports, publications and subscriptions."""
        self._engine.remove_participant(room, participant)

    def set_rights(self, room: RoomName, participant: ParticipantSid, rights: MediaRights) -> None:
        """Replace what a participant may do; publications it may no longer have end."""
        self._engine.set_rights(
            room,
            participant,
            can_publish=rights.can_publish,
            can_subscribe=rights.can_subscribe,
            can_publish_data=rights.can_publish_data,
        )

    def handle_offer(
        self, room: RoomName, participant: ParticipantSid, offer_id: int, sdp: str
    ) -> None:
        """Take a publisher offer; `AnswerCreated` or `NegotiationRefused` follows."""
        self._engine.handle_offer(room, participant, offer_id, sdp)

    def handle_answer(
        self, room: RoomName, participant: ParticipantSid, offer_id: int, sdp: str
    ) -> None:
        """Take the answer to the latest `OfferCreated`; id 0 means the latest."""
        self._engine.handle_answer(room, participant, offer_id, sdp)

    def publish(
        self,
        room: RoomName,
        participant: ParticipantSid,
        track: TrackSid,
        cid: str,
        kind: MediaKind,
    ) -> None:
        """Announce a publication; `PublicationStarted` follows once its media is negotiated."""
        self._engine.publish(room, participant, track, cid=cid, kind=kind.value)

    def unpublish(self, room: RoomName, participant: ParticipantSid, track: TrackSid) -> None:
        """End a publication."""
        self._engine.unpublish(room, participant, track)

    def set_muted(self, room: RoomName, track: TrackSid, muted: bool) -> None:
        """Stop or resume forwarding; muted media that still arrives is dropped."""
        self._engine.set_muted(room, track, muted)

    def subscribe(self, room: RoomName, subscriber: ParticipantSid, track: TrackSid) -> None:
        """Let a participant receive a publication; `OfferCreated` follows."""
        self._engine.subscribe(room, subscriber, track)

    def unsubscribe(self, room: RoomName, subscriber: ParticipantSid, track: TrackSid) -> None:
        """Undo `subscribe`."""
        self._engine.unsubscribe(room, subscriber, track)

    def set_subscription(
        self,
        room: RoomName,
        subscriber: ParticipantSid,
        track: TrackSid,
        *,
        is_enabled: bool,
        max_layer: int,
    ) -> None:
        """Choose what is sent: nothing, or the best live layer up to `max_layer` (0..2)."""
        self._engine.set_subscription(
            room, subscriber, track, is_enabled=is_enabled, max_layer=max_layer
        )

    def counters(self) -> Mapping[str, int]:
        """Running totals by name; numbers only."""
        return self._engine.counters()
