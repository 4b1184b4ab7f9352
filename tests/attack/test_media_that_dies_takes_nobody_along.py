"""A participant's transport ends without a word in signalling: killed, or by its own hand."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from livekit.protocol import rtc

from bench.generator import running_generator
from bench.livekit_adapter import Member, joined_member
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import token_of
from tests.integration.generated import CAMERA, built_generator, seen_by, settles_on


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server"), has_engine=True) as running:
        yield running


async def left(member: Member) -> rtc.LeaveRequest:
    for _ in range(200):
        if member.leave is not None:
            return member.leave
        await asyncio.sleep(0.05)
    raise AssertionError("the server said nothing")


@pytest.mark.parametrize("target", ["publisher", "subscriber"])
async def test_whoever_ends_a_transport_is_told_to_come_back_and_the_others_see_no_gap(
    server: RunningServer, target: str
) -> None:
    binary = built_generator()
    async with running_generator(binary=binary) as generator, AsyncExitStack() as stack:

        async def join(number: int, identity: str) -> Member:
            token = token_of(identity, f"ending-{target}")
            member = joined_member(server.ws, token, generator, number)
            return await stack.enter_async_context(member)

        sender = await join(1, "sender")
        await sender.publish([CAMERA])
        viewer, victim = await join(2, "viewer"), await join(3, "victim")
        await victim.publish([{"cid": "microphone", "kind": "audio"}])
        for member in (viewer, victim):
            await generator.expect("connected", member.subscriber)
        await generator.tell("start")
        await settles_on(generator, viewer, [0, 2])  # the microphone counts as layer 0

        await generator.tell("close", id=getattr(victim, target))
        leave = await left(victim)
        assert leave.action == rtc.LeaveRequest.RECONNECT
        seen = await seen_by(generator, viewer, 1)
        assert seen["lost"] == 0
        assert seen["by_layer"][2] > 100, seen
        assert (sender.leave, viewer.leave) == (None, None)
