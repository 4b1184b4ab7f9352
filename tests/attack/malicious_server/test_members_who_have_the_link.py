"""A5, A6, A10, A11: members who do with real keys what no honest device does."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from folkmoot.protocol.encoding import from_base64url, to_base64url
from tests.attack.malicious_server.scene import HONEST, Scene, meeting_of
from tests.fakes.channel import opened
from tests.fakes.group_members import chat, is_member, notices, refusals
from tests.fakes.groups import turn
from tests.fakes.member import Member
from tests.fakes.server import RunningServer

WITH_EVE = (*HONEST, "eve")

FORBIDDEN = [
    ("evict", "no-reason"),
    ("evict-as-lost", "not-lost"),
    ("evict-as-left", "false-reason"),
    ("evict-by-act", "false-reason"),
    ("false-head", "wrong-act-head"),
    ("add", "no-path"),
    ("extensions", "no-path"),
    ("reinit", "forbidden-proposal"),
    ("psk", "forbidden-proposal"),
    ("update", "forbidden-proposal"),
    ("reference", "forbidden-proposal"),
    ("other-credential", "changed-own-leaf"),
    ("other-key", "changed-own-leaf"),
    ("join-as-victim", "replaces-another"),
    ("join-with-credential", "not-a-member-key"),
    ("join-with-own-key-again", "key-in-use"),
    ("garbage", "garbled"),
]


@pytest.mark.parametrize(("kind", "why"), FORBIDDEN)
async def test_what_is_forbidden_is_void_for_all_and_nobody_is_gone_or_new(
    server: RunningServer, kind: str, why: str
) -> None:
    async with meeting_of(server, *WITH_EVE) as scene:
        sent = await scene.people.ask("forgeAndSend", member="eve", kind=kind, victim="ben")
        assert sent["frame"] == "done", "the order reads no MLS"
        seen = [why] if kind != "garbage" else []
        for name in HONEST:
            dump = await scene.people.until(
                name, lambda dump: bool({"refused-commit", "unreadable-entry"} & {*notices(dump)})
            )
            assert refusals(dump)[:1] == seen
        for dump in await scene.together(*HONEST, size=4):
            assert scene.names_on(dump) == set(WITH_EVE)
        await scene.stay_as_they_were(*HONEST, size=4)


async def test_a_commit_that_is_cut_off_is_void_and_the_group_goes_on(
    server: RunningServer,
) -> None:
    """A11."""
    async with meeting_of(server, *WITH_EVE) as scene:
        sent = await scene.people.ask("forgeAndSend", member="eve", kind="cut-off")
        assert sent["frame"] == "done"
        await scene.stay_as_they_were(*HONEST, size=4)


async def test_whoever_spams_commits_keeps_nobody_from_being_put_out(
    server: RunningServer,
) -> None:
    """A6: rubbish and empty commits, as many as the order takes, and then the host acts."""
    async with meeting_of(server, *WITH_EVE) as scene:
        await scene.host()
        everybody = (*WITH_EVE, "host")
        await scene.together(*everybody)
        for kind in ("garbage", *["new-keys"] * 20, "evict"):
            await scene.people.ask("forgeAndSend", member="eve", kind=kind, victim="ben")
        done = scene.people.ask("act", member="host", kind="removal", of=["eve"])
        assert await asyncio.wait_for(done, 20) == "taken"
        await scene.stay_as_they_were(*HONEST, "host")


async def test_of_two_commits_for_one_epoch_one_counts_and_both_are_made(
    server: RunningServer,
) -> None:
    """A6: the loser tries again."""
    async with meeting_of(server, *HONEST) as scene:
        both = await asyncio.gather(
            *(scene.people.ask("refresh", member=name) for name in ("ana", "ben"))
        )
        assert both == ["taken", "taken"]
        await scene.stay_as_they_were()


async def test_who_has_the_first_leaf_and_says_nothing_is_not_waited_for(
    server: RunningServer,
) -> None:
    """Eve made the group, is first in rank, and is mute."""
    async with meeting_of(server, "eve", *HONEST) as scene:
        mute = scene.identities["eve"]
        scene.middle.up = lambda line, frame: (
            [] if line.identity == mute and frame["frame"] != "ping" else [frame]
        )
        await scene.people.skip(28, pause_ms=20)
        for name in HONEST:
            assert (await scene.people.dump(name))["health"] == {"kind": "well"}
        await scene.people.ask("leave", member="cem")
        for dump in await scene.together("ana", "ben", size=3):
            assert scene.names_on(dump) == {"eve", "ana", "ben"}


async def test_who_races_every_join_keeps_nobody_out(server: RunningServer) -> None:
    """Three devices with the link ask for turn after turn, and commit rubbish in them."""
    async with meeting_of(server, "ana", "ben") as scene, AsyncExitStack() as stack:
        secret = from_base64url(scene.link.split("#v1.")[1].split(".")[0])
        rubbish = await scene.people.ask("forge", member="ana", kind="garbage")

        async def race(number: int) -> None:
            ticket = await asyncio.to_thread(Member(secret).group_ticket, server.http)
            channel = await stack.enter_async_context(opened(server, ticket))
            for ref in range(1, 1_000, 2):
                await channel.say(turn(ref))
                await channel.hear("turn", "refused")
                commit = {"frame": "commit", "ref": ref + 1, "message": rubbish["message"]}
                info = {"group_info": rubbish["groupInfo"], "act_head": rubbish["actHead"]}
                await channel.say({**commit, **info})
                await asyncio.sleep(0.1)

        racing = [asyncio.create_task(race(number)) for number in range(3)]
        await asyncio.sleep(0.5)
        await scene.join("cem")
        await scene.people.until("cem", is_member, patience_s=40)
        for task in racing:
            task.cancel()
        await asyncio.gather(*racing, return_exceptions=True)
        await scene.people.skip(9, pause_ms=10)
        await scene.stay_as_they_were()


async def test_a_broken_group_info_is_put_right_by_the_others(server: RunningServer) -> None:
    async with meeting_of(server, *WITH_EVE) as scene:
        good = await scene.people.ask("groupInfo", member="ana")
        data = from_base64url(good)
        broken = to_base64url(data[: len(data) // 2] + bytes(len(data) // 2))
        frame = {"frame": "group_info", "group_info": broken}
        assert (await scene.people.ask("raw", member="eve", frame=frame))["frame"] == "done"
        await scene.join("dia")
        dia = await scene.people.until("dia", is_member)
        assert "bad-group-info" in notices(dia)
        await scene.stay_as_they_were(*HONEST, "dia", size=5)


async def test_a_false_act_head_is_refused_by_the_order_itself(server: RunningServer) -> None:
    async with meeting_of(server, *WITH_EVE) as scene:
        forged = await scene.people.ask("forge", member="eve", kind="new-keys")
        frame = {
            "frame": "commit",
            "message": forged["message"],
            "group_info": forged["groupInfo"],
            "act_head": to_base64url(bytes([7]) * 32),
        }
        answer = await scene.people.ask("raw", member="eve", frame=frame)
        assert (answer["frame"], answer["why"]) == ("refused", "act_head")
        await scene.stay_as_they_were(*HONEST, size=4)


async def test_malformed_messages_are_read_by_nobody_and_end_nothing(
    server: RunningServer,
) -> None:
    """A11: whatever passes the order, from a member with real keys."""
    async with meeting_of(server, *WITH_EVE) as scene:
        entries = await sent_by(scene)
        for cut in (60, 90, 150):
            frame = {"frame": "message", "message": entries[:cut]}
            await scene.people.ask("raw", member="eve", frame=frame)
        await scene.people.until("ana", lambda dump: "unreadable-entry" in notices(dump))
        await scene.stay_as_they_were(*HONEST, size=4)


async def sent_by(scene: Scene) -> str:
    """A real message, as it stands in the order."""
    await scene.people.say("eve", "hello")
    await scene.people.until("ana", lambda dump: chat(dump) == ["hello"])
    entries = await scene.people.ask("entries", member="ana")
    return str([each["message"] for each in entries if each["type"] == "message"][-1])
