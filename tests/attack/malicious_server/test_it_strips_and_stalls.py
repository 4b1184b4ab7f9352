"""E-6, I3, E2, A9, A11: fields and signatures that are gone, and things that come late or never."""

import base64

import pytest

from tests.attack.malicious_server.between import Frame, Line
from tests.attack.malicious_server.scene import HONEST, is_entry, meeting_of
from tests.fakes.group_members import Members, chat, is_member, notices, refusals
from tests.fakes.server import RunningServer


def with_bytes(text: str, change: slice, to: bytes) -> str:
    data = bytearray(base64.urlsafe_b64decode(text + "=="))
    data[change] = to
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def with_bits_turned(text: str, where: int) -> str:
    data = bytearray(base64.urlsafe_b64decode(text + "=="))
    data[where] ^= 0xAA
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def test_a_claim_that_nothing_is_encrypted_changes_nothing(server: RunningServer) -> None:
    """E-6: every frame says so, in every way that comes to mind."""
    claims = {"encrypted": False, "e2ee": "none", "encryption": "NONE", "cipher_suite": 0}
    async with meeting_of(server) as scene:
        scene.middle.down = lambda _, frame: [{**frame, **claims}]
        for name in HONEST:
            await scene.enter(name)
        await scene.together()
        await scene.people.say("ana", "planted canary")
        await scene.people.until("ben", lambda dump: chat(dump) == ["planted canary"])
        assert "planted canary" not in repr(scene.middle.seen)


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ("welcome", "act_head"),
        ("turn", "group_info"),
        ("turn", "act_head"),
        ("refused", "act_head"),
    ],
)
async def test_who_is_not_told_what_is_needed_does_not_join_without(
    server: RunningServer, frame: str, field: str
) -> None:
    """E-6, I3: a stripped field is an error, not a default."""
    async with meeting_of(server, *(() if frame == "refused" else ("ana",))) as scene:

        def strip(_: Line, told: Frame) -> list[Frame]:
            kept = {name: value for name, value in told.items() if name != field}
            return [kept if told["frame"] == frame else told]

        scene.middle.down = strip
        await scene.join("ben")
        await scene.people.skip(5, pause_ms=20)
        dump = await scene.people.dump("ben")
        assert dump["state"]["kind"] in ("connecting", "joining")
        assert dump["group"] is None


async def test_messages_without_their_seal_or_signature_are_not_shown(
    server: RunningServer,
) -> None:
    """I3: the end of a message is its tag, its signature is within."""
    async with meeting_of(server, *HONEST) as scene:

        def spoil(frame: Frame) -> list[Frame]:
            if not is_entry(frame, "message"):
                return [frame]
            return [{**frame, "message": with_bytes(frame["message"], slice(-16, None), bytes(16))}]

        scene.middle.down = scene.only_for({"cem"}, spoil)
        await scene.people.say("ana", "hello")
        dump = await scene.people.until("cem", lambda dump: "unreadable-entry" in notices(dump))
        assert chat(dump) == []
        assert {"kind": "unreadable-entry", "why": "undecryptable"} in dump["notices"]


async def test_acknowledgements_without_a_signature_are_nobodys(server: RunningServer) -> None:
    """I3: who has not signed stays grey."""
    async with meeting_of(server) as scene:

        def unsign(_: Line, frame: Frame) -> list[Frame]:
            if frame["frame"] != "acks":
                return [frame]
            bare = [with_bytes(each, slice(-64, None), bytes(64)) for each in frame["bodies"]]
            return [{**frame, "bodies": bare}]

        scene.middle.down = unsign
        for name in HONEST:
            await scene.enter(name)
        await scene.together()
        await scene.people.skip(6, pause_ms=30)
        assert [dump["ready"] for dump in await scene.people.dumps()] == [[], [], []]
        scene.middle.down = lambda _, frame: [frame]
        await scene.people.ask("refresh", member="ana")
        for name in HONEST:
            await scene.people.until(name, lambda dump: len(dump["ready"]) == 2)


@pytest.mark.parametrize("where", [30, 120, -40, -100])
async def test_a_commit_with_a_bit_turned_is_refused_whole(
    server: RunningServer, where: int
) -> None:
    """A11, I3: nobody is half in the next epoch; who got it whole says that others did not."""
    async with meeting_of(server, *HONEST) as scene:

        def turn_bits(frame: Frame) -> list[Frame]:
            if not is_entry(frame, "commit"):
                return [frame]
            return [{**frame, "message": with_bits_turned(frame["message"], where)}]

        before = (await scene.people.dump("cem"))["group"]
        scene.middle.down = scene.only_for({"cem"}, turn_bits)
        await scene.people.ask("refresh", member="ana")
        dump = await scene.people.until(
            "cem", lambda dump: bool({"refused-commit", "unreadable-entry"} & {*notices(dump)})
        )
        assert dump["group"]["secret"] == before["secret"]
        assert dump["group"]["epoch"] == before["epoch"]


async def test_silence_is_shown_after_half_a_minute_and_as_cut_after_a_hundred_seconds(
    server: RunningServer,
) -> None:
    """E2: heartbeats are suppressed, everything else goes on."""
    async with meeting_of(server, *HONEST) as scene:
        await scene.people.skip(12, pause_ms=20)
        scene.middle.down = lambda _, frame: [] if is_entry(frame, "message") else [frame]
        await scene.people.skip(36, pause_ms=25)
        for name in HONEST:
            await scene.people.until(name, lambda dump: dump["health"]["kind"] == "silent")
        await scene.people.skip(72, pause_ms=25)
        for name in HONEST:
            await scene.people.until(name, lambda dump: dump["health"]["kind"] == "cut")


async def test_a_host_act_of_another_meeting_or_of_before_acts_on_nobody(
    server: RunningServer,
) -> None:
    """E2: a real lock and a real removal, replayed where and when they were not said."""
    async with meeting_of(server, "ana", "ben") as other:
        await other.host()
        await other.people.ask("act", member="host", kind="removal", of=["ben"])
        await other.together("ana", "host")
        entries = await other.people.ask("entries", member="host")
        act = [each["message"] for each in entries if each["type"] == "commit"][-1]
    async with meeting_of(server, *HONEST) as scene:
        scene.middle.down = lambda _, frame: (
            [{**frame, "message": act}] if is_entry(frame, "commit") else [frame]
        )
        await scene.people.ask("raw", member="ana", frame=await commit_of(scene.people, "ana"))
        for name in HONEST:
            dump = await scene.people.until(name, lambda dump: refusals(dump) != [])
            assert refusals(dump)[0] in ("other-epoch", "garbled")
            assert dump["group"]["acts"]["count"] == 0
        scene.middle.down = lambda _, frame: [frame]
        await scene.stay_as_they_were()


async def commit_of(people: Members, name: str) -> Frame:
    """A good commit, as a frame."""
    forged = await people.ask("forge", member=name, kind="new-keys")
    return {
        "frame": "commit",
        "message": forged["message"],
        "group_info": forged["groupInfo"],
        "act_head": forged["actHead"],
    }


async def test_who_is_put_out_is_shown_as_long_as_they_share_the_keys(
    server: RunningServer,
) -> None:
    """A9: the commit of a removal comes late to some: for them nobody has gone yet."""
    async with meeting_of(server, "ana", "ben", "eve") as scene:
        await scene.host()
        await scene.together("ana", "ben", "eve", "host")
        late: list[Frame] = []

        def delay(frame: Frame) -> list[Frame]:
            if frame["frame"] == "entry":
                late.append(frame)
            return [] if frame["frame"] == "entry" else [frame]

        scene.middle.down = scene.only_for({"ana"}, delay)
        await scene.people.ask("act", member="host", kind="removal", of=["eve"])
        await scene.together("ben", "host", size=3)
        ana = await scene.people.dump("ana")
        assert scene.names_on(ana) == {"ana", "ben", "eve", "host"}, "eve still has ana's keys"
        scene.middle.down = lambda _, frame: [frame]
        for frame in late:
            await scene.line("ana").tell(frame)
        for dump in await scene.together("ana", "ben", "host"):
            assert scene.names_on(dump) == {"ana", "ben", "host"}
        await scene.people.until("eve", lambda dump: dump["state"] == {"kind": "removed"})


async def test_garbage_on_the_channel_ends_nothing(server: RunningServer) -> None:
    """A11: frames that are none, before and between those that are."""
    async with meeting_of(server) as scene:
        garbage: list[Frame] = [
            {"frame": "entry"},
            {"frame": "turn", "ref": 1},
            {"frame": "nonsense"},
            {},
        ]
        scene.middle.down = lambda _, frame: [*garbage, frame]
        for name in HONEST:
            await scene.join(name)
            await scene.people.until(name, is_member)
        await scene.together()
        await scene.stay_as_they_were()
