"""Participants at a switchboard, without sockets."""

from dataclasses import dataclass, field

from livekit.protocol import models, rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, TrackSid
from folkmoot.domain.participant import ClientTraits
from folkmoot.domain.rights import Rights
from folkmoot.media import port as m
from folkmoot.signalling.admission import Admission, SessionTimes
from folkmoot.signalling.switchboard import Switchboard
from folkmoot.signalling.wire.greeting import ServerFacts
from tests.fakes.clock import FakeClock
from tests.fakes.media import FakeMedia

ROOM = RoomName("room-1")


class ListTally:
    def __init__(self) -> None:
        self.counted: list[tuple[str, str]] = []

    def count(self, what: str, label: str = "") -> None:
        self.counted.append((what, label))


@dataclass
class ListOutbox:
    sent: list[rtc.SignalResponse] = field(default_factory=list)
    reason: Departure | None = None

    def send(self, data: bytes) -> None:
        assert self.reason is None, "a closed outbox is left alone"
        self.sent.append(rtc.SignalResponse.FromString(data))

    def close(self, reason: Departure) -> None:
        self.reason = reason


@dataclass
class Person:
    sid: ParticipantSid
    outbox: ListOutbox
    house: "House"

    def send(self, **message: object) -> None:
        self.house.switchboard.receive(
            self.sid,
            rtc.SignalRequest(**message).SerializeToString(),  # type: ignore[arg-type]
        )

    def take(self) -> list[rtc.SignalResponse]:
        """What came since the last call."""
        taken, self.outbox.sent = self.outbox.sent, []
        return taken

    def take_kinds(self) -> list[str]:
        return [str(each.WhichOneof("message")) for each in self.take()]


class House:
    """A switchboard with everything around it faked."""

    def __init__(self, times: SessionTimes | None = None) -> None:
        self.media = FakeMedia()
        self.clock = FakeClock()
        self.tally = ListTally()
        self.switchboard = Switchboard(
            self.media,
            ServerFacts("ND_test", b"trailer"),
            times or SessionTimes(),
            self.clock,
            self.tally,
        )
        self.media.start(self.switchboard.take_media_events)

    def join(
        self,
        identity: str,
        rights: Rights | None = None,
        traits: ClientTraits | None = None,
        room: RoomName = ROOM,
    ) -> Person:
        outbox = ListOutbox()
        admission = Admission(
            room=room,
            identity=Identity(identity),
            rights=rights or Rights(),
            refresh=lambda: f"fresh-{identity}",
            traits=traits or ClientTraits(),
        )
        return Person(self.switchboard.connect(admission, outbox), outbox, self)


def layers_of(*rows: tuple[int, int, int]) -> list[models.VideoLayer]:
    """Simulcast layers by number, width and height."""
    layers = []
    for number, width, height in rows:
        quality = models.VideoQuality.Name(number)
        layers.append(models.VideoLayer(quality=quality, width=width, height=height))
    return layers


def publish(person: Person, *, kind: str = "AUDIO", cid: str = "mic", **fields: object) -> str:
    """Announce and start a publication; returns its id."""
    person.send(add_track=rtc.AddTrackRequest(cid=cid, type=kind, **fields))  # type: ignore[arg-type]
    published = next(each for each in person.take() if each.HasField("track_published"))
    sid = published.track_published.track.sid
    mime = "audio/opus" if kind == "AUDIO" else "video/vp8"
    person.house.media.emit(m.PublicationStarted(ROOM, person.sid, TrackSid(sid), "0", mime))
    return sid
