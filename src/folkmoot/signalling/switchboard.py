"""The one place where sessions, rooms and the media engine meet.

Everything happens on the event loop, synchronously: a call is carried out whole before the next one
begins, so the order of messages is the order of calls and there is nothing to lock. An outbox or
the engine never calls back from within a call.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from livekit.protocol import rtc

from folkmoot.domain import commands as c
from folkmoot.domain import events as e
from folkmoot.domain.departure import Departure
from folkmoot.domain.errors import RuleError
from folkmoot.domain.ids import ParticipantSid, RoomName
from folkmoot.domain.room import Room
from folkmoot.media import port as m
from folkmoot.observe.clock import Clock
from folkmoot.signalling import actions as a
from folkmoot.signalling.admission import Admission, SessionTimes
from folkmoot.signalling.broadcast import send_to_all, tell
from folkmoot.signalling.line import Line, Outbox
from folkmoot.signalling.media_events import command_of, encode_qualities, message_of
from folkmoot.signalling.mediation import mediate
from folkmoot.signalling.minting import mint_participant, mint_room, mint_track
from folkmoot.signalling.session import Session
from folkmoot.signalling.wire.greeting import ServerFacts, encode_join


class Tally(Protocol):
    """Where happenings are counted."""

    def count(self, what: str, label: str = "") -> None:
        """Count one; neither word says who or where."""


class Switchboard:
    """Live sessions and rooms."""

    def __init__(
        self,
        media: m.MediaPort,
        facts: ServerFacts,
        times: SessionTimes,
        clock: Clock,
        tally: Tally,
    ) -> None:
        """Begin empty. `take_media_events` is the engine's sink."""
        self._media = media
        self._facts = facts
        self._times = times
        self._clock = clock
        self._tally = tally
        self._rooms: dict[RoomName, Room] = {}
        self._lines: dict[ParticipantSid, Line] = {}

    @property
    def session_count(self) -> int:
        """Live sessions."""
        return len(self._lines)

    @property
    def room_count(self) -> int:
        """Rooms with somebody in them."""
        return len(self._rooms)

    def has_room(self, name: RoomName) -> bool:
        """Whether there is somebody in a room."""
        return name in self._rooms

    def connect(self, admission: Admission, outbox: Outbox) -> ParticipantSid:
        """Let somebody in. Join response and session token are in the outbox when this returns.

        An older session of the same identity in the room is closed with its reason first.

        Raises:
            RuleError: the profile is too large.
        """
        now = self._clock.now()
        sid = mint_participant()
        room = self._rooms.get(admission.room)
        if room is None:
            room = Room(admission.room, mint_room(), now.wall_ms)
        events = room.handle(
            c.Join(
                sid,
                identity=admission.identity,
                rights=admission.rights,
                at_ms=now.wall_ms,
                profile=admission.profile,
                traits=admission.traits,
            )
        )
        if admission.room not in self._rooms:
            self._rooms[admission.room] = room
            self._media.open_room(room.name)
        line = Line(Session(sid, self._times, mint_track, now), outbox, admission)
        line.send(encode_join(room, room.participants[sid], self._facts, self._times))
        # At once: the ticket that was joined with is spent, and connections break early, too.
        line.send(rtc.SignalResponse(refresh_token=admission.refresh()))
        self._tally.count("joins")
        # What an older session of this identity leaves behind is not told to the newer one: its
        # client would take the identity for its own and believe itself gone.
        entrance = next(i for i, each in enumerate(events) if each.participant == sid)
        self._spread(room, events[:entrance])
        self._lines[sid] = line
        self._spread(room, events[entrance:])
        return sid

    def receive(self, sid: ParticipantSid, data: bytes) -> None:
        """Take one binary frame from a participant."""
        line = self._lines.get(sid)
        if line is not None:
            self._tally.count("messages")
            for action in line.session.receive(data, self._clock.now()):
                self._act(line, action)

    def disconnect(self, sid: ParticipantSid, reason: Departure) -> None:
        """Note that a connection is gone. A participant who is out already stays out."""
        line = self._lines.get(sid)
        if line is not None:
            self._end(line, reason)

    def tick(self) -> None:
        """Let time pass; call about once a second."""
        now = self._clock.now()
        for line in list(self._lines.values()):
            for action in line.session.tick(now):
                self._act(line, action)

    def drain(self) -> None:
        """Tell everybody to join elsewhere or again, and close every session."""
        for line in list(self._lines.values()):
            self._end(line, Departure.SERVER_SHUTDOWN)

    def take_media_events(self, batch: Sequence[m.MediaEvent]) -> None:
        """Take a batch of engine events, in order."""
        measured: dict[RoomName, dict[str, m.Quality]] = {}
        for event in batch:
            if isinstance(event, m.WorkerFailed):
                self._lose_room(event.room)
            elif isinstance(event, m.QualityMeasured):
                measured.setdefault(event.room, {})[event.participant] = event.quality
            else:
                self._take_media_event(event)
        for name, qualities in measured.items():
            room = self._rooms.get(name)
            if room is not None:
                present = {s: q for s, q in qualities.items() if s in room.participants}
                send_to_all(encode_qualities(present), room.participants, self._lines)

    def _take_media_event(self, event: m.MediaEvent) -> None:
        line = self._lines.get(event.participant)
        if line is None or line.room != event.room:
            return
        if isinstance(event, m.TransportFailed):
            self._tally.count("transport_failures", event.reason)
            if event.reason == "closed":
                line.session.transport_closed(self._clock.now())
                return
        message = message_of(event)
        if message is not None:
            line.send(message)
        command = command_of(event, line.admission.rights)
        if command is not None:
            self._order(line.room, command)

    def _lose_room(self, name: RoomName) -> None:
        """Send the people of a room that the engine lost to join afresh; others notice nothing."""
        self._tally.count("rooms_lost")
        for line in list(self._lines.values()):
            if line.room == name:
                self._end(line, Departure.MEDIA_FAILED)

    def _act(self, line: Line, action: a.Action) -> None:
        sid, room = line.session.sid, line.room
        if sid not in self._lines:
            return  # an earlier action of the same message ended the session
        match action:
            case a.Reply(response):
                line.send(response)
            case a.Ask():
                self._ask(line, action)
            case a.TakeOffer(offer_id, sdp):
                self._media.handle_offer(room, sid, offer_id, sdp)
            case a.TakeAnswer(offer_id, sdp):
                self._media.handle_answer(room, sid, offer_id, sdp)
            case a.RefreshToken():
                line.send(rtc.SignalResponse(refresh_token=line.admission.refresh()))
            case a.End(reason):
                self._end(line, reason)

    def _ask(self, line: Line, ask: a.Ask) -> None:
        room = self._rooms[line.room]
        try:
            events = room.handle(ask.command)
        except RuleError as error:
            self._tally.count("refusals")
            line.send(ask.refusal(error))
            return
        self._spread(room, events)
        if ask.done is not None:
            line.send(ask.done)

    def _end(self, line: Line, reason: Departure) -> None:
        self._order(line.room, c.Leave(line.session.sid, reason))

    def _order(self, name: RoomName, command: c.Command) -> None:
        """Carry out a command that nobody waits for; what is gone already is no error."""
        room = self._rooms[name]
        try:
            events = room.handle(command)
        except RuleError:
            return
        self._spread(room, events)

    def _spread(self, room: Room, events: Iterable[e.Event]) -> None:
        for event in events:
            mediate(event, room, self._media)
            tell(event, room, self._lines)
            if isinstance(event, e.ParticipantLeft):
                self._unplug(event)
        if room.is_empty and self._rooms.pop(room.name, None) is not None:
            self._media.close_room(room.name)

    def _unplug(self, event: e.ParticipantLeft) -> None:
        self._tally.count("departures", event.reason)
        line = self._lines.pop(event.participant)
        line.session.close()
        line.outbox.close(event.reason)
