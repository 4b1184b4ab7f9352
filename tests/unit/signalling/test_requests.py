"""Every request is done or refused in words."""

from livekit.protocol import models, rtc

from folkmoot.domain.participant import ClientTraits
from folkmoot.domain.rights import Rights
from tests.fakes.people import ROOM, House, layers_of, publish

R = rtc.RequestResponse


def test_metadata_needs_the_right_and_is_answered_either_way() -> None:
    house = House()
    ada = house.join("ada")
    bob = house.join("bob", Rights(can_update_own_metadata=True))
    for person in (ada, bob):
        person.take()
        body = rtc.UpdateParticipantMetadata(name="New", attributes={"hand": "up"}, request_id=9)
        person.send(update_metadata=body)
    refused, told = ada.take()
    assert refused.request_response.reason == R.NOT_ALLOWED
    assert refused.request_response.request_id == 9
    assert refused.request_response.update_metadata.name == "New"
    assert told.update.participants[0].name == "New"
    update, done = bob.take()
    assert dict(update.update.participants[0].attributes) == {"hand": "up"}
    assert done.request_response.reason == R.OK
    assert done.request_response.request_id == 9


def test_settings_choose_layers_and_pause() -> None:
    house = House()
    ada, bob = house.join("ada"), house.join("bob")
    layers = layers_of((0, 320, 180), (1, 640, 360))
    sid = publish(ada, kind="VIDEO", cid="cam", layers=layers)
    bob.take()
    bob.send(track_setting=rtc.UpdateTrackSettings(track_sids=[sid], width=300, height=170))
    bob.send(
        track_setting=rtc.UpdateTrackSettings(track_sids=[sid], quality=models.VideoQuality.MEDIUM)
    )
    bob.send(track_setting=rtc.UpdateTrackSettings(track_sids=[sid], disabled=True))
    assert [call[3:] for call in house.media.named("set_subscription")] == [
        (True, 0),
        (True, 1),
        (False, 0),
    ]
    assert bob.take() == []


def test_subscriptions_follow_the_request_and_unknown_tracks_are_named() -> None:
    house = House()
    ada = house.join("ada")
    bob = house.join("bob", traits=ClientTraits(auto_subscribe=False))
    sid = publish(ada)
    bob.take()
    tracks = [models.ParticipantTracks(participant_sid=ada.sid, track_sids=[sid])]
    bob.send(subscription=rtc.UpdateSubscription(participant_tracks=tracks, subscribe=True))
    bob.send(subscription=rtc.UpdateSubscription(track_sids=[sid], subscribe=False))
    bob.send(subscription=rtc.UpdateSubscription(track_sids=["TR_nothing"], subscribe=True))
    assert house.media.named("subscribe") == [(ROOM, bob.sid, sid)]
    assert house.media.named("unsubscribe") == [(ROOM, bob.sid, sid)]
    (answer,) = bob.take()
    assert answer.subscription_response.track_sid == "TR_nothing"
    assert answer.subscription_response.err == models.SubscriptionError.SE_TRACK_NOTFOUND


def test_every_refused_request_is_answered_with_what_was_asked() -> None:
    house = House()
    ada = house.join("ada", Rights(can_publish=False))
    ada.take()
    ada.send(add_track=rtc.AddTrackRequest(cid="mic", type=models.TrackType.AUDIO))
    ada.send(add_track=rtc.AddTrackRequest(cid="d", type=models.TrackType.DATA))
    ada.send(add_track=rtc.AddTrackRequest(cid="b", sid="TR_first"))
    ada.send(mute=rtc.MuteTrackRequest(sid="TR_nothing"))
    ada.send(simulate=rtc.SimulateScenario(server_leave=True))
    ada.send(sync_state=rtc.SyncState())
    answers = [each.request_response for each in ada.take()]
    assert [answer.reason for answer in answers] == [
        R.NOT_ALLOWED,
        R.INVALID_REQUEST,
        R.UNSUPPORTED_TYPE,
        R.NOT_FOUND,
        R.UNSUPPORTED_TYPE,
        R.UNSUPPORTED_TYPE,
    ]
    assert answers[0].add_track.cid == "mic"
    assert answers[3].mute.sid == "TR_nothing"
    assert all(answer.message for answer in answers)
