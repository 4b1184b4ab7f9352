"""People's devices at one order, over real WebSockets: admission to the last entry."""

import asyncio
import json
import os
from contextlib import AsyncExitStack

import pytest

from folkmoot.groups.mls import WireFormat, read_header
from folkmoot.protocol.encoding import from_base64url
from folkmoot.protocol.signing import is_signed
from folkmoot.protocol.statements import drain_statement
from tests.fakes.channel import Channel, opened
from tests.fakes.groups import ack, commit, create, message, turn
from tests.fakes.member import Host, Member
from tests.fakes.server import RunningServer, running_server


@pytest.fixture
def host(server: RunningServer) -> Host:
    host = Host(os.urandom(32))
    assert host.create(server.http).status == 201
    return host


async def ticket_of(server: RunningServer, member: Member) -> str:
    return await asyncio.to_thread(member.group_ticket, server.http)


async def enter(server: RunningServer, host: Host, stack: AsyncExitStack) -> Channel:
    token = await ticket_of(server, Member(host.secret))
    return await stack.enter_async_context(opened(server, token))


async def join(channel: Channel) -> None:
    """Ask for a turn and commit in it, as often as it takes."""
    while True:
        await channel.say(turn(1))
        own = await channel.hear("turn")
        answer = await channel.ask(commit(epoch_of(own["group_info"]), 2))
        if answer["frame"] == "done":
            return
        assert answer["why"] in ("not_your_turn", "stale")


def epoch_of(group_info: str) -> int:
    header = read_header(from_base64url(group_info), WireFormat.GROUP_INFO)
    assert header is not None
    return header.epoch


def acknowledged(person: Channel) -> set[str]:
    """What came bundled, in however many bundles."""
    bundles = [frame["bodies"] for frame in person.heard if frame["frame"] == "acks"]
    return {body for bodies in bundles for body in bodies}


async def test_five_people_agree_on_one_order(server: RunningServer, host: Host) -> None:
    async with AsyncExitStack() as stack:
        people = [await enter(server, host, stack) for _ in range(5)]
        assert (await people[0].ask(create()))["frame"] == "done"
        await asyncio.gather(*(join(person) for person in people[1:]))
        for person in people:
            await person.ask(message(4))
            await person.say(ack(4, os.urandom(64)))
        orders = [await person.hear_entries(9) for person in people]
        assert orders == [orders[0]] * 5
        assert [seq for seq, _ in orders[0]] == list(range(orders[0][0][0], orders[0][0][0] + 9))
        for person in people:
            while len(acknowledged(person)) < 5:
                await person.hear("acks")


async def test_a_broken_connection_comes_back_to_what_it_missed(
    server: RunningServer, host: Host
) -> None:
    async with AsyncExitStack() as stack:
        ana, bob = [await enter(server, host, stack) for _ in range(2)]
        await ana.ask(create())
        first = await ana.ask(message(0))
        await bob.hear_entries(1)
        bob.socket.transport.abort()
        missed = [(await ana.ask(message(0)))["seq"] for _ in range(20)]
        async with opened(server, bob.token, first["seq"]) as back:
            assert await back.hear_entries(20) == ana.entries[1:]
            assert [seq for seq, _ in back.entries] == missed
            assert await back.ask(message(0))


async def test_fifty_people_join_within_five_seconds(server: RunningServer, host: Host) -> None:
    """Everybody gets a turn, and no commit is lost to another one."""
    async with AsyncExitStack() as stack:
        people = [await enter(server, host, stack) for _ in range(51)]
        await people[0].ask(create())

        async def join_soon(person: Channel, number: int) -> None:
            await asyncio.sleep(number / 10)
            await join(person)

        await asyncio.gather(*(join_soon(each, n) for n, each in enumerate(people[1:])))
        orders = [await person.hear_entries(50) for person in people]
    assert orders == [orders[0]] * 51
    refused = [each for person in people for each in person.heard if each["frame"] == "refused"]
    assert refused == []


async def test_a_second_channel_of_one_device_closes_the_first(
    server: RunningServer, host: Host
) -> None:
    async with AsyncExitStack() as stack:
        first = await enter(server, host, stack)
        async with opened(server, first.token) as second:
            assert await first.closing() == 4001
            assert (await second.ask(create()))["frame"] == "done"


async def test_a_drained_server_sends_everybody_away_to_come_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("drained")
    host = Host(os.urandom(32))
    with running_server(folder, drain_s=1.0) as server:
        assert host.create(server.http).status == 201
        async with AsyncExitStack() as stack:
            ana = await enter(server, host, stack)
            answer = await asyncio.to_thread(Member(host.secret).ask, server.http)
            await ana.ask(create())
            done = await ana.ask(message(0))
            server.process.terminate()
            drain = await ana.hear("drain")
            assert await ana.closing() == 1012
        node = json.loads(answer.body)
        key, run = from_base64url(node["node_key"]), from_base64url(node["node_run"])
        statement = drain_statement(key, run, drain["at_ms"])
        assert is_signed(key, statement, from_base64url(drain["signature"]))
        assert await asyncio.to_thread(server.process.wait, 20) == 0
    with running_server(folder) as server:
        async with opened(server, ana.token, done["seq"] - 1) as back:
            assert await back.hear_entries(1) == ana.entries
