"""Who may make the group, once there have been host acts, or once the first one is spoilt."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.protocol.encoding import to_base64url
from tests.fakes.groups import (
    NO_HEAD,
    Device,
    Hall,
    ack,
    commit,
    create,
    entries,
    host_commit,
    host_create,
    kinds,
    message,
    replace_info,
    turn,
)

HEAD = to_base64url(b"\x01" * 32)
OTHER_HEAD = to_base64url(b"\x02" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


async def after_an_act(**said: Any) -> Hall:
    """The host has acted, and the group has idled away."""
    hall = Hall()
    ana = await hall.arrive("ana")
    await ana.ask(create())
    await ana.ask(host_commit(0, act_head=HEAD, **said))
    assert (await ana.ask(replace_info(1)))["frame"] == "done"
    await hall.pass_time(10, 10)
    assert (await ana.ask(commit(1, act_head=HEAD)))["frame"] == "done"
    ana.leave()
    await hall.pass_time(601, 1)
    assert hall.kept() is None
    return hall


async def test_the_head_of_the_acts_is_known_as_long_as_there_is_a_meeting() -> None:
    hall = await after_an_act()
    bob = await hall.arrive("bob")
    welcome = (await bob.hear())[0]
    assert (welcome["group"], welcome["act_head"]) == (None, HEAD)
    refused = await bob.ask(turn())
    assert (refused["why"], refused["act_head"]) == ("no_group", HEAD)


async def test_acts_that_keep_nobody_out_are_forgotten_with_their_group() -> None:
    """Otherwise no meeting that ever had a host would begin without one."""
    hall = await after_an_act(needs_host=False)
    bob = await hall.arrive("bob")
    assert (await bob.hear())[0]["act_head"] == NO_HEAD
    assert (await bob.ask({**create(), "act_head": HEAD}))["why"] == "act_head"
    assert (await bob.ask({**create(), "needs_host": True}))["frame"] == "done"
    bob.leave()
    await hall.pass_time(601, 1)
    cy = await hall.arrive("cy")
    assert (await cy.ask(create()))["frame"] == "done", "that it needs its host, only the host says"


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (create(), "act_head"),
        ({**create(), "act_head": HEAD}, "act_head"),
        (host_create(act_head=HEAD, key=STRANGER), "malformed"),
        ({**host_create(act_head=HEAD), "act_head": OTHER_HEAD}, "malformed"),
        ({**host_create(act_head=HEAD), "group_info": create()["group_info"]}, "malformed"),
    ],
    ids=["without acts", "under the head", "a false signature", "another head", "another group"],
)
async def test_once_there_are_acts_nobody_but_the_host_makes_a_group(
    request_: dict[str, Any], why: str
) -> None:
    """Who was put out has the link, and knows the head."""
    hall = await after_an_act()
    eve = await hall.arrive("eve")
    answer = await eve.ask(request_)
    assert (answer["why"], answer["group"], answer["act_head"]) == (why, None, HEAD)
    assert hall.kept() is None


@pytest.mark.parametrize("head", [HEAD, OTHER_HEAD, NO_HEAD])
async def test_the_host_makes_it_under_the_head_that_is_kept_or_a_new_one(head: str) -> None:
    hall = await after_an_act()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    assert (await ana.ask(host_create(1, head)))["frame"] == "done"
    bob.say(turn())
    (given,) = [each for each in await bob.hear() if each["frame"] == "turn"]
    assert given["act_head"] == head
    assert (await bob.ask(commit(0, act_head=head)))["frame"] == "done"


async def test_before_the_first_act_nobody_names_another_head() -> None:
    ana = await Hall().arrive("ana")
    assert (await ana.ask({**create(), "act_head": HEAD}))["why"] == "act_head"
    assert (await ana.ask(create()))["frame"] == "done"


async def spoilt(hall: Hall, seconds: float = 9) -> tuple[Device, Device]:
    """Eve has made a group of which nobody has a usable GroupInfo, and bob can't get in."""
    eve, bob = await hall.arrive("eve"), await hall.arrive("bob")
    await eve.ask(create())
    await try_to_join(hall, bob, seconds)
    return eve, bob


async def try_to_join(hall: Hall, device: Device, seconds: float) -> None:
    """Ask for one turn after the other, and use none."""
    for _ in range(round(seconds * 2)):
        device.say(turn(5))
        await hall.pass_time(0.5)
        await device.hear()


def anew(epoch: int = 0) -> dict[str, Any]:
    return {**create(9), "replaces": epoch}


async def test_a_spoilt_group_is_made_anew_after_ten_seconds_and_all_are_told_to_join() -> None:
    hall = Hall()
    eve, bob = await spoilt(hall)
    assert (await bob.ask(anew()))["why"] == "exists", "members have ten seconds to answer"
    await try_to_join(hall, bob, 3)
    refused = [each for each in bob.heard if each["frame"] == "refused"][-1]
    assert (refused["why"], refused["group"]["epoch"]) == ("spoilt", 0)
    assert (await bob.ask(create()))["why"] == "exists", "it has to be meant"
    assert (await bob.ask(anew(1)))["why"] == "exists", "another epoch is not spoilt"
    done = await bob.ask(anew())
    assert (done["frame"], done["seq"]) == ("done", 1001)
    assert [each["seq"] for each in await eve.hear() if each["frame"] == "gap"] == [1001]
    cy = await hall.arrive("cy", 1000)
    assert "gap" in kinds(await cy.hear()), "what follows is no sequel"
    said = await bob.ask(message(0))
    assert [seq for seq, _ in entries(await eve.hear())] == [said["seq"]] == [1002]


async def test_who_waited_for_a_better_group_info_is_given_that_of_the_new_group() -> None:
    """Symptom: joining for ever. Who asks is answered, whatever becomes of the group meanwhile."""
    hall = Hall()
    _, bob = await spoilt(hall, 9.5)
    cy, di = await hall.arrive("cy"), await hall.arrive("di")
    cy.say(turn(1))
    di.say(turn(2))
    await hall.pass_time(1.2)
    assert "turn" not in kinds(await di.hear()), "the turn is cy's"
    assert (await bob.ask(anew()))["frame"] == "done"
    assert [each["ref"] for each in await di.hear() if each["frame"] == "turn"] == [2]


async def test_it_is_kept_as_one_and_nothing_of_the_first_comes_back() -> None:
    hall = Hall()
    eve, bob = await spoilt(hall)
    await eve.ask(message(0))
    await try_to_join(hall, bob, 41)
    await bob.ask(anew())
    await bob.ask(message(0))
    kept = hall.kept()
    assert kept is not None
    assert [entry.seq for entry in kept.entries] == [1003]
    after = Hall(hall.book)
    back = await after.arrive("eve", 1001)
    assert "gap" in kinds(await back.hear())


@pytest.mark.parametrize("life", ["group_info", "ack", "message", "commit"])
async def test_a_group_in_which_somebody_lives_is_nobodys_to_replace(life: str) -> None:
    hall = Hall()
    ana, bob = await spoilt(hall)
    signs = {"group_info": replace_info(0), "message": message(0), "commit": host_commit(0)}
    if life == "ack":
        ana.say(ack(0))
        await hall.pass_time(0.5)
    else:
        assert (await ana.ask(signs[life]))["frame"] == "done"
    await try_to_join(hall, bob, 5)
    assert "spoilt" not in [each.get("why") for each in bob.heard]
    for epoch in (0, 1):
        assert (await bob.ask(anew(epoch)))["why"] == "exists"


async def test_a_member_who_comes_back_hears_at_once_that_a_group_info_is_wanted() -> None:
    """Symptom: after a restart a stranger is first, and makes the group anew under the others."""
    hall = Hall()
    ana = await hall.arrive("ana")
    await ana.ask(create())
    ana.leave()
    eve = await hall.arrive("eve")
    await try_to_join(hall, eve, 2)
    back = await hall.arrive("ana")
    assert {"frame": "wanted", "epoch": 0} in await back.hear()


async def test_once_there_are_acts_a_spoilt_group_is_the_hosts_to_make_anew() -> None:
    hall = await after_an_act()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    await ana.ask(host_create(1, HEAD))
    await try_to_join(hall, bob, 12)
    assert (await bob.ask(anew()))["why"] == "act_head"
    assert (await bob.ask(host_create(2, HEAD, replaces=0)))["frame"] == "done"
