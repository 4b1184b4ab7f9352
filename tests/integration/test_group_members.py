"""Real members at a real server: they agree, and go on whatever becomes of it."""

import asyncio
from pathlib import Path

import pytest

from tests.attack.malicious_server.between import between
from tests.fakes.group_members import (
    Members,
    chat,
    is_member,
    members,
    notices,
    refusals,
)
from tests.fakes.server import RunningServer, running_server


@pytest.mark.parametrize("count", [2, 5])
async def test_all_who_come_share_a_secret_and_see_the_same_code(
    server: RunningServer, count: int
) -> None:
    async with members() as people:
        meeting = await people.meeting(server.http)
        names = [f"person {n}" for n in range(count)]
        for name in names:
            await people.enter(name, meeting.link)
        dumps = await people.until_all(*names, size=count)
        codes = {dump["group"]["code"] for dump in dumps}
        assert len(codes) == 1
        assert len(codes.pop().split()) == 8
        await people.until(names[0], lambda dump: len(dump["ready"]) == count - 1)


async def test_two_who_make_the_group_at_once_are_in_one(server: RunningServer) -> None:
    async with members() as people:
        meeting = await people.meeting(server.http)
        await asyncio.gather(*(people.join(name, meeting.link) for name in ("ana", "ben")))
        await people.until_all("ana", "ben", size=2)


@pytest.mark.parametrize(
    "count", [12, pytest.param(50, marks=(pytest.mark.full, pytest.mark.timeout(400)))]
)
async def test_many_who_come_within_five_seconds_are_in_one_group(
    tmp_path: Path, count: int
) -> None:
    """All in one process, which is slow: the server gives them longer turns."""
    with running_server(tmp_path, group_limits={"TURN_MS": 10_000}) as server:
        async with members() as people:
            meeting = await people.meeting(server.http)
            await people.enter("first", meeting.link)
            names = [f"person {n}" for n in range(count - 1)]

            async def come(name: str, number: int) -> None:
                await asyncio.sleep(5 * number / count)
                await people.join(name, meeting.link)

            await asyncio.gather(*(come(name, number) for number, name in enumerate(names)))
            dumps = await people.until_all("first", *names, size=count, patience_s=count * 7)
            assert len({dump["group"]["code"] for dump in dumps}) == 1
            await people.say(names[-1], "all here")
            await people.until("first", lambda dump: chat(dump) == ["all here"])


async def test_a_server_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """What was said just before and while it was away arrives once, and new people come."""
    names = ("ana", "ben", "cem")
    async with members() as people:
        with running_server(tmp_path) as server:
            port = server.web_port
            meeting = await people.meeting(server.http)
            for name in names:
                await people.enter(name, meeting.link)
            before = (await people.until_all(*names, size=3))[0]
            for number in range(5):
                await people.say("ana", f"before {number}")
            server.process.kill()
            await asyncio.to_thread(server.process.wait)
            await people.say("ben", "while it was away")
            refreshing = asyncio.create_task(people.ask("refresh", member="cem"))
        with running_server(tmp_path, port=port):
            assert await asyncio.wait_for(refreshing, 30) == "taken"
            expected = {*(f"before {number}" for number in range(5)), "while it was away"}
            dump = await people.until("cem", lambda dump: set(chat(dump)) == expected)
            assert len(chat(dump)) == len(expected), "once each"
            await people.enter("dia", meeting.link)
            after = (await people.until_all(*names, "dia", size=4))[0]
            assert after["group"]["epoch"] > before["group"]["epoch"]
            assert notices(after) == [], "nobody had to join anew"


async def removed(people: Members, server: RunningServer, *gone: str) -> tuple[str, str]:
    """A meeting from which these were put out. Returns its link and its host's."""
    meeting = await people.meeting(server.http)
    await people.enter("host", meeting.host_link)
    for name in ("ana", "ben", *gone):
        await people.enter(name, meeting.link)
    await people.until_all("host", "ana", "ben", *gone, size=3 + len(gone))
    for name in ("ana", *gone):
        await people.ask("keep", member=name)
    assert await people.ask("act", member="host", kind="removal", of=gone) == "taken"
    await people.until_all("host", "ana", "ben", size=3)
    return meeting.link, meeting.host_link


@pytest.mark.parametrize("gone", [("eve",), ("eve", "mal")])
async def test_who_was_put_out_derives_nothing_of_what_follows(
    server: RunningServer, gone: tuple[str, ...]
) -> None:
    """A1, E-4: with everything that their devices had, against the real commit and message."""
    async with members() as people:
        await removed(people, server, *gone)
        await people.say("ben", "without them")
        await people.until("host", lambda dump: chat(dump) == ["without them"])
        entries = await people.ask("entries", member="host")
        commit = [each["message"] for each in entries if each["type"] == "commit"][-1]
        said = entries[-1]["message"]
        for name in gone:
            assert (await people.until(name, lambda dump: dump["state"]["kind"] == "removed"))[
                "group"
            ] is None
            opened = await people.ask(
                "tryKept", member=name, commit=commit, said=said, inside="host"
            )
            assert opened == {"opensPath": False, "followsCommit": False, "readsMessage": False}
        stays = await people.ask("tryKept", member="ana", commit=commit, said=said, inside="host")
        assert stays["opensPath"], "this is how somebody does who was not put out"
        assert stays["followsCommit"]


async def test_who_was_put_out_and_comes_back_with_the_link_has_to_ask(
    tmp_path: Path,
) -> None:
    """She tries so soon again that the order would make her wait."""
    limits = {"COMMIT_MS": 500}
    with running_server(tmp_path, group_limits=limits) as server:
        async with members() as people:
            await come_back(people, server)


async def come_back(people: Members, server: RunningServer) -> None:
    link, host_link = await removed(people, server, "eve")
    await people.join("eve again", link)
    for name in ("host", "ana", "ben"):
        await people.until(name, lambda dump: "no-grant" in refusals(dump))
    await people.until_all("host", "ana", "ben", size=3)
    await asyncio.sleep(0.3)  # until they have put their GroupInfo in the place of hers
    await people.join("eve with her key", link, withKeyOf="eve")
    for name in ("host", "ana", "ben"):
        await people.until(name, lambda dump: "left-before" in refusals(dump))
    dumps = await people.until_all("host", "ana", "ben", size=3)
    assert all(dump["group"]["acts"]["hasToAsk"] for dump in dumps)
    for name in ("eve again", "eve with her key"):
        dump = await people.dump(name)
        assert dump["ready"] == [], "nobody answers"
        assert (dump["group"] or {}).get("secret") != dumps[0]["group"]["secret"]
        await people.ask("close", member=name)
    await asyncio.sleep(1.2)  # one GroupInfo a second
    await people.join("friend", link, grantedBy=host_link)
    await people.until_all("friend", "host", "ana", "ben", size=4)
    friend = await people.until("friend", lambda dump: dump["group"]["acts"]["isComplete"])
    assert friend["group"]["acts"]["count"] == 1


ABANDONED = {"ABANDONED_MS": 1_000}


async def test_a_group_that_idled_away_begins_again_without_its_host(tmp_path: Path) -> None:
    """Its acts kept nobody out: who comes first makes it anew, whatever they had seen."""
    with running_server(tmp_path, group_limits=ABANDONED) as server:
        async with between(server) as middle, members() as people:
            meeting = await people.meeting(server.http)
            await people.enter("host", meeting.host_link, channel=middle.channel)
            for name in ("ana", "ben"):
                await people.enter(name, meeting.link, channel=middle.channel)
            await people.ask("act", member="host", kind="delegation", of=["ana"], isOn=True)
            await people.until_all("host", "ana", "ben", size=3)
            await people.ask("close", member="host")
            await middle.cut_all()
            await asyncio.sleep(2)
            middle.is_dead = False
            await people.join("cem", meeting.link, channel=middle.channel)
            dumps = await people.until_all("ana", "ben", "cem", size=3)
            assert {dump["group"]["acts"]["count"] for dump in dumps} == {0}


async def test_a_locked_group_that_idled_away_waits_for_its_host(tmp_path: Path) -> None:
    """Nobody slips in; who waits is told, and gets in once the host has come."""
    with running_server(tmp_path, group_limits=ABANDONED) as server:
        async with between(server) as middle, members() as people:
            meeting = await people.meeting(server.http)
            await people.enter("host", meeting.host_link, channel=middle.channel)
            for name in ("ana", "ben"):
                await people.enter(name, meeting.link, channel=middle.channel)
            await people.ask("act", member="host", kind="lock", isOn=True)
            await people.until_all("host", "ana", "ben", size=3)
            await people.ask("close", member="host")
            await middle.cut_all()
            await asyncio.sleep(2)
            middle.is_dead = False
            await people.join("eve", meeting.link, channel=middle.channel)
            for name in ("ana", "ben", "eve"):
                dump = await people.until(name, lambda dump: "waits-for-host" in notices(dump))
                assert dump["state"] == {"kind": "joining"}
            for name in ("ben", "eve"):
                await people.ask("close", member=name)

            # On another device, which knows nothing of the lock.
            await people.enter("host again", meeting.host_link, channel=middle.channel)
            acts = (await people.dump("host again"))["group"]["acts"]
            assert (acts["count"], acts["hasToAsk"], acts["isLocked"]) == (1, True, False)
            done = people.ask("act", member="host again", kind="ask-to-join", isOn=False)
            assert await done == "taken"
            await people.skip(40, pause_ms=30)
            dumps = await people.until_all("ana", "host again", size=2)
            assert {dump["group"]["acts"]["count"] for dump in dumps} == {2}


async def test_a_first_group_that_was_spoilt_is_made_anew(tmp_path: Path) -> None:
    """Somebody with the link makes it of rubbish and goes: ten seconds later others have one."""
    limits = {"SPOILT_MS": 1_500, "HEARD_MS": 3_000}
    with running_server(tmp_path, group_limits=limits) as server:
        async with between(server) as middle, members() as people:
            meeting = await people.meeting(server.http)
            middle.up = lambda _, frame: (
                [{**frame, "group_info": frame["group_info"][:120]}]
                if frame["frame"] == "create"
                else [frame]
            )
            await people.join("eve", meeting.link, channel=middle.channel)
            await people.until("eve", is_member)
            await people.ask("close", member="eve")
            for name in ("ana", "ben"):
                await people.join(name, meeting.link)
            await people.skip(5, pause_ms=50)
            dumps = await people.until_all("ana", "ben", size=2)
            assert all("bad-group-info" in notices(dump) for dump in dumps)
