"""A room: commands in, events out.

The aggregate that keeps who is here, what they publish and who receives what. It has no clock and
does no I/O; ids and times come with the commands. Invariants after every command:

* an identity has at most one live session;
* a subscription is to a started publication of somebody else who is present;
* a participant's `version` grows with every change that the others see.

A command that breaks a rule raises a `RuleError` and changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from folkmoot.domain import commands as c
from folkmoot.domain import events as e
from folkmoot.domain.departure import Departure
from folkmoot.domain.errors import LimitError, MalformedError, NotAllowedError, NotFoundError
from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, RoomSid, TrackSid
from folkmoot.domain.limits import MAX_PUBLICATIONS, check_profile, check_spec
from folkmoot.domain.participant import Participant, Profile, Subscription
from folkmoot.domain.publication import Publication, choose_layer

Events = Iterator[e.Event]


@dataclass(slots=True)
class Room:
    """One life of a room, from the first join to the last leave."""

    name: RoomName
    sid: RoomSid
    created_at_ms: int
    participants: dict[ParticipantSid, Participant] = field(default_factory=dict)
    _by_identity: dict[Identity, ParticipantSid] = field(default_factory=dict)
    _publisher: dict[TrackSid, ParticipantSid] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is here."""
        return not self.participants

    def publisher_of(self, track: TrackSid) -> Participant | None:
        """Who publishes `track`, if it is live."""
        sid = self._publisher.get(track)
        return self.participants[sid] if sid is not None else None

    def handle(self, command: c.Command) -> list[e.Event]:
        """Carry out a command.

        Returns:
            What happened, in order; empty when nothing changed.

        Raises:
            RuleError: the command was refused and nothing changed.
        """
        return list(_HANDLERS[type(command)](self, command))

    def _join(self, command: c.Join) -> Events:
        check_profile(command.profile)
        if command.by in self.participants:
            raise MalformedError("this session has joined already")
        older = self._by_identity.get(command.identity)
        if older is not None:
            yield from self._depart(self.participants[older], Departure.REPLACED)
        self.participants[command.by] = Participant(
            sid=command.by,
            identity=command.identity,
            rights=command.rights,
            profile=command.profile,
            traits=command.traits,
            joined_at_ms=command.at_ms,
        )
        self._by_identity[command.identity] = command.by
        yield e.ParticipantJoined(command.by, command.identity)
        if command.traits.auto_subscribe:
            yield from self._subscribe_to_all(self.participants[command.by])

    def _activate(self, command: c.Activate) -> Events:
        member = self._member(command.by)
        if not member.is_active:
            member.is_active = True
            member.version += 1
            yield e.ParticipantActivated(member.sid)

    def _leave(self, command: c.Leave) -> Events:
        yield from self._depart(self._member(command.by), command.reason)

    def _update_profile(self, command: c.UpdateProfile) -> Events:
        member = self._member(command.by)
        if not member.rights.can_update_own_metadata:
            raise NotAllowedError("your token does not let you change your own metadata")
        merged = {**member.profile.attributes, **command.attributes}
        profile = Profile(
            name=member.profile.name if command.name is None else command.name,
            metadata=member.profile.metadata if command.metadata is None else command.metadata,
            attributes={key: value for key, value in merged.items() if value},
        )
        check_profile(profile)
        if profile != member.profile:
            member.profile = profile
            member.version += 1
            yield e.ParticipantUpdated(member.sid)

    def _announce(self, command: c.AnnouncePublication) -> Events:
        member = self._member(command.by)
        if not member.rights.may_publish(command.spec.source):
            raise NotAllowedError("your token does not let you publish this source")
        check_spec(command.spec)
        for each in member.publications.values():
            if each.spec.cid == command.spec.cid and not each.is_started:
                yield e.PublicationAnnounced(member.sid, each.sid, each.spec, is_repeated=True)
                return
        if len(member.publications) >= MAX_PUBLICATIONS:
            raise LimitError(f"a participant has at most {MAX_PUBLICATIONS} publications")
        member.publications[command.track] = Publication(
            sid=command.track, spec=command.spec, announced_at_ms=command.at_ms
        )
        self._publisher[command.track] = member.sid
        yield e.PublicationAnnounced(member.sid, command.track, command.spec)

    def _start(self, command: c.StartPublication) -> Events:
        member, publication = self._own(command.by, command.track)
        if publication.is_started:
            return
        member.publications[command.track] = publication.started(command.mid, command.mime_type)
        member.version += 1
        yield e.PublicationStarted(member.sid, command.track)
        for other in self.participants.values():
            if other is not member and other.traits.auto_subscribe and other.rights.can_subscribe:
                yield from self._open(other, command.track)

    def _end(self, command: c.EndPublication) -> Events:
        member, publication = self._own(command.by, command.track)
        yield from self._close_publication(member, publication)

    def _mute(self, command: c.MutePublication) -> Events:
        member, publication = self._own(command.by, command.track)
        if publication.spec.is_muted == command.is_muted:
            return
        member.publications[command.track] = publication.muted(command.is_muted)
        member.version += 1
        yield e.PublicationMuted(member.sid, command.track, command.is_muted)

    def _describe(self, command: c.DescribePublication) -> Events:
        member, publication = self._own(command.by, command.track)
        old = publication.spec
        features = command.audio_features
        spec = replace(
            old,
            width=old.width if command.width is None else command.width,
            height=old.height if command.height is None else command.height,
            audio_features=old.audio_features if features is None else features,
        )
        check_spec(spec)
        if spec != old:
            version = publication.version + 1
            member.publications[command.track] = replace(publication, spec=spec, version=version)
            member.version += 1
            yield e.PublicationChanged(member.sid, command.track)

    def _subscribe(self, command: c.Subscribe) -> Events:
        member = self._member(command.by)
        if not member.rights.can_subscribe:
            raise NotAllowedError("your token does not let you subscribe")
        self._visible_to(member, command.track)
        yield from self._open(member, command.track)

    def _unsubscribe(self, command: c.Unsubscribe) -> Events:
        member = self._member(command.by)
        self._visible_to(member, command.track)
        if member.subscriptions.pop(command.track, None) is not None:
            yield e.SubscriptionClosed(member.sid, command.track)

    def _tune(self, command: c.TuneSubscription) -> Events:
        member = self._member(command.by)
        publication = self._visible_to(member, command.track)
        current = member.subscriptions.get(command.track)
        if current is None:
            raise NotFoundError("you are not subscribed to this track")
        layer = choose_layer(
            publication.spec.layers,
            quality=command.quality,
            width=command.width,
            height=command.height,
        )
        wanted = Subscription(is_enabled=command.is_enabled, max_layer=layer)
        if wanted != current:
            member.subscriptions[command.track] = wanted
            yield e.SubscriptionTuned(member.sid, command.track, wanted.is_enabled, layer)

    def _member(self, sid: ParticipantSid) -> Participant:
        member = self.participants.get(sid)
        if member is None:
            raise NotFoundError("you are not in this room")
        return member

    def _own(self, sid: ParticipantSid, track: TrackSid) -> tuple[Participant, Publication]:
        member = self._member(sid)
        publication = member.publications.get(track)
        if publication is None:
            raise NotFoundError("you have no such publication")
        return member, publication

    def _visible_to(self, member: Participant, track: TrackSid) -> Publication:
        publisher = self.publisher_of(track)
        publication = publisher.publications[track] if publisher is not None else None
        if publication is None or publisher is member or not publication.is_started:
            raise NotFoundError("there is no such track to receive")
        return publication

    def _subscribe_to_all(self, member: Participant) -> Events:
        if not member.rights.can_subscribe:
            return
        for other in self.participants.values():
            if other is not member:
                for publication in other.visible_publications:
                    yield from self._open(member, publication.sid)

    def _open(self, member: Participant, track: TrackSid) -> Events:
        if track in member.subscriptions:
            return
        member.subscriptions[track] = Subscription()
        yield e.SubscriptionOpened(member.sid, track)
        publisher = self.participants[self._publisher[track]]
        publication = publisher.publications[track]
        if not publication.is_heard:
            publisher.publications[track] = replace(publication, is_heard=True)
            yield e.PublicationHeard(publisher.sid, track)

    def _close_publication(self, member: Participant, publication: Publication) -> Events:
        for other in self.participants.values():
            other.subscriptions.pop(publication.sid, None)
        del member.publications[publication.sid]
        del self._publisher[publication.sid]
        if publication.is_started:
            member.version += 1
        yield e.PublicationEnded(member.sid, publication.sid, publication.is_started)

    def _depart(self, member: Participant, reason: Departure) -> Events:
        for publication in list(member.publications.values()):
            yield from self._close_publication(member, publication)
        del self.participants[member.sid]
        del self._by_identity[member.identity]
        yield e.ParticipantLeft(member.sid, member.identity, reason, member.version + 1)


# Each handler takes the one command type that it is filed under; a dict cannot say that.
_HANDLERS: Final[Mapping[type[c.Command], Callable[[Room, Any], Events]]] = {
    c.Join: Room._join,
    c.Activate: Room._activate,
    c.Leave: Room._leave,
    c.UpdateProfile: Room._update_profile,
    c.AnnouncePublication: Room._announce,
    c.StartPublication: Room._start,
    c.EndPublication: Room._end,
    c.MutePublication: Room._mute,
    c.DescribePublication: Room._describe,
    c.Subscribe: Room._subscribe,
    c.Unsubscribe: Room._unsubscribe,
    c.TuneSubscription: Room._tune,
}
