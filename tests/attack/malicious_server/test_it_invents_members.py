"""A4, E-1: who runs the server has every token, and the order takes whatever it brings."""

import pytest

from tests.attack.malicious_server.between import operators_channel
from tests.attack.malicious_server.scene import HONEST, Scene, meeting_of
from tests.fakes.group_members import refusals
from tests.fakes.groups import turn
from tests.fakes.server import RunningServer

GHOSTS = [
    ("ghost-without-tag", "not-a-member-key"),
    ("ghost-with-other-groups-tag", "not-a-member-key"),
    ("ghost-with-others-tag", "not-a-member-key"),
    ("ghost-with-own-grant", "false-reason"),
]


async def bring_in(scene: Scene, forged: dict[str, str]) -> None:
    """Put a commit into the order with a channel that only the operator can open."""
    async with operators_channel(scene.server, scene.locator) as channel:
        await channel.say(turn(1))
        await channel.hear("turn")
        commit = {
            "frame": "commit",
            "ref": 2,
            "message": forged["message"],
            "group_info": forged["groupInfo"],
            "act_head": forged["actHead"],
        }
        assert (await channel.ask(commit))["frame"] == "done", "the order reads no MLS"


@pytest.mark.parametrize(("ghost", "why"), GHOSTS)
async def test_a_ghost_is_refused_by_all_and_shown_by_none(
    server: RunningServer, ghost: str, why: str
) -> None:
    async with meeting_of(server, *HONEST) as scene:
        forged = await scene.people.ask("forge", member="ana", kind=ghost, victim="ben")
        await bring_in(scene, forged)
        await scene.all_refuse(why)
        for dump in await scene.together():
            assert scene.names_on(dump) == set(HONEST)
        await scene.stay_as_they_were()


async def test_a_grant_that_is_over_lets_nobody_in(server: RunningServer) -> None:
    async with meeting_of(server, "ana") as scene:
        await scene.host()
        await scene.together("ana", "host")
        await scene.people.ask("act", member="host", kind="ask-to-join", isOn=True)
        await scene.together("ana", "host")
        forged = await scene.people.ask("forge", member="host", kind="ghost-with-old-grant")
        await bring_in(scene, forged)
        await scene.all_refuse("no-grant", "ana", "host")
        await scene.stay_as_they_were("ana", "host")


async def test_who_listens_unseen_hears_nothing_and_keeps_nobody_from_hearing(
    server: RunningServer,
) -> None:
    """E-1: the operator is on the channel, sees every frame, and is on nobody's list."""
    async with (
        meeting_of(server, *HONEST) as scene,
        operators_channel(server, scene.locator) as channel,
    ):
        await scene.people.say("ana", "planted canary")
        await scene.people.until("ben", lambda dump: len(dump["heard"]) == 1)
        await channel.hear_entries(1)
        for dump in await scene.together():
            assert scene.names_on(dump) == set(HONEST)
            assert len(dump["ready"]) == 2, "who is heard is a member"
        everything = repr(channel.heard) + repr(scene.middle.seen)
        assert "planted canary" not in everything
        secrets = [scene.link.split("#")[1].split(".")[1]]
        assert not [each for each in secrets if each in everything]


async def test_a_ghost_group_info_lets_a_joiner_into_no_group(server: RunningServer) -> None:
    """The joiner is given a tree with a ghost in it, as if it had been there."""
    async with meeting_of(server, *HONEST) as scene:
        kind = "ghost-without-tag"
        forged = await scene.people.ask("forge", member="ana", kind=kind)
        await scene.people.ask("refresh", member="ben")
        await scene.together()
        scene.middle.down = lambda _, frame: (
            [{**frame, "group_info": forged["groupInfo"]}] if frame["frame"] == "turn" else [frame]
        )
        await scene.join("dia")
        dump = await scene.people.until("dia", lambda dump: len(dump["notices"]) >= 2)
        assert dump["state"] == {"kind": "joining"}
        assert {each["kind"] for each in dump["notices"]} == {"bad-group-info"}
        await scene.stay_as_they_were()
        assert [refusals(each) for each in await scene.people.dumps(*HONEST)] == [[], [], []]
