"""Rooms over time: three people, second sessions, comings and goings."""

import asyncio
from pathlib import Path

from livekit import rtc

from tests.fakes.server import RunningServer
from tests.integration.conftest import Join
from tests.integration.media import heard_hz, seen_colour
from tests.integration.person import Person

AUDIO, VIDEO = rtc.TrackKind.KIND_AUDIO, rtc.TrackKind.KIND_VIDEO


async def test_three_people_hear_and_see_each_other(join: Join) -> None:
    alice, bob, carol = await join("alice"), await join("bob"), await join("carol")
    await alice.publish_tone(440)
    await bob.publish_colour(210, 40, 40)
    for listener in (bob, carol):
        assert abs(await heard_hz(await listener.track(AUDIO)) - 440) < 5
    for viewer in (alice, carol):
        assert (await seen_colour(await viewer.track(VIDEO)))[0] > 180
    assert [person.others for person in (alice, bob, carol)] == [
        {"bob", "carol"},
        {"alice", "carol"},
        {"alice", "bob"},
    ]


async def test_a_second_session_of_the_same_identity_replaces_the_first(join: Join) -> None:
    alice, first = await join("alice"), await join("bob")
    second = await join("bob")
    await first.until(lambda: any(it[0] == "disconnected" for it in first.happened), "the end")
    reason = next(it[1] for it in first.happened if it[0] == "disconnected")
    assert reason == rtc.DisconnectReason.DUPLICATE_IDENTITY
    await alice.publish_tone(550)
    assert abs(await heard_hz(await second.track(AUDIO)) - 550) < 5
    assert alice.others == {"bob"}


Resources = tuple[int, int, int, int]


def resources(server: RunningServer) -> Resources:
    """Open descriptors, threads, tasks of the event loop and transports of the server."""
    process = Path(f"/proc/{server.process.pid}")
    descriptors = len(list((process / "fd").iterdir()))
    threads = len(list((process / "task").iterdir()))
    return descriptors, threads, server.metric("tasks"), server.metric("engine_transports")


async def visit(server: RunningServer, number: int) -> None:
    guest = Person(f"guest-{number}", "revolving-door")
    await guest.connect(server.ws)
    await guest.publish_tone(440)
    await guest.leave()


# A leak would leave one of each visit; the server may open a file or start a thread of its own.
VISITS, SLACK = 20, 4


def has_leaked(before: Resources, now: Resources) -> bool:
    *grown, transports = (after - then for then, after in zip(before, now, strict=True))
    return max(grown) > SLACK or transports > 0


async def test_twenty_visits_leave_nothing_behind(meeting_server: RunningServer) -> None:
    await visit(meeting_server, 0)
    await asyncio.sleep(3)
    before = resources(meeting_server)
    for number in range(1, 1 + VISITS):
        await visit(meeting_server, number)
    for _ in range(20):
        if not has_leaked(before, resources(meeting_server)):
            break
        await asyncio.sleep(0.5)
    assert not has_leaked(before, resources(meeting_server)), (before, resources(meeting_server))
    assert meeting_server.metric("sessions") == 0
    assert meeting_server.metric("rooms") == 0
