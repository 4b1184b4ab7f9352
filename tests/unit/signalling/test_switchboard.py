"""What clients of one room are told, and what the engine is asked."""

from livekit.protocol import models, rtc

from folkmoot.domain.departure import Departure
from folkmoot.domain.ids import ParticipantSid, RoomName, TrackSid
from folkmoot.domain.participant import ClientTraits
from folkmoot.domain.rights import Rights
from folkmoot.media import port as m
from tests.fakes.people import ROOM, House, layers_of, publish

R = rtc.RequestResponse


def test_the_join_response_comes_first_and_is_whole() -> None:
    house = House()
    ada = house.join("ada")
    bob = house.join("bob", traits=ClientTraits(client_protocol=2, capabilities=(1,)))

    first, *rest = bob.take()

    join = first.join
    # The ticket that bob joined with is spent; with this he comes back when his connection breaks.
    assert [each.refresh_token for each in rest] == ["fresh-bob"]
    assert (join.participant.sid, join.participant.identity) == (bob.sid, "bob")
    assert join.participant.state == models.ParticipantInfo.JOINED
    assert [each.sid for each in join.other_participants] == [ada.sid]
    assert join.room.name == ROOM
    assert join.room.sid.startswith("RM_")
    assert bob.sid.startswith("PA_")
    assert join.server_version == join.server_info.version == "1.13.5"
    assert join.server_info.node_id == "ND_test"
    assert join.subscriber_primary
    assert join.fast_publish
    assert (join.ping_interval, join.ping_timeout) == (5, 15)
    assert [codec.mime for codec in join.enabled_publish_codecs] == ["audio/opus", "video/VP8"]
    assert join.sif_trailer == b"trailer"
    (told,) = ada.take()[2:]
    (info,) = told.update.participants
    assert (info.sid, info.client_protocol, list(info.capabilities)) == (bob.sid, 2, [1])


def test_who_may_not_receive_is_not_subscriber_primary_and_who_may_not_publish_not_fast() -> None:
    house = House()
    join, _ = house.join("ada", Rights(can_subscribe=False, can_publish=False)).take()
    assert not join.join.subscriber_primary
    assert not join.join.fast_publish


def test_the_engine_gets_a_room_with_the_first_and_loses_it_with_the_last() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    ada.send(leave=rtc.LeaveRequest())
    assert house.media.named("close_room") == []
    bob.send(leave=rtc.LeaveRequest())
    assert house.media.named("open_room") == [(ROOM,)]
    assert house.media.named("close_room") == [(ROOM,)]
    assert house.switchboard.room_count == house.switchboard.session_count == 0


def test_rooms_do_not_hear_each_other() -> None:
    house = House()
    ada = house.join("ada")
    house.join("bob", room=RoomName("room-2"))
    assert ada.take_kinds() == ["join", "refresh_token"]


def test_a_track_is_announced_started_and_received() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    ada.take()
    bob.take()

    layers = layers_of((0, 320, 180), (2, 1280, 720))
    ada.send(
        add_track=rtc.AddTrackRequest(
            cid="cam",
            name="camera",
            type=models.TrackType.VIDEO,
            source=models.TrackSource.CAMERA,
            width=1280,
            height=720,
            layers=layers,
            encryption=models.Encryption.CUSTOM,
            stream="camera",
        )
    )
    (published,) = ada.take()
    info = published.track_published.track
    assert published.track_published.cid == "cam"
    assert info.sid.startswith("TR_")
    assert info.mime_type == info.codecs[0].mime_type == "video/VP8"
    assert info.simulcast
    assert info.encryption == models.Encryption.CUSTOM
    assert (info.stream, info.source, info.version.ticks) == (
        "camera",
        models.TrackSource.CAMERA,
        1,
    )
    assert bob.take() == []
    assert house.media.named("publish") == [
        (ROOM, ada.sid, info.sid, "cam", m.MediaKind.VIDEO),
    ]

    track = TrackSid(info.sid)
    house.media.emit(m.PublicationStarted(ROOM, ada.sid, track, "1", "video/vp8"))
    (update,) = bob.take()
    (seen,) = update.update.participants[0].tracks
    assert (seen.sid, seen.mid, len(seen.layers)) == (info.sid, "1", 2)
    assert house.media.named("subscribe") == [(ROOM, bob.sid, track)]
    assert ada.take_kinds() == ["track_subscribed"]


def test_a_track_that_starts_muted_is_muted_in_the_engine() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    sid = publish(ada, muted=True)
    assert house.media.named("set_muted") == [(ROOM, sid, True)]


def test_a_mute_is_told_to_the_others_and_done_by_the_engine() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    sid = publish(ada)
    ada.take()
    bob.take()
    ada.send(mute=rtc.MuteTrackRequest(sid=sid, muted=True))
    (update,) = bob.take()
    assert update.update.participants[0].tracks[0].muted
    assert house.media.named("set_muted") == [(ROOM, sid, True)]
    assert ada.take() == []


def test_an_ended_track_is_told_to_both_sides() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    sid = publish(ada)
    ada.take()
    bob.take()
    house.media.emit(m.PublicationEnded(ROOM, ada.sid, TrackSid(sid)))
    assert [each.track_unpublished.track_sid for each in ada.take()] == [sid]
    (update,) = bob.take()
    assert list(update.update.participants[0].tracks) == []


def test_offers_and_answers_keep_their_ids_and_maps() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    ada.send(offer=rtc.SessionDescription(type="offer", sdp="v=0 a", id=7))
    ada.send(answer=rtc.SessionDescription(type="answer", sdp="v=0 b", id=0))
    assert house.media.named("handle_offer") == [(ROOM, ada.sid, 7, "v=0 a")]
    assert house.media.named("handle_answer") == [(ROOM, ada.sid, 0, "v=0 b")]

    tracks = {"0": TrackSid("TR_x")}
    house.media.emit(m.AnswerCreated(ROOM, ada.sid, 7, "v=0 c", tracks))
    house.media.emit(m.OfferCreated(ROOM, ada.sid, 3, "v=0 d", tracks))
    answer, offer = ada.take()
    assert (answer.answer.type, answer.answer.id, answer.answer.sdp) == ("answer", 7, "v=0 c")
    assert (offer.offer.type, offer.offer.id) == ("offer", 3)
    assert dict(offer.offer.mid_to_track_id) == dict(answer.answer.mid_to_track_id) == tracks


def test_a_description_of_the_wrong_type_is_refused() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    ada.send(offer=rtc.SessionDescription(type="rollback", sdp="v=0"))
    ada.send(answer=rtc.SessionDescription(type="answer"))
    assert [each.request_response.reason for each in ada.take()] == [R.INVALID_REQUEST] * 2
    assert house.media.named("handle_offer") == []


def test_an_offer_that_the_engine_refuses_is_answered() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    house.media.emit(m.NegotiationRefused(ROOM, ada.sid, m.Target.PUBLISHER, 1, "no BUNDLE"))
    (answer,) = ada.take()
    assert answer.request_response.reason == R.INVALID_REQUEST
    assert "no BUNDLE" in answer.request_response.message


def test_candidates_are_measured_and_forgotten() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    before = list(house.media.calls)
    ada.send(trickle=rtc.TrickleRequest(candidateInit="candidate:1 1 udp 1 10.0.0.1 9 typ host"))
    assert ada.take() == []
    ada.send(trickle=rtc.TrickleRequest(candidateInit="x" * 5000))
    (refusal,) = ada.take()
    assert refusal.request_response.reason == R.LIMIT_EXCEEDED
    assert house.media.calls == before


def test_pings_are_answered_in_both_forms() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    ada.send(ping=5)
    ada.send(ping_req=rtc.Ping(timestamp=42))
    pong, pong_resp = ada.take()
    assert pong.pong == house.clock.now().wall_ms
    assert pong_resp.pong_resp.last_ping_timestamp == 42


def test_a_second_join_of_an_identity_closes_the_first_with_its_reason() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    ada.take()
    bob.take()
    again = house.join("ada")

    (leave,) = ada.take()
    assert leave.leave.reason == models.DisconnectReason.DUPLICATE_IDENTITY
    assert leave.leave.action == rtc.LeaveRequest.DISCONNECT
    assert not leave.leave.can_reconnect
    assert ada.outbox.reason is Departure.REPLACED
    gone, came = bob.take()
    assert gone.update.participants[0].state == models.ParticipantInfo.DISCONNECTED
    assert gone.update.participants[0].sid == ada.sid
    assert came.update.participants[0].sid == again.sid
    # The newer session hears nothing of the older one, or its client would believe itself gone.
    join, token = again.take()
    assert token.refresh_token
    assert [each.identity for each in join.join.other_participants] == ["bob"]
    house.switchboard.disconnect(ada.sid, Departure.CONNECTION_LOST)
    assert house.switchboard.session_count == 2


def test_a_lost_transport_sends_only_its_participant_to_join_again() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    ada.take()
    bob.take()
    house.media.emit(m.TransportFailed(ROOM, ada.sid, m.Target.PUBLISHER, "panic"))
    (leave,) = ada.take()
    assert leave.leave.action == rtc.LeaveRequest.RECONNECT
    assert leave.leave.reason == models.DisconnectReason.MEDIA_FAILURE
    assert bob.take_kinds() == ["update"]
    assert bob.outbox.reason is None


def test_who_closes_the_media_and_then_leaves_has_left() -> None:
    """Native clients close their transports first; they must not be told to come back."""
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    for person in (ada, bob):
        house.media.emit(m.TransportFailed(ROOM, person.sid, m.Target.SUBSCRIBER, "closed"))
    ada.send(leave=rtc.LeaveRequest())
    assert ada.outbox.reason is Departure.LEFT
    assert "leave" not in ada.take_kinds()
    house.clock.advance(3)
    house.switchboard.tick()
    assert bob.outbox.reason is Departure.MEDIA_FAILED


def test_a_lost_room_sends_its_people_to_join_again_and_nobody_else() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    cyd = house.join("cyd", room=RoomName("room-2"))
    nobody = ParticipantSid("")
    house.media.emit(m.WorkerFailed(ROOM, nobody, 0), m.WorkerFailed(RoomName(""), nobody, 1))
    assert [person.outbox.reason for person in (ada, bob)] == [Departure.MEDIA_FAILED] * 2
    assert cyd.outbox.reason is None


def test_the_drain_tells_everybody_to_come_back() -> None:
    house = House()
    people = [house.join("ada"), house.join("bob")]
    house.switchboard.drain()
    for person in people:
        leave = person.take()[-1].leave
        assert leave.reason == models.DisconnectReason.SERVER_SHUTDOWN
        assert leave.action == rtc.LeaveRequest.RECONNECT
        assert leave.can_reconnect
        assert person.outbox.reason is Departure.SERVER_SHUTDOWN


def test_a_session_that_never_speaks_is_given_up_after_15_seconds() -> None:
    house = House()
    ada = house.join("ada")
    house.clock.advance(14)
    house.switchboard.tick()
    assert ada.outbox.reason is None
    house.clock.advance(1)
    house.switchboard.tick()
    assert ada.outbox.reason is Departure.CONNECTION_LOST


def test_a_session_that_pings_stays_and_gets_fresh_tokens() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    tokens = []
    for _ in range(62):
        house.clock.advance(5)
        ada.send(ping=1)
        house.switchboard.tick()
        tokens += [each.refresh_token for each in ada.take() if each.HasField("refresh_token")]
    assert tokens == ["fresh-ada"]
    assert ada.outbox.reason is None


def test_quality_goes_to_the_room_in_one_message_and_never_says_lost() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    ada.take()
    bob.take()
    house.media.emit(
        m.QualityMeasured(ROOM, ada.sid, m.Quality.POOR),
        m.QualityMeasured(ROOM, bob.sid, m.Quality.EXCELLENT),
    )
    (message,) = ada.take()
    got = {each.participant_sid: each.quality for each in message.connection_quality.updates}
    assert got == {
        ada.sid: models.ConnectionQuality.POOR,
        bob.sid: models.ConnectionQuality.EXCELLENT,
    }
    assert bob.take_kinds() == ["connection_quality"]


def test_the_client_counts_as_active_when_the_transport_that_it_waits_for_is_up() -> None:
    house = House()
    ada = house.join("ada")
    ada.take()
    house.media.emit(m.TransportConnected(ROOM, ada.sid, m.Target.PUBLISHER))
    assert ada.take() == []
    house.media.emit(m.TransportConnected(ROOM, ada.sid, m.Target.SUBSCRIBER))
    (update,) = ada.take()
    assert update.update.participants[0].state == models.ParticipantInfo.ACTIVE
    assert update.update.participants[0].version == 2


def test_events_about_people_who_are_gone_do_nothing() -> None:
    house = House()
    ada = house.join("ada")
    ada.send(leave=rtc.LeaveRequest())
    house.media.emit(
        m.OfferCreated(ROOM, ada.sid, 1, "v=0"),
        m.PublicationStarted(ROOM, ada.sid, TrackSid("TR_x"), "0", "audio/opus"),
        m.QualityMeasured(ROOM, ada.sid, m.Quality.GOOD),
        m.TransportFailed(ROOM, ada.sid, m.Target.SUBSCRIBER, "closed"),
    )
    assert house.switchboard.session_count == 0
