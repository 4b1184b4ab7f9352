"""A7, A8: forks, withheld and stale state, and the same entries in another order."""

from tests.attack.malicious_server.between import Frame, Line
from tests.attack.malicious_server.scene import HONEST, Scene, is_entry, meeting_of
from tests.fakes.group_members import chat, is_member, notices, refusals
from tests.fakes.server import RunningServer

FOUR = (*HONEST, "dia")
HALF = {"cem", "dia"}


async def sees(scene: Scene, name: str, kind: str) -> list[str]:
    """Wait until somebody is shown that state; returns whom it names."""
    dump = await scene.people.until(name, lambda dump: dump["health"]["kind"] == kind)
    accused: list[str] = dump["health"].get("identities", [])
    return accused


async def test_two_stories_for_one_epoch_are_a_divergence_on_both_sides(
    server: RunningServer,
) -> None:
    """A7: two real commits of one member, one for each half."""
    async with meeting_of(server, *FOUR) as scene:
        twin = await scene.people.ask("forge", member="ana", kind="new-keys")

        def swap(frame: Frame) -> list[Frame]:
            return [{**frame, "message": twin["message"]}] if is_entry(frame, "commit") else [frame]

        scene.middle.down = scene.only_for(HALF, swap)
        assert await scene.people.ask("refresh", member="ana") == "taken"
        for name in FOUR:
            accused = await sees(scene, name, "diverged")
            others = HALF if name not in HALF else {"ana", "ben"}
            assert set(accused) == {scene.identities[other] for other in others}
        codes = {
            name: dump["group"]["code"]
            for name, dump in zip(FOUR, await scene.people.dumps(*FOUR), strict=True)
        }
        assert codes["ana"] == codes["ben"]
        assert codes["cem"] == codes["dia"]
        assert codes["ana"] != codes["cem"], "who compares the code finds out, too"
        scene.middle.down = lambda _, frame: [frame]
        await scene.people.skip(8, pause_ms=100)
        dumps = await scene.together(*FOUR)
        went = [dump for dump in dumps if "joining-anew" in notices(dump)]
        assert len(went) == 2, "one half stays, the other comes to it and has been told"
        for name in FOUR:
            await sees(scene, name, "well")


async def test_a_commit_that_half_the_people_never_get_warns_both_sides(
    server: RunningServer,
) -> None:
    """A7: partition; nothing is merged while it lasts."""
    async with meeting_of(server, *FOUR) as scene:
        scene.middle.down = scene.only_for(
            HALF, lambda frame: [] if is_entry(frame, "commit") else [frame]
        )
        assert await scene.people.ask("refresh", member="ana") == "taken"
        await scene.people.say("ana", "in the new epoch")
        await scene.people.until("ben", lambda dump: chat(dump) == ["in the new epoch"])
        await scene.people.skip(25, pause_ms=20)
        for name in ("cem", "dia"):
            await sees(scene, name, "stale-epoch")
            assert chat(await scene.people.dump(name)) == []
        for name in ("ana", "ben"):
            accused = await sees(scene, name, "diverged")
            assert set(accused) <= {scene.identities[other] for other in HALF}


async def test_an_old_group_info_lets_nobody_in_and_an_honest_one_does(
    server: RunningServer,
) -> None:
    """A8: stale."""
    async with meeting_of(server, *HONEST) as scene:
        old = await scene.people.ask("groupInfo", member="ana")
        await scene.people.ask("refresh", member="ben")
        await scene.together()
        scene.middle.down = lambda _, frame: (
            [{**frame, "group_info": old}] if frame["frame"] == "turn" else [frame]
        )
        await scene.join("dia")
        await scene.people.skip(4, pause_ms=50)
        assert (await scene.people.dump("dia"))["state"] == {"kind": "joining"}
        for dump in await scene.together():
            assert refusals(dump) == [], "the order does not even take it"
        scene.middle.down = lambda _, frame: [frame]
        await scene.people.until("dia", is_member)
        await scene.stay_as_they_were(*FOUR)


async def test_a_group_info_of_a_fork_leaves_its_joiner_alone_and_knowing_it(
    server: RunningServer,
) -> None:
    """A8: the epoch is right, the group is another."""
    async with meeting_of(server, *HONEST) as scene:
        twin = await scene.people.ask("forge", member="ana", kind="new-keys")
        await scene.people.ask("refresh", member="ben")
        await scene.together()
        scene.middle.down = lambda _, frame: (
            [{**frame, "group_info": twin["groupInfo"]}] if frame["frame"] == "turn" else [frame]
        )
        await scene.join("dia")
        await scene.all_refuse("invalid")
        dia = await scene.people.until("dia", is_member)
        assert dia["ready"] == [], "nobody of those shown has signed"
        scene.middle.down = lambda _, frame: [frame]
        for dump in await scene.together():
            assert scene.names_on(dump) == set(HONEST)
        await scene.people.skip(9, pause_ms=10)
        await scene.people.until("dia", lambda dump: "joining-anew" in notices(dump))
        await scene.people.skip(18, pause_ms=30)
        await scene.stay_as_they_were(*FOUR)


async def test_a_withheld_group_info_keeps_a_joiner_out_and_disturbs_nobody(
    server: RunningServer,
) -> None:
    """A8: withheld."""
    async with meeting_of(server, *HONEST) as scene:
        scene.middle.down = lambda _, frame: [] if frame["frame"] == "turn" else [frame]
        await scene.join("dia")
        await scene.people.skip(20, pause_ms=10)
        assert (await scene.people.dump("dia"))["state"] == {"kind": "joining"}
        await scene.stay_as_they_were()


async def test_what_is_repeated_renumbered_or_renamed_counts_once(server: RunningServer) -> None:
    """Replays: under the same number, under a later one, and as another kind."""
    async with meeting_of(server, *HONEST) as scene:

        def repeat(_: Line, frame: Frame) -> list[Frame]:
            if frame["frame"] != "entry":
                return [frame]
            other = "commit" if frame["type"] == "message" else "message"
            return [frame, frame, {**frame, "type": other}]

        scene.middle.down = repeat
        await scene.people.say("ana", "once")
        await scene.people.ask("refresh", member="ben")
        await scene.people.say("ana", "twice")
        await scene.people.until("cem", lambda dump: "twice" in chat(dump))
        scene.middle.down = lambda _, frame: [frame]
        for dump in await scene.together():
            assert sorted(chat(dump)) in ([], ["once", "twice"])


async def test_an_old_message_in_the_place_of_a_new_one_is_not_read_again(
    server: RunningServer,
) -> None:
    async with meeting_of(server, *HONEST) as scene:
        await scene.people.say("ana", "I agree")
        await scene.people.until("cem", lambda dump: chat(dump) == ["I agree"])
        entries = await scene.people.ask("entries", member="cem")
        old = [each["message"] for each in entries if each["type"] == "message"][-1]
        scene.middle.down = scene.only_for(
            {"cem"},
            lambda frame: [{**frame, "message": old}] if is_entry(frame, "message") else [frame],
        )
        await scene.people.say("ana", "I don't agree")
        await scene.people.until("ben", lambda dump: len(chat(dump)) == 2)
        dump = await scene.people.until("cem", lambda dump: "unreadable-entry" in notices(dump))
        assert chat(dump) == ["I agree"]


async def test_messages_in_another_order_are_all_read_and_commits_are_not_taken_twice(
    server: RunningServer,
) -> None:
    async with meeting_of(server, *HONEST) as scene:
        held: list[Frame] = []

        def reorder(_: Line, frame: Frame) -> list[Frame]:
            if not is_entry(frame, "message"):
                return [frame]
            held.append(frame)
            if len(held) < 2:
                return []
            first, second = held.pop(0), held.pop(0)
            return [
                {**first, "message": second["message"]},
                {**second, "message": first["message"]},
            ]

        scene.middle.down = lambda line, frame: (
            reorder(line, frame) if line.identity == scene.identities["cem"] else [frame]
        )
        for text in ("one", "two"):
            await scene.people.say("ana", text)
        dump = await scene.people.until("cem", lambda dump: len(chat(dump)) == 2)
        assert sorted(chat(dump)) == ["one", "two"]
        scene.middle.down = lambda _, frame: [frame]
        await scene.stay_as_they_were()
