"""Joiners commit one after the other, and nobody keeps the others out."""

from typing import Any

from tests.fakes.groups import (
    Device,
    Hall,
    commit,
    create,
    host_commit,
    kinds,
    message,
    replace_info,
    turn,
)


async def hall_with(*names: str) -> tuple[Hall, list[Device]]:
    hall = Hall()
    devices = [await hall.arrive(name) for name in names]
    devices[0].say(create(0))
    await hall.settle()
    for device in devices:
        await device.hear()
    return hall, devices


async def turns_of(device: Device) -> list[dict[str, Any]]:
    return [each for each in await device.hear() if each["frame"] == "turn"]


async def test_first_come_first_served_and_each_after_the_others_commit() -> None:
    _, (_, bob, cy, di) = await hall_with("ana", "bob", "cy", "di")
    for device in (bob, cy, di):
        device.say(turn(5))
    for epoch, device in enumerate((bob, cy, di)):
        (own,) = await turns_of(device)
        assert (own["ref"], own["ms"]) == (5, 1500)
        for other in (bob, cy, di):
            if other is not device:
                assert await turns_of(other) == []
        assert (await device.ask(commit(epoch)))["frame"] == "done"


async def test_while_a_turn_runs_only_its_holder_and_the_host_commit() -> None:
    _, (ana, bob) = await hall_with("ana", "bob")
    bob.say(turn(5))
    (first,) = await turns_of(bob)
    assert (await ana.ask(commit(0)))["why"] == "not_your_turn"
    assert (await ana.ask(message(0)))["frame"] == "done", "others go on talking"
    assert (await ana.ask(host_commit(0)))["frame"] == "done"
    (again,) = await turns_of(bob)
    assert (again["ref"], again["ms"]) == (5, 1500)
    assert again["group_info"] != first["group_info"], "the turn goes on with what is new"
    assert (await ana.ask(commit(1)))["why"] == "not_your_turn"
    assert (await bob.ask(commit(1)))["frame"] == "done"


async def test_a_turn_lapses_after_a_second_and_a_half() -> None:
    hall, (ana, bob, cy) = await hall_with("ana", "bob", "cy")
    bob.say(turn())
    cy.say(turn())
    await hall.pass_time(1.4)
    assert await turns_of(cy) == []
    await hall.pass_time(0.2)
    assert len(await turns_of(cy)) == 1
    assert (await bob.ask(commit(0)))["why"] == "not_your_turn"
    assert (await cy.ask(commit(0)))["frame"] == "done"
    assert (await ana.ask(commit(1)))["frame"] == "done", "nobody waits any more"


async def test_who_leaves_in_a_turn_costs_nobody_any_time() -> None:
    _, (_, bob, cy) = await hall_with("ana", "bob", "cy")
    bob.say(turn())
    cy.say(turn())
    bob.leave()
    assert len(await turns_of(cy)) == 1


async def test_who_leaves_the_queue_is_not_waited_for() -> None:
    _, (_, bob, cy, di) = await hall_with("ana", "bob", "cy", "di")
    for device in (bob, cy, di):
        device.say(turn())
    cy.leave()
    bob.leave()
    assert len(await turns_of(di)) == 1


async def test_asking_often_is_one_place_in_the_queue() -> None:
    hall, (_, bob, cy, di) = await hall_with("ana", "bob", "cy", "di")
    bob.say(turn(1))
    for number in range(2, 7):
        cy.say(turn(number))
    di.say(turn(7))
    assert (await bob.ask(commit(0)))["frame"] == "done"
    (own,) = await turns_of(cy)
    assert own["ref"] == 6
    assert (await cy.ask(commit(1)))["frame"] == "done"
    assert len(await turns_of(di)) == 1
    await hall.pass_time(5)
    assert await turns_of(cy) == []


async def test_who_let_a_turn_lapse_waits_behind_everybody_else() -> None:
    """Symptom: devices that only ask for turns keep everybody out. Who: anybody with the link."""
    hall, (_, eve, bob, cy) = await hall_with("ana", "eve", "bob", "cy")
    eve.say(turn(1))
    await hall.pass_time(1.6)
    bob.say(turn())
    eve.say(turn(2))
    cy.say(turn())
    assert (await bob.ask(commit(0)))["frame"] == "done"
    assert len(await turns_of(cy)) == 1
    assert [each["ref"] for each in await turns_of(eve)] == [1]
    assert (await cy.ask(commit(1)))["frame"] == "done"
    assert [each["ref"] for each in await turns_of(eve)] == [2]


async def test_a_joiner_who_asks_again_wants_a_better_group_info_and_gets_it_at_once() -> None:
    hall, (ana, bob, cy) = await hall_with("ana", "bob", "cy")
    bob.say(turn(1))
    (bad,) = await turns_of(bob)
    bob.say(turn(2))
    assert [each for each in await ana.hear() if each["frame"] == "wanted"] == [
        {"frame": "wanted", "epoch": 0}
    ]
    assert await turns_of(bob) == []
    cy.say(turn(9))
    assert len(await turns_of(cy)) == 1, "others take their turn meanwhile"
    cy.leave()
    await hall.pass_time(1)
    assert (await ana.ask(replace_info(0)))["frame"] == "done"
    (good,) = await turns_of(bob)
    assert good["ref"] == 2
    assert good["group_info"] != bad["group_info"]


async def test_who_may_not_commit_yet_gets_no_turn_and_finds_no_group_info_bad() -> None:
    """Symptom: a fork that healed was entered anew, by the GroupInfo of the side that is gone.

    Cause: who had joined just before and came back was refused its commit, asked again, and so had
    everybody upload a GroupInfo. Who: somebody who is apart soon after joining.
    """
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    await ana.ask(create())
    bob.say(turn())
    await bob.ask(commit(0))
    for _ in range(3):
        answer = await bob.ask(turn())
        assert answer["why"] == "too_soon"
        assert 0 < answer["retry_after_ms"] <= 10_000
    assert "wanted" not in kinds(await ana.hear())
    hall.clock.advance(10)
    bob.say(turn())
    assert "turn" in kinds(await bob.hear())


async def test_where_nobody_has_a_better_one_the_joiner_gets_a_turn_all_the_same() -> None:
    hall, (ana, bob) = await hall_with("ana", "bob")
    bob.say(turn(1))
    bob.say(turn(2))
    await hall.pass_time(2.2)
    assert [each["ref"] for each in await turns_of(bob)] == [1, 2]
    assert kinds(await ana.hear()).count("wanted") == 1


async def test_members_are_not_flooded_with_wishes() -> None:
    """Symptom: each wish makes every member upload a GroupInfo. Who: anybody with the link."""
    hall, (ana, *others) = await hall_with("ana", *(f"p{number}" for number in range(10)))
    for device in others:
        device.say(turn(1))
    for _ in range(100):
        for device in others:
            device.say(turn(2))
        await hall.pass_time(0.1)
    assert kinds(await ana.hear()).count("wanted") <= 6


async def test_a_group_info_of_an_epoch_that_is_over_is_no_reason_to_want_another() -> None:
    hall, (ana, bob) = await hall_with("ana", "bob")
    bob.say(turn(1))
    await ana.ask(host_commit(0))
    bob.leave()
    again = await hall.arrive("bob")
    await ana.ask(host_commit(1))
    again.say(turn(2))
    assert "wanted" not in kinds(await ana.hear())
    assert len(await turns_of(again)) == 1
