"""Simulcast and muting, packet by packet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from livekit.protocol import rtc

from bench.generator import Generator, running_generator
from bench.livekit_adapter import Member, joined_member
from tests.fakes.server import RunningServer
from tests.fakes.tokens import token_of
from tests.integration.generated import (
    CAMERA,
    HIGH,
    LOW,
    MEDIUM,
    built_generator,
    seen_by,
    settles_on,
    tune,
)


@dataclass
class Call:
    """A simulcast camera and two who watch it."""

    generator: Generator
    sender: Member
    viewer: Member
    other: Member
    track: str


@pytest.fixture(scope="module")
def binary() -> Path:
    return built_generator()


@pytest.fixture
async def call(
    meeting_server: RunningServer, binary: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Call]:
    room = request.node.name
    async with running_generator(binary=binary) as generator, AsyncExitStack() as stack:

        async def join(number: int, identity: str) -> Member:
            token = token_of(identity, room)
            member = joined_member(meeting_server.ws, token, generator, number)
            return await stack.enter_async_context(member)

        sender = await join(1, "sender")
        await sender.publish([CAMERA])
        viewer, other = await join(2, "viewer"), await join(3, "other")
        await generator.tell("start")
        for each in (viewer, other):
            await generator.expect("connected", each.subscriber)
            await settles_on(generator, each, [2])
        yield Call(generator, sender, viewer, other, sender.published["camera"].sid)
        assert generator.errors == []


async def test_each_viewer_gets_the_layer_it_asks_for_and_no_other(call: Call) -> None:
    for quality, layer in ((LOW, 0), (HIGH, 2), (MEDIUM, 1)):
        await tune(call.viewer, call.track, quality=quality)
        await settles_on(call.generator, call.viewer, [layer])
        unchanged = await seen_by(call.generator, call.other, 0.5)
        assert unchanged["by_layer"][:2] == [0, 0], "somebody else's choice changed"


async def test_switching_layers_back_and_forth_loses_nothing(call: Call) -> None:
    await call.generator.tell("reset")
    for quality in (LOW, MEDIUM, HIGH, LOW, HIGH):
        await tune(call.viewer, call.track, quality=quality)
        await asyncio.sleep(0.7)
    streams = (await call.generator.stats())["streams"]
    (seen,) = (it for it in streams if it["id"] == call.viewer.subscriber)
    assert seen["lost"] == 0
    assert all(packets > 0 for packets in seen["by_layer"][:3]), seen


async def test_a_restless_viewer_does_not_make_the_sender_spend_all_on_keyframes(
    call: Call,
) -> None:
    await call.generator.tell("reset")
    for number in range(60):
        await tune(call.viewer, call.track, quality=(LOW, MEDIUM, HIGH)[number % 3])
        await asyncio.sleep(0.05)
    stats = await call.generator.stats()
    # Two a second and layer, and one more for each layer at the edges of the time.
    assert stats["keyframe_requests"] <= 3 * (2 * stats["seconds"] + 1), stats


async def test_a_track_that_is_switched_off_is_not_sent_until_it_is_wanted_again(
    call: Call,
) -> None:
    await tune(call.viewer, call.track, disabled=True)
    await settles_on(call.generator, call.viewer, [])
    assert (await seen_by(call.generator, call.other, 0.5))["received"] > 0
    await tune(call.viewer, call.track, disabled=False, quality=HIGH)
    await settles_on(call.generator, call.viewer, [2])


async def test_a_muted_camera_sends_nobody_anything_even_if_its_client_goes_on(call: Call) -> None:
    await call.sender.send(mute=rtc.MuteTrackRequest(sid=call.track, muted=True))
    for viewer in (call.viewer, call.other):
        await settles_on(call.generator, viewer, [])
    await call.sender.send(mute=rtc.MuteTrackRequest(sid=call.track, muted=False))
    for viewer in (call.viewer, call.other):
        await settles_on(call.generator, viewer, [2])
