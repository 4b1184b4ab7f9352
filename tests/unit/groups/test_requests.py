"""What is taken and what is refused, request by request."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.groups.endings import Ending
from folkmoot.protocol.encoding import to_base64url
from tests.fakes.groups import (
    GROUP_ID,
    Device,
    Hall,
    ack,
    commit,
    create,
    entries,
    host_commit,
    kinds,
    message,
    replace_info,
    turn,
)
from tests.fakes.mls import commit_message, group_info, private_message

STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
HEAD = to_base64url(b"\x01" * 32)
OTHER = b"o" * 32
FOREIGN = to_base64url(private_message(OTHER, 3))


def spelled(data: bytes) -> str:
    return to_base64url(data)


async def at_epoch_3() -> Device:
    device = await Hall().arrive("ana")
    assert (await device.ask(create(epoch=3)))["frame"] == "done"
    return device


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a second group", create(), "exists"),
    ("a commit of the epoch before", commit(2), "stale"),
    ("a commit of the next epoch", commit(4), "stale"),
    ("a commit of another group", commit(3, message=spelled(commit_message(OTHER, 3))), "stale"),
    ("a host's commit of the epoch before", host_commit(2), "stale"),
    (
        "a GroupInfo of this epoch with a commit",
        commit(3, group_info=spelled(group_info(GROUP_ID, 3))),
        "malformed",
    ),
    (
        "a GroupInfo of another group with a commit",
        commit(3, group_info=spelled(group_info(OTHER, 4))),
        "malformed",
    ),
    (
        "a private message as a commit",
        commit(3, message=spelled(private_message(GROUP_ID, 3))),
        "malformed",
    ),
    ("no MLS at all as a commit", commit(3, message=spelled(b"\xff")), "malformed"),
    ("a commit without a GroupInfo", commit(3, group_info=""), "malformed"),
    ("another head than the one that is kept", commit(3, act_head=HEAD), "act_head"),
    ("a head that is none", commit(3, act_head="AAAA"), "malformed"),
    ("a stranger's signature for the host's", host_commit(3, key=STRANGER), "malformed"),
    ("the host's signature of something else", commit(3, host_signature="AAAA"), "malformed"),
    (
        "the host's signature of another epoch",
        {**host_commit(3), "message": host_commit(4)["message"]},
        "stale",
    ),
    ("a GroupInfo of the epoch before", replace_info(2), "stale"),
    (
        "a commit as a GroupInfo",
        {**replace_info(3), "group_info": commit(3)["message"]},
        "malformed",
    ),
    ("a message of another group", {**message(3), "message": FOREIGN}, "stale"),
    ("a message of the next epoch", message(4), "stale"),
    ("a commit as a message", {**message(3), "message": commit(3)["message"]}, "malformed"),
    ("a message of 16 KiB and more", message(3, rest=bytes(16 * 1024)), "too_large"),
    (
        "a commit of 64 KiB and more",
        commit(3, message=spelled(commit_message(GROUP_ID, 3, bytes(64 * 1024)))),
        "too_large",
    ),
    (
        "a GroupInfo of 256 KiB and more",
        commit(3, group_info=spelled(group_info(GROUP_ID, 4, bytes(256 * 1024)))),
        "too_large",
    ),
    ("a field of another kind", {**message(3), "message": 7}, "malformed"),
    ("bytes in another alphabet", {**message(3), "message": "+/=="}, "malformed"),
    ("a frame that nobody knows", {"frame": "remove", "ref": 1}, "malformed"),
    ("no kind of frame", {"ref": 1}, "malformed"),
]


@pytest.mark.parametrize(
    ("request_", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    request_: dict[str, Any], why: str
) -> None:
    device = await at_epoch_3()
    kept = device.hall.book.shelves
    before = dict(kept)
    answer = await device.ask(request_)
    assert (answer["frame"], answer["why"], answer["ref"]) == ("refused", why, 1)
    assert answer["group"] == {
        "group_id": spelled(GROUP_ID),
        "epoch": 3,
        "act_head": spelled(bytes(32)),
    }
    assert kept == before
    assert (await device.ask(commit(3)))["frame"] == "done", "the group goes on"


@pytest.mark.parametrize("request_", [turn(), commit(0), replace_info(0), message(0)])
async def test_without_a_group_there_is_only_creating_one(request_: dict[str, Any]) -> None:
    device = await Hall().arrive("ana")
    answer = await device.ask(request_)
    assert (answer["why"], answer["group"]) == ("no_group", None)
    assert (await device.ask(create()))["frame"] == "done"


@pytest.mark.parametrize(
    "changed",
    [
        {"group_id": spelled(OTHER)},
        {"group_info": spelled(commit_message(GROUP_ID, 0))},
        {"group_info": ""},
        {"group_id": ""},
    ],
)
async def test_a_group_is_made_of_its_own_group_info_only(changed: dict[str, Any]) -> None:
    device = await Hall().arrive("ana")
    assert (await device.ask({**create(), **changed}))["why"] == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "7",
        "[]",
        '"commit"',
        '{"frame":"commit"}',
        '{"frame":"turn","ref":-1}',
        '{"frame":"turn","ref":9007199254740992}',
        '{"frame":"turn","ref":1.5}',
        '{"frame":"turn","ref":"1"}',
        '{"frame":"turn","ref":1e400}',
        '{"frame":"ack","epoch":0}',
        '{"frame":"hello","token":"x","after":null}',
        "[" * 50_000,
        '{"ref":' * 20_000,
        '{"frame":"turn","ref":' + "9" * 10_000 + "}",
        '{"frame":"\ud800"}',
    ],
)
async def test_what_cannot_even_be_answered_ends_its_sender_only(text: str) -> None:
    hall = Hall()
    ana, eve = await hall.arrive("ana"), await hall.arrive("eve")
    eve.say(text)
    assert eve.ended() is Ending.MALFORMED
    assert (await ana.ask(create()))["frame"] == "done"


async def test_fields_that_are_not_known_are_passed_over() -> None:
    device = await at_epoch_3()
    assert (await device.ask({**message(3), "later": [1]}))["frame"] == "done"


@pytest.mark.parametrize(("epoch", "frame"), [(7, "refused"), (8, "done"), (40, "done")])
async def test_a_message_may_be_thirty_two_epochs_late(epoch: int, frame: str) -> None:
    """So many commits may be void before those whom nobody could fill a place for join anew."""
    device = await Hall().arrive("ana")
    await device.ask(create(epoch=40))
    assert (await device.ask(message(epoch)))["frame"] == frame


async def test_commits_and_messages_come_to_all_in_one_order_and_to_the_sender_too() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    ana.say(create())
    await hall.settle()
    ana.say(message(0, 2))
    bob.say(commit(0, 3))
    ana.say(message(1, 4))
    heard, also = await ana.hear(), await bob.hear()
    assert entries(heard) == entries(also)
    assert [seq for seq, _ in entries(heard)] == [1001, 1002, 1003]
    done = {each["ref"]: each["seq"] for each in heard if each["frame"] == "done"}
    assert done == {1: 1000, 2: 1001, 4: 1003}


async def test_the_host_moves_the_head_and_nobody_else_does() -> None:
    device = await at_epoch_3()
    assert (await device.ask(host_commit(3, act_head=HEAD)))["frame"] == "done"
    assert (await device.ask(commit(4)))["why"] == "act_head"
    assert (await device.ask(commit(4, act_head=HEAD)))["frame"] == "done"
    kept = device.hall.kept()
    assert kept is not None
    assert (kept.group.epoch, kept.group.act_head) == (5, b"\x01" * 32)


async def test_a_group_info_is_replaced_without_an_entry() -> None:
    device = await at_epoch_3()
    await device.hear()
    answer = await device.ask(replace_info(3))
    assert (answer["frame"], answer["seq"]) == ("done", None)
    assert entries(device.heard) == []


async def test_acknowledgements_come_bundled_and_the_last_word_counts() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    await ana.ask(create())
    ana.say(ack(0, b"first"))
    ana.say(ack(0, b"second"))
    bob.say(ack(0, b"bob"))
    bob.say(ack(7, b"of no epoch"))
    bob.say(ack(0, bytes(513)))
    assert "acks" not in kinds(await ana.hear())
    await hall.pass_time(0.1)
    (bundle,) = [each for each in await bob.hear() if each["frame"] == "acks"]
    assert bundle == {
        "frame": "acks",
        "epoch": 0,
        "bodies": [spelled(b"second"), spelled(b"bob")],
    }
    await hall.pass_time(1)
    assert "acks" not in kinds(await bob.hear())
    late = await hall.arrive("cy")
    assert bundle in await late.hear(), "who comes later learns who is there"


async def test_only_the_first_acknowledgements_after_a_while_come_at_once() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    await ana.ask(create())
    ana.say(ack(0, b"ana"))
    await hall.pass_time(0.1)
    assert "acks" in kinds(await bob.hear())
    bob.say(ack(0, b"bob"))
    await hall.pass_time(0.2)
    assert "acks" not in kinds(await bob.hear())
    await hall.pass_time(0.1)
    assert "acks" in kinds(await bob.hear())


async def test_messages_come_in_bursts_and_not_in_floods() -> None:
    device = await at_epoch_3()
    for number in range(50):
        device.say(message(3, number))
    answers = [each for each in await device.hear() if "ref" in each]
    assert [each["frame"] for each in answers] == ["done"] * 40 + ["refused"] * 10
    assert (answers[-1]["why"], answers[-1]["retry_after_ms"]) == ("too_soon", 50)
    await device.hall.pass_time(0.1)
    assert (await device.ask(message(3)))["frame"] == "done"


async def test_who_commits_again_at_once_is_asked_to_wait_and_the_host_is_not() -> None:
    device = await at_epoch_3()
    assert (await device.ask(commit(3)))["frame"] == "done"
    answer = await device.ask(commit(4))
    assert (answer["why"], answer["retry_after_ms"]) == ("too_soon", 10_000)
    assert (await device.ask(host_commit(4)))["frame"] == "done"
    await device.hall.pass_time(10, 1)
    assert (await device.ask(commit(5)))["frame"] == "done"


async def test_a_new_connection_is_no_new_allowance() -> None:
    device = await at_epoch_3()
    await device.ask(commit(3))
    device.leave()
    again = await device.hall.arrive("ana")
    assert (await again.ask(commit(4)))["why"] == "too_soon"


async def test_a_flood_of_nonsense_is_refused_without_being_looked_at() -> None:
    device = await at_epoch_3()
    for _ in range(100):
        device.say({"frame": "commit", "ref": 1})
    answers = [each["why"] for each in await device.hear() if each["frame"] == "refused"]
    assert answers.count("malformed") == 19
    assert answers.count("too_soon") == 81
