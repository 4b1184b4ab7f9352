"""Messages in any order, from people who come and go: no exception, no growth, rosters agree.

Row W-11. The machine drives real switchboard, sessions and rooms with a fake engine, and checks
after every step what must always hold.
"""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from livekit.protocol import models, rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import TrackSid
from folkmoot.domain.limits import MAX_PUBLICATIONS
from folkmoot.domain.rights import Rights
from folkmoot.media import port as m
from tests.fakes.people import ROOM, House, Person

IDENTITIES = ["ada", "bob", "eve"]
WORDS = st.sampled_from(["", "mic", "cam", "TR_x", "x" * 300, "é\u0000"])
SMALL = st.integers(0, 3)


def messages(tracks: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """One message of any kind, often about a track that is there."""
    track = st.sampled_from([*tracks, "TR_nothing", ""])
    return st.one_of(
        st.builds(
            lambda t, s, i: {"offer": rtc.SessionDescription(type=t, sdp=s, id=i)},
            st.sampled_from(["offer", "answer", ""]),
            WORDS,
            SMALL,
        ),
        st.builds(
            lambda t, s: {"answer": rtc.SessionDescription(type=t, sdp=s)},
            st.sampled_from(["offer", "answer"]),
            WORDS,
        ),
        st.builds(
            lambda c, t, s, mu: {
                "add_track": rtc.AddTrackRequest(cid=c, type=t, source=s, muted=mu)
            },
            WORDS,
            SMALL,
            st.integers(0, 9),
            st.booleans(),
        ),
        st.builds(
            lambda t, mu: {"mute": rtc.MuteTrackRequest(sid=t, muted=mu)}, track, st.booleans()
        ),
        st.builds(
            lambda t, on: {"subscription": rtc.UpdateSubscription(track_sids=t, subscribe=on)},
            st.lists(track, max_size=4),
            st.booleans(),
        ),
        st.builds(
            lambda t, off, q, w: {
                "track_setting": rtc.UpdateTrackSettings(
                    track_sids=[t], disabled=off, quality=q, width=w, height=w
                )
            },
            track,
            st.booleans(),
            SMALL,
            st.integers(0, 5000),
        ),
        st.builds(
            lambda t, f: {"update_audio_track": rtc.UpdateLocalAudioTrack(track_sid=t, features=f)},
            track,
            st.lists(SMALL, max_size=3),
        ),
        st.builds(
            lambda t, w: {"update_video_track": rtc.UpdateLocalVideoTrack(track_sid=t, width=w)},
            track,
            st.integers(0, 2**32 - 1),
        ),
        st.builds(
            lambda n, a: {"update_metadata": rtc.UpdateParticipantMetadata(name=n, attributes=a)},
            WORDS,
            st.dictionaries(WORDS, WORDS, max_size=2),
        ),
        st.builds(lambda c: {"trickle": rtc.TrickleRequest(candidateInit=c)}, WORDS),
        st.just({"ping": 1}),
        st.just({"sync_state": rtc.SyncState()}),
        st.just({"simulate": rtc.SimulateScenario(node_failure=True)}),
        st.just({"leave": rtc.LeaveRequest()}),
    )


class Meeting(RuleBasedStateMachine):
    """Three identities, any number of sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House()
        self.people: list[Person] = []
        self.rosters: dict[str, dict[str, int]] = {}

    @property
    def live(self) -> list[Person]:
        return [person for person in self.people if person.outbox.reason is None]

    @property
    def tracks(self) -> list[str]:
        return sorted({str(call[2]) for call in self.house.media.named("publish")})[-6:]

    def pick(self, data: st.DataObject) -> Person | None:
        """Somebody, who may be gone already."""
        return data.draw(st.sampled_from(self.people[-6:])) if self.people else None

    @rule(identity=st.sampled_from(IDENTITIES), may=st.booleans())
    def join(self, identity: str, may: bool) -> None:
        rights = Rights(can_publish=may, can_update_own_metadata=may)
        self.people.append(self.house.join(identity, rights))

    @rule(data=st.data())
    def say(self, data: st.DataObject) -> None:
        person = self.pick(data)
        if person is not None:
            person.send(**data.draw(messages(self.tracks)))

    @rule(data=st.data(), noise=st.binary(max_size=64))
    def say_garbage(self, data: st.DataObject, noise: bytes) -> None:
        person = self.pick(data)
        if person is not None:
            self.house.switchboard.receive(person.sid, noise)

    @rule(data=st.data())
    def engine_event(self, data: st.DataObject) -> None:
        person = self.pick(data)
        if person is None:
            return
        track = TrackSid(data.draw(st.sampled_from([*self.tracks, "TR_nothing"])))
        sid = person.sid
        event = data.draw(
            st.sampled_from(
                [
                    m.OfferCreated(ROOM, sid, 1, "v=0"),
                    m.NegotiationRefused(ROOM, sid, m.Target.PUBLISHER, 1, "no"),
                    m.TransportConnected(ROOM, sid, m.Target.SUBSCRIBER),
                    m.TransportFailed(ROOM, sid, m.Target.PUBLISHER, "timeout"),
                    m.PublicationStarted(ROOM, sid, track, "0", "audio/opus"),
                    m.PublicationEnded(ROOM, sid, track),
                    m.QualityMeasured(ROOM, sid, m.Quality.GOOD),
                ]
            )
        )
        self.house.media.emit(event)

    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        person = self.pick(data)
        if person is not None:
            self.house.switchboard.disconnect(person.sid, Departure.CONNECTION_LOST)
            person.outbox.reason = person.outbox.reason or Departure.CONNECTION_LOST

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.house.clock.advance(seconds)
        self.house.switchboard.tick()

    @invariant()
    def nothing_outlives_its_owner(self) -> None:
        switchboard = self.house.switchboard
        assert switchboard.session_count == len(self.live)
        assert switchboard.room_count == (1 if self.live else 0)

    @invariant()
    def an_identity_has_one_live_session(self) -> None:
        room = self.house.switchboard._rooms.get(ROOM)
        members = list(room.participants.values()) if room else []
        assert all(n == 1 for n in Counter(each.identity for each in members).values())
        for member in members:
            assert len(member.publications) <= MAX_PUBLICATIONS
            for track in member.subscriptions:
                assert room is not None
                publisher = room.publisher_of(track)
                assert publisher is not None
                assert publisher is not member
                assert publisher.publications[track].is_started

    @invariant()
    def every_client_ends_up_with_the_same_roster(self) -> None:
        for person in self.people:
            self._read(person)
        room = self.house.switchboard._rooms.get(ROOM)
        for person in self.live:
            assert room is not None
            expected = {sid for sid in room.participants if sid != person.sid}
            assert set(self.rosters[person.sid]) == expected

    def _read(self, person: Person) -> None:
        """Do with messages what clients do, and check that versions only grow."""
        roster = self.rosters.setdefault(person.sid, {})
        for message in person.take():
            infos = [*message.join.other_participants, *message.update.participants]
            for info in infos:
                if info.sid == person.sid:
                    continue
                assert info.version > roster.get(info.sid, 0)
                if info.state == models.ParticipantInfo.DISCONNECTED:
                    roster.pop(info.sid, None)
                else:
                    roster[info.sid] = info.version


TestMeeting = Meeting.TestCase
TestMeeting.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
