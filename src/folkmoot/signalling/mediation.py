"""Domain events to engine commands."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from folkmoot.domain import events as e
from folkmoot.domain.rights import Rights, TrackKind
from folkmoot.domain.room import Room
from folkmoot.media.port import MediaKind, MediaPort, MediaRights

_KINDS: Final[Mapping[TrackKind, MediaKind]] = {
    TrackKind.AUDIO: MediaKind.AUDIO,
    TrackKind.VIDEO: MediaKind.VIDEO,
}


def mediate(event: e.Event, room: Room, media: MediaPort) -> None:
    """Tell the engine what an event means for media; some events mean nothing."""
    mediator = _MEDIATORS.get(type(event))
    if mediator is not None:
        mediator(event, room, media)


def _rights(rights: Rights) -> MediaRights:
    return MediaRights(
        can_publish=rights.can_publish,
        can_subscribe=rights.can_subscribe,
        can_publish_data=rights.can_publish_data,
    )


def _joined(event: e.ParticipantJoined, room: Room, media: MediaPort) -> None:
    rights = _rights(room.participants[event.participant].rights)
    media.add_participant(room.name, event.participant, event.identity, rights)


def _left(event: e.ParticipantLeft, room: Room, media: MediaPort) -> None:
    media.remove_participant(room.name, event.participant)


def _announced(event: e.PublicationAnnounced, room: Room, media: MediaPort) -> None:
    if event.is_repeated:
        return
    kind = _KINDS[event.spec.kind]
    media.publish(room.name, event.participant, event.track, event.spec.cid, kind)
    if event.spec.is_muted:
        media.set_muted(room.name, event.track, True)


def _ended(event: e.PublicationEnded, room: Room, media: MediaPort) -> None:
    media.unpublish(room.name, event.participant, event.track)


def _muted(event: e.PublicationMuted, room: Room, media: MediaPort) -> None:
    media.set_muted(room.name, event.track, event.is_muted)


def _opened(event: e.SubscriptionOpened, room: Room, media: MediaPort) -> None:
    media.subscribe(room.name, event.participant, event.track)


def _closed(event: e.SubscriptionClosed, room: Room, media: MediaPort) -> None:
    media.unsubscribe(room.name, event.participant, event.track)


def _tuned(event: e.SubscriptionTuned, room: Room, media: MediaPort) -> None:
    media.set_subscription(
        room.name,
        event.participant,
        event.track,
        is_enabled=event.is_enabled,
        max_layer=event.max_layer,
    )


# Each takes the one event type that it is filed under; a dict cannot say that.
_MEDIATORS: Final[Mapping[type[e.Event], Callable[[Any, Room, MediaPort], None]]] = {
    e.ParticipantJoined: _joined,
    e.ParticipantLeft: _left,
    e.PublicationAnnounced: _announced,
    e.PublicationEnded: _ended,
    e.PublicationMuted: _muted,
    e.SubscriptionOpened: _opened,
    e.SubscriptionClosed: _closed,
    e.SubscriptionTuned: _tuned,
}
