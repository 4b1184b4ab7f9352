"""The embedded engine as the server sees it: a real engine for commands, a fake one for events."""

import asyncio
import inspect
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from folkmoot._sfu import Sfu, SfuError
from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, TrackSid
from folkmoot.media import port
from folkmoot.media.port import MediaEvent, MediaKind, MediaPort, MediaRights, Quality, Target
from folkmoot.media.sfu import EmbeddedSfu, UnknownEventError, parse_event

ROOM = RoomName("room")
PARTICIPANT = ParticipantSid("PA_1")
TRACK = TrackSid("TR_1")
MIDS = {"0": TRACK}

EXAMPLES: list[tuple[tuple[object, ...], MediaEvent]] = [
    (
        ("offer_created", "room", "PA_1", 3, "v=0", {"0": "TR_1"}),
        port.OfferCreated(ROOM, PARTICIPANT, 3, "v=0", MIDS),
    ),
    (
        ("answer_created", "room", "PA_1", 4, "v=0", {}),
        port.AnswerCreated(ROOM, PARTICIPANT, 4, "v=0", {}),
    ),
    (
        ("negotiation_refused", "room", "PA_1", "publisher", 5, "too long"),
        port.NegotiationRefused(ROOM, PARTICIPANT, Target.PUBLISHER, 5, "too long"),
    ),
    (
        ("transport_connected", "room", "PA_1", "subscriber"),
        port.TransportConnected(ROOM, PARTICIPANT, Target.SUBSCRIBER),
    ),
    (
        ("transport_failed", "room", "PA_1", "publisher", "panic"),
        port.TransportFailed(ROOM, PARTICIPANT, Target.PUBLISHER, "panic"),
    ),
    (
        ("publication_started", "room", "PA_1", "TR_1", "0", "video/vp8"),
        port.PublicationStarted(ROOM, PARTICIPANT, TRACK, "0", "video/vp8"),
    ),
    (
        ("publication_ended", "room", "PA_1", "TR_1"),
        port.PublicationEnded(ROOM, PARTICIPANT, TRACK),
    ),
    (
        ("subscription_started", "room", "PA_1", "TR_1"),
        port.SubscriptionStarted(ROOM, PARTICIPANT, TRACK),
    ),
    (
        ("quality_measured", "room", "PA_1", "good"),
        port.QualityMeasured(ROOM, PARTICIPANT, Quality.GOOD),
    ),
    (("worker_failed", "room", "", 2), port.WorkerFailed(ROOM, ParticipantSid(""), 2)),
]


class FakeEngine:
    """An engine whose events the test writes."""

    def __init__(self) -> None:
        self._readable, self._writable = os.pipe()
        self._waiting: list[tuple[object, ...]] = []
        self.is_closed = False

    def say(self, *events: tuple[object, ...]) -> None:
        self._waiting.extend(events)
        os.write(self._writable, b"!")

    def fileno(self) -> int:
        return self._readable

    def drain(self) -> list[tuple[object, ...]]:
        os.read(self._readable, 100)
        events, self._waiting = self._waiting, []
        return events

    def close(self) -> None:
        self.is_closed = True

    def free(self) -> None:
        os.close(self._readable)
        os.close(self._writable)


@pytest.fixture
def fake() -> Iterator[FakeEngine]:
    engine = FakeEngine()
    yield engine
    engine.free()


@pytest.fixture
def engine() -> Iterator[Sfu]:
    engine = Sfu(bind="127.0.0.1:0", candidates=["127.0.0.1"], workers=2)
    yield engine
    engine.close()


@pytest.mark.parametrize(("raw", "event"), EXAMPLES, ids=lambda value: str(value)[:30])
def test_each_engine_event_arrives_as_its_dataclass(
    raw: tuple[object, ...], event: MediaEvent
) -> None:
    assert parse_event(raw) == event


def test_every_event_of_the_port_has_an_example() -> None:
    of_port = {kind for kind in vars(port).values() if inspect.isclass(kind)}
    kinds = {kind for kind in of_port if issubclass(kind, MediaEvent)} - {MediaEvent}
    assert kinds == {type(event) for _, event in EXAMPLES}


@pytest.mark.parametrize(
    "raw",
    [("teleported", "room", "PA_1"), ("publication_ended", "room", "PA_1"), ("x",), ()],
)
def test_an_engine_of_another_version_is_named_with_the_next_step(raw: tuple[object, ...]) -> None:
    with pytest.raises(UnknownEventError, match="make run") as caught:
        parse_event(raw)
    assert "PA_1" not in str(caught.value)


def test_events_reach_the_sink_in_batches_and_in_order(fake: FakeEngine) -> None:
    batches: list[Sequence[MediaEvent]] = []

    async def scenario() -> None:
        media = EmbeddedSfu(cast("Sfu", fake))
        media.start(batches.append)
        fake.say(*(raw for raw, _ in EXAMPLES))
        await asyncio.sleep(0.05)
        fake.say(EXAMPLES[0][0])
        await asyncio.sleep(0.05)
        media.close()

    asyncio.run(scenario())
    expected = [event for _, event in EXAMPLES]
    assert [list(batch) for batch in batches] == [expected, expected[:1]]


def test_an_unknown_event_is_reported_and_the_others_are_delivered(fake: FakeEngine) -> None:
    delivered: list[MediaEvent] = []
    reported: list[object] = []

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reported.append(context.get("exception")))
        media = EmbeddedSfu(cast("Sfu", fake))
        media.start(delivered.extend)
        fake.say(EXAMPLES[0][0], ("teleported", "room", "PA_1"), EXAMPLES[1][0])
        await asyncio.sleep(0.05)
        media.close()

    asyncio.run(scenario())
    assert delivered == [EXAMPLES[0][1], EXAMPLES[1][1]]
    assert [type(error) for error in reported] == [UnknownEventError]


def test_a_closed_engine_is_not_listened_to(fake: FakeEngine) -> None:
    delivered: list[MediaEvent] = []

    async def scenario() -> None:
        media = EmbeddedSfu(cast("Sfu", fake))
        media.start(delivered.extend)
        media.close()
        media.close()
        fake.say(EXAMPLES[0][0])
        await asyncio.sleep(0.05)

    asyncio.run(scenario())
    assert fake.is_closed
    assert delivered == []


def test_the_real_engine_takes_every_command_of_the_port(engine: Sfu) -> None:
    media: MediaPort = EmbeddedSfu(engine)
    rights = MediaRights(can_publish=True, can_subscribe=True, can_publish_data=False)
    media.open_room(ROOM)
    media.add_participant(ROOM, PARTICIPANT, Identity("ada"), rights)
    media.set_rights(ROOM, PARTICIPANT, rights)
    media.handle_offer(ROOM, PARTICIPANT, 1, "v=0")
    media.handle_answer(ROOM, PARTICIPANT, 0, "v=0")
    media.publish(ROOM, PARTICIPANT, TRACK, "camera", MediaKind.VIDEO)
    media.set_muted(ROOM, TRACK, True)
    media.subscribe(ROOM, PARTICIPANT, TRACK)
    media.set_subscription(ROOM, PARTICIPANT, TRACK, is_enabled=True, max_layer=2)
    media.unsubscribe(ROOM, PARTICIPANT, TRACK)
    media.unpublish(ROOM, PARTICIPANT, TRACK)
    media.remove_participant(ROOM, PARTICIPANT)
    media.close_room(ROOM)
    assert media.counters()["workers_failed"] == 0
    assert media.counters()["panics"] == 0
    media.close()
    media.open_room(ROOM)
    assert engine.drain() == []


def test_settings_that_cannot_work_say_what_to_change(engine: Sfu) -> None:
    taken = f"127.0.0.1:{engine.port}"
    for bind, candidates, workers, advice in [
        (taken, ["127.0.0.1"], 1, "choose another port"),
        (taken, ["127.0.0.1"], 2, "choose another port"),
        ("localhost", ["127.0.0.1"], 1, "write it like"),
        ("127.0.0.1:0", ["meet.example"], 1, "write an IP address"),
        ("127.0.0.1:0", [], 1, "name at least one"),
        ("0.0.0.0:0", ["::1"], 1, r"bind \[::\]"),
        ("127.0.0.1:0", ["127.0.0.1"], 0, "choose 1 to 64"),
        ("127.0.0.1:0", ["127.0.0.1"], 1000, "choose 1 to 64"),
    ]:
        with pytest.raises(SfuError, match=advice):
            Sfu(bind=bind, candidates=candidates, workers=workers)


def test_a_closed_engine_frees_its_port(engine: Sfu) -> None:
    number = engine.port
    engine.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", number))


def test_words_and_layers_that_do_not_exist_are_refused(engine: Sfu) -> None:
    with pytest.raises(ValueError, match="'audio' or 'video'"):
        engine.publish("room", "PA_1", "TR_1", cid="camera", kind=cast("Any", "smell"))
    for layer in (-1, 3):
        with pytest.raises(ValueError, match="0 to 2"):
            engine.set_subscription("room", "PA_1", "TR_1", is_enabled=True, max_layer=layer)
