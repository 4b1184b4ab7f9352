"""The process is killed at the worst moment: what was acknowledged is there, and nothing forks."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.fakes.channel import opened
from tests.fakes.groups import commit, create, message
from tests.fakes.member import Host, Member
from tests.fakes.server import running_server


async def test_a_commit_that_is_durable_and_that_nobody_heard_of_comes_after_the_restart(
    tmp_path: Path,
) -> None:
    """Killed between the transaction and the first frame: the committer has no `done`."""
    host = Host(os.urandom(32))
    async with AsyncExitStack() as stack:
        with running_server(tmp_path) as server:
            assert host.create(server.http).status == 201
            tickets = [Member(host.secret).group_ticket(server.http) for _ in range(2)]
            ana, bob = [
                await stack.enter_async_context(opened(server, ticket)) for ticket in tickets
            ]
            await ana.ask(create())
            told = await ana.ask(message(0))
            await bob.hear_entries(1)
            server.process.send_signal(signal.SIGUSR2)
            await asyncio.sleep(0.2)
            await ana.say(commit(0, 7))
            assert (await ana.closing(), await bob.closing()) == (None, None)
            assert "done" not in [each["frame"] for each in ana.heard if each.get("ref") == 7]
            assert await asyncio.to_thread(server.process.wait, 10) == -signal.SIGKILL
        with running_server(tmp_path) as server:
            again = [
                await stack.enter_async_context(opened(server, each.token, told["seq"]))
                for each in (ana, bob)
            ]
            orders = [await each.hear_entries(1) for each in again]
            assert orders[0] == orders[1]
            assert again[0].heard[0]["group"]["epoch"] == 1
            assert (await again[1].ask(commit(0)))["why"] == "stale", "there is no second commit"
            assert (await again[1].ask(commit(1)))["frame"] == "done"


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.35])
async def test_killed_in_the_middle_of_a_lively_meeting(tmp_path: Path, seconds: float) -> None:
    """Whatever somebody was told is there afterwards, in the same place."""
    host = Host(os.urandom(32))
    seen: dict[int, str] = {}
    async with AsyncExitStack() as stack:
        with running_server(tmp_path) as server:
            assert host.create(server.http).status == 201
            tickets = [Member(host.secret).group_ticket(server.http) for _ in range(6)]
            people = [await stack.enter_async_context(opened(server, each)) for each in tickets]
            first = (await people[0].ask(create()))["seq"]

            async def talk(number: int) -> None:
                for ref in range(30):
                    await people[number].say(message(0, ref))

            talking = asyncio.gather(*(talk(number) for number in range(6)), return_exceptions=True)
            await asyncio.sleep(seconds)
            server.process.kill()
            await talking
            for person in people:
                await person.closing()
                for seq, text in person.entries:
                    assert seen.setdefault(seq, text) == text, "one order for everybody"
                done = [each["seq"] for each in person.heard if each["frame"] == "done"]
                assert all(seq in seen or seq == first for seq in done)
        with running_server(tmp_path) as server:
            async with opened(server, people[0].token, first) as back:
                held = dict(await back.hear_entries(len(seen)))
                assert {seq: held[seq] for seq in seen} == seen
                assert (await back.ask(message(0)))["frame"] == "done"
    assert seen
