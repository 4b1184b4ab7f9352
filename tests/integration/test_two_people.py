"""What two people on the real SDK notice of each other."""

import asyncio

from livekit import rtc

from tests.integration.conftest import Join
from tests.integration.media import frames_within, heard_hz, loudness, seen_colour, widths_until

AUDIO, VIDEO = rtc.TrackKind.KIND_AUDIO, rtc.TrackKind.KIND_VIDEO


async def test_they_see_each_other_in_the_roster(join: Join) -> None:
    alice = await join("alice")
    bob = await join("bob")
    await alice.until_happened("joined", "bob")
    assert (alice.others, bob.others) == ({"bob"}, {"alice"})


async def test_a_tone_is_heard_at_its_pitch(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await alice.publish_tone(440)
    assert abs(await heard_hz(await bob.track(AUDIO)) - 440) < 5


async def test_a_colour_is_seen_as_it_was_sent(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await alice.publish_colour(200, 60, 30)
    red, green, blue = await seen_colour(await bob.track(VIDEO))
    assert abs(red - 200) < 12
    assert abs(green - 60) < 12
    assert abs(blue - 30) < 12


async def test_who_comes_later_hears_and_sees_what_is_already_there(join: Join) -> None:
    alice = await join("alice")
    await alice.publish_tone(660)
    await alice.publish_colour(20, 180, 40)
    await asyncio.sleep(1)
    bob = await join("bob")
    assert abs(await heard_hz(await bob.track(AUDIO)) - 660) < 5
    assert (await seen_colour(await bob.track(VIDEO)))[1] > 150


async def test_both_directions_work_at_once(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await asyncio.gather(alice.publish_tone(440), bob.publish_tone(880))
    heard = await asyncio.gather(
        heard_hz(await alice.track(AUDIO)), heard_hz(await bob.track(AUDIO))
    )
    assert abs(heard[0] - 880) < 5
    assert abs(heard[1] - 440) < 5


async def test_a_mute_is_shown_and_silences_and_an_unmute_brings_the_sound_back(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    publication = await alice.publish_tone(440)
    track = await bob.track(AUDIO)
    assert await loudness(track) > 2_000
    assert isinstance(publication.track, rtc.LocalAudioTrack)
    publication.track.mute()
    await bob.until_happened("muted", "alice")
    assert await loudness(track) < 300
    publication.track.unmute()
    await bob.until_happened("unmuted", "alice")
    assert abs(await heard_hz(track) - 440) < 5


async def test_an_unpublished_track_disappears_and_another_can_follow(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    publication = await alice.publish_colour(200, 60, 30)
    await bob.track(VIDEO)
    await alice.room.local_participant.unpublish_track(publication.sid)
    await bob.until_happened("unpublished", "alice")
    bob.tracks.clear()
    await alice.publish_colour(10, 20, 220)
    assert (await seen_colour(await bob.track(VIDEO)))[2] > 180


async def test_unsubscribing_stops_the_picture_and_subscribing_brings_it_back(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await alice.publish_colour(200, 60, 30)
    await bob.track(VIDEO)
    (publication,) = bob.room.remote_participants["alice"].track_publications.values()
    publication.set_subscribed(False)
    await bob.until_happened("unsubscribed", "alice")
    bob.tracks.clear()
    publication.set_subscribed(True)
    assert (await seen_colour(await bob.track(VIDEO)))[0] > 170


async def test_a_simulcast_camera_is_seen(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await alice.publish_colour(40, 160, 220, is_simulcast=True)
    track = await bob.track(VIDEO)
    assert (await seen_colour(track))[2] > 190
    assert await frames_within(track, 2) > 15


async def test_a_viewer_chooses_how_large_a_picture_it_gets(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await alice.publish_colour(40, 160, 220, is_simulcast=True, scale=4)
    track = await bob.track(VIDEO)
    assert (await widths_until(track, 1280))[-1:] == [1280]
    (publication,) = bob.room.remote_participants["alice"].track_publications.values()
    for quality, width in (
        (rtc.VideoQuality.VIDEO_QUALITY_LOW, 320),
        (rtc.VideoQuality.VIDEO_QUALITY_HIGH, 1280),
    ):
        publication.set_video_quality(quality)
        assert (await widths_until(track, width))[-1:] == [width]


async def test_a_departure_is_seen(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    await bob.leave()
    await alice.until_happened("left", "bob")
    assert alice.others == set()
