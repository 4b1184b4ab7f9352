"""What people in a room see of each other."""

import pytest

from folkmoot.domain import commands as c
from folkmoot.domain import events as e
from folkmoot.domain.departure import Departure
from folkmoot.domain.errors import LimitError, MalformedError, NotAllowedError, NotFoundError
from folkmoot.domain.ids import Identity, ParticipantSid, RoomName, RoomSid, TrackSid
from folkmoot.domain.limits import MAX_NAME_CHARS, MAX_PROFILE_BYTES, MAX_PUBLICATIONS
from folkmoot.domain.participant import ClientTraits, Profile
from folkmoot.domain.publication import Layer, PublicationSpec
from folkmoot.domain.rights import Rights, TrackKind, TrackSource
from folkmoot.domain.room import Room

ADA, BOB, EVE = (ParticipantSid(f"PA_{name}") for name in ("ada", "bob", "eve"))
MIC = TrackSid("TR_mic")


def make_room() -> Room:
    return Room(RoomName("r"), RoomSid("RM_r"), created_at_ms=0)


def join(
    room: Room,
    sid: ParticipantSid,
    identity: str | None = None,
    rights: Rights | None = None,
    *,
    auto_subscribe: bool = True,
) -> list[e.Event]:
    return room.handle(
        c.Join(
            sid,
            identity=Identity(identity or sid.removeprefix("PA_")),
            rights=rights or Rights(),
            at_ms=1,
            traits=ClientTraits(auto_subscribe=auto_subscribe),
        )
    )


def announce(room: Room, by: ParticipantSid, track: TrackSid = MIC, cid: str = "mic") -> None:
    room.handle(c.AnnouncePublication(by, track, PublicationSpec(cid, TrackKind.AUDIO), at_ms=2))


def publish(
    room: Room, by: ParticipantSid, track: TrackSid = MIC, cid: str = "mic"
) -> list[e.Event]:
    announce(room, by, track, cid)
    return room.handle(c.StartPublication(by, track, "0", "audio/opus"))


def test_a_second_join_of_an_identity_replaces_the_first_session() -> None:
    room = make_room()
    join(room, ADA, "ada")
    publish(room, ADA)

    events = join(room, EVE, "ada")

    assert events == [
        e.PublicationEnded(ADA, MIC, was_visible=True),
        e.ParticipantLeft(ADA, Identity("ada"), Departure.REPLACED, version=4),
        e.ParticipantJoined(EVE, Identity("ada")),
    ]
    assert list(room.participants) == [EVE]


def test_the_same_session_cannot_join_twice() -> None:
    room = make_room()
    join(room, ADA)
    with pytest.raises(MalformedError):
        join(room, ADA)


def test_a_latecomer_receives_what_is_already_published() -> None:
    room = make_room()
    join(room, ADA)
    publish(room, ADA)

    events = join(room, BOB)

    assert e.SubscriptionOpened(BOB, MIC) in events
    assert e.PublicationHeard(ADA, MIC) in events


def test_an_announced_track_is_invisible_until_its_media_is_there() -> None:
    room = make_room()
    join(room, ADA)
    join(room, BOB)
    announce(room, ADA)

    assert room.participants[ADA].visible_publications == []
    with pytest.raises(NotFoundError):
        room.handle(c.Subscribe(BOB, MIC))

    events = room.handle(c.StartPublication(ADA, MIC, "0", "audio/opus"))
    assert events == [
        e.PublicationStarted(ADA, MIC),
        e.SubscriptionOpened(BOB, MIC),
        e.PublicationHeard(ADA, MIC),
    ]


def test_who_does_not_want_everything_subscribes_by_hand() -> None:
    room = make_room()
    join(room, ADA)
    join(room, BOB, auto_subscribe=False)
    assert publish(room, ADA) == [e.PublicationStarted(ADA, MIC)]

    assert e.SubscriptionOpened(BOB, MIC) in room.handle(c.Subscribe(BOB, MIC))
    assert room.handle(c.Subscribe(BOB, MIC)) == []
    assert room.handle(c.Unsubscribe(BOB, MIC)) == [e.SubscriptionClosed(BOB, MIC)]
    assert room.handle(c.Unsubscribe(BOB, MIC)) == []


def test_nobody_subscribes_to_themselves() -> None:
    room = make_room()
    join(room, ADA)
    publish(room, ADA)
    with pytest.raises(NotFoundError):
        room.handle(c.Subscribe(ADA, MIC))


def test_a_listener_without_the_right_receives_nothing() -> None:
    room = make_room()
    join(room, ADA)
    join(room, BOB, rights=Rights(can_subscribe=False))
    assert publish(room, ADA) == [e.PublicationStarted(ADA, MIC)]
    with pytest.raises(NotAllowedError):
        room.handle(c.Subscribe(BOB, MIC))


def test_a_listener_may_not_publish() -> None:
    room = make_room()
    join(room, ADA, rights=Rights(can_publish=False))
    with pytest.raises(NotAllowedError):
        announce(room, ADA)


def test_a_token_for_the_microphone_does_not_publish_the_screen() -> None:
    room = make_room()
    join(room, ADA, rights=Rights(sources=frozenset({TrackSource.MICROPHONE})))
    spec = PublicationSpec("x", TrackKind.VIDEO, TrackSource.SCREEN_SHARE)
    with pytest.raises(NotAllowedError):
        room.handle(c.AnnouncePublication(ADA, MIC, spec, at_ms=2))


def test_the_same_announcement_twice_gives_one_publication() -> None:
    room = make_room()
    join(room, ADA)
    announce(room, ADA)
    spec = PublicationSpec("mic", TrackKind.AUDIO)
    (event,) = room.handle(c.AnnouncePublication(ADA, TrackSid("TR_2"), spec, at_ms=3))
    assert event == e.PublicationAnnounced(ADA, MIC, spec, is_repeated=True)
    assert list(room.participants[ADA].publications) == [MIC]


def test_publications_are_limited() -> None:
    room = make_room()
    join(room, ADA)
    for number in range(MAX_PUBLICATIONS):
        announce(room, ADA, TrackSid(f"TR_{number}"), f"cid-{number}")
    with pytest.raises(LimitError):
        announce(room, ADA, TrackSid("TR_last"), "cid-last")


def test_a_mute_reaches_the_room_once() -> None:
    room = make_room()
    join(room, ADA)
    publish(room, ADA)
    assert room.handle(c.MutePublication(ADA, MIC, True)) == [e.PublicationMuted(ADA, MIC, True)]
    assert room.handle(c.MutePublication(ADA, MIC, True)) == []


def test_nobody_mutes_somebody_else() -> None:
    room = make_room()
    join(room, ADA)
    join(room, BOB)
    publish(room, ADA)
    with pytest.raises(NotFoundError):
        room.handle(c.MutePublication(BOB, MIC, True))


def test_an_ended_publication_leaves_no_subscription_behind() -> None:
    room = make_room()
    join(room, ADA)
    join(room, BOB)
    publish(room, ADA)
    assert MIC in room.participants[BOB].subscriptions
    room.handle(c.EndPublication(ADA, MIC))
    assert room.participants[BOB].subscriptions == {}
    assert room.publisher_of(MIC) is None


def test_a_profile_needs_the_right_and_has_limits() -> None:
    room = make_room()
    join(room, ADA)
    with pytest.raises(NotAllowedError):
        room.handle(c.UpdateProfile(ADA, name="Ada"))
    join(room, BOB, rights=Rights(can_update_own_metadata=True))
    with pytest.raises(LimitError):
        room.handle(c.UpdateProfile(BOB, metadata="é" * (MAX_PROFILE_BYTES // 2 + 1)))
    with pytest.raises(LimitError):
        room.handle(c.UpdateProfile(BOB, name="n" * (MAX_NAME_CHARS + 1)))
    with pytest.raises(LimitError):
        room.handle(c.UpdateProfile(BOB, attributes={"k": "v" * MAX_PROFILE_BYTES}))
    assert room.participants[BOB].profile == Profile()


def test_attributes_are_merged_and_empty_ones_deleted() -> None:
    room = make_room()
    join(room, ADA, rights=Rights(can_update_own_metadata=True))
    room.handle(c.UpdateProfile(ADA, attributes={"hand": "up", "mood": "fine"}))
    room.handle(c.UpdateProfile(ADA, attributes={"hand": ""}))
    assert room.participants[ADA].profile.attributes == {"mood": "fine"}
    assert room.handle(c.UpdateProfile(ADA)) == []


def test_the_version_grows_with_every_visible_change() -> None:
    room = make_room()
    join(room, ADA, rights=Rights(can_update_own_metadata=True))
    member = room.participants[ADA]
    seen = [member.version]
    for command in (
        c.Activate(ADA),
        c.UpdateProfile(ADA, name="Ada"),
        c.AnnouncePublication(ADA, MIC, PublicationSpec("mic", TrackKind.AUDIO), at_ms=2),
        c.StartPublication(ADA, MIC, "0", "audio/opus"),
        c.MutePublication(ADA, MIC, True),
        c.DescribePublication(ADA, MIC, audio_features=(1,)),
        c.EndPublication(ADA, MIC),
    ):
        room.handle(command)
        seen.append(member.version)
    assert seen == [1, 2, 3, 3, 4, 5, 6, 7]


def test_a_small_picture_gets_a_small_layer() -> None:
    room = make_room()
    join(room, ADA)
    join(room, BOB)
    layers = (Layer(0, 320, 180), Layer(1, 640, 360), Layer(2, 1280, 720))
    spec = PublicationSpec("cam", TrackKind.VIDEO, width=1280, height=720, layers=layers)
    room.handle(c.AnnouncePublication(ADA, MIC, spec, at_ms=2))
    room.handle(c.StartPublication(ADA, MIC, "0", "video/vp8"))
    tune = c.TuneSubscription(BOB, MIC, is_enabled=True, quality=2, width=480, height=270)
    assert room.handle(tune) == [e.SubscriptionTuned(BOB, MIC, True, 1)]
    assert room.handle(tune) == []


def test_contradictory_layers_are_refused() -> None:
    room = make_room()
    join(room, ADA)
    for numbers in ((0, 0), (3,), (-1,)):
        layers = tuple(Layer(number, 10, 10) for number in numbers)
        with pytest.raises(MalformedError):
            room.handle(
                c.AnnouncePublication(
                    ADA, MIC, PublicationSpec("x", TrackKind.VIDEO, layers=layers), at_ms=1
                )
            )


def test_an_empty_room_is_empty() -> None:
    room = make_room()
    join(room, ADA)
    room.handle(c.Leave(ADA, Departure.LEFT))
    assert room.is_empty
    with pytest.raises(NotFoundError):
        room.handle(c.Leave(ADA, Departure.LEFT))
