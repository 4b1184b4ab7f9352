"""Who comes, goes, comes back, falls silent, or finds the meeting full or over."""

import asyncio

import pytest

from folkmoot.domain.group import Shelf
from folkmoot.groups.endings import ChannelError, Ending
from tests.fakes.groups import (
    HOST_KEY,
    LOCATOR,
    NO_HEAD,
    Device,
    Hall,
    commit,
    create,
    entries,
    kinds,
    message,
    turn,
)


async def some_entries(hall: Hall, count: int = 3) -> Device:
    ana = await hall.arrive("ana")
    await ana.ask(create())
    for number in range(count):
        await ana.ask(message(0, number))
    return ana


async def test_the_first_words_are_where_the_order_stands_and_a_token() -> None:
    hall = Hall()
    first = await hall.arrive("ana")
    welcome, token = await first.hear()
    assert welcome == {"frame": "welcome", "seq": 1000, "group": None, "act_head": NO_HEAD}
    assert token == {"frame": "token", "token": "token-ana"}
    await first.ask(create())
    second = await hall.arrive("bob")
    welcome = (await second.hear())[0]
    assert welcome["group"]["epoch"] == 0


async def test_of_two_who_create_at_once_one_does_and_the_other_hears_where_it_stands() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    ana.say(create(1))
    bob.say(create(2))
    assert (await ana.hear())[-1]["frame"] == "done"
    refused = (await bob.hear())[-1]
    assert (refused["why"], refused["group"]["epoch"]) == ("exists", 0)


async def test_who_comes_back_gets_what_is_missing_and_newcomers_nothing_old() -> None:
    hall = Hall()
    ana = await some_entries(hall)
    everything = entries(ana.heard)
    for after in (1000, 1001, 1002, 1003):
        back = await hall.arrive("bob", after)
        heard = await back.hear()
        assert heard[0]["frame"] == "welcome"
        assert entries(heard) == [each for each in everything if each[0] > after]
    assert entries(await (await hall.arrive("cy")).hear()) == []


@pytest.mark.parametrize("after", [0, 999, 1004, 2**53 - 1])
async def test_who_missed_what_is_not_held_is_told_to_join_again(after: int) -> None:
    hall = Hall()
    await some_entries(hall)
    back = await hall.arrive("bob", after)
    heard = await back.hear()
    assert kinds(heard) == ["welcome", "gap", "token"]
    assert heard[1]["seq"] == 1003


async def test_entries_are_held_for_ten_minutes() -> None:
    hall = Hall()
    ana = await some_entries(hall)
    for _ in range(31):
        await hall.pass_time(20, 20)
        ana.say({"frame": "ping"})
    kept = hall.kept()
    assert kept is not None
    assert kept.entries == ()
    assert "gap" in kinds(await (await hall.arrive("bob", 1001)).hear())
    assert "gap" not in kinds(await (await hall.arrive("bob", 1003)).hear())


async def test_a_newer_channel_closes_the_older_and_its_answers_stay_its_own() -> None:
    hall = Hall()
    old = await hall.arrive("ana")
    hall.book.is_quick.clear()
    old.say(create(77))
    new = await hall.arrive("ana")
    assert old.ended() is Ending.REPLACED
    hall.book.is_quick.set()
    heard = await new.hear()
    assert kinds(heard) == ["welcome", "token"]
    assert heard[0]["group"]["epoch"] == 0
    assert (await new.ask(message(0)))["frame"] == "done"
    old.leave()
    assert (await new.ask(message(0)))["frame"] == "done", "the older one takes nothing along"


async def test_a_full_meeting_lets_nobody_in_but_those_who_come_back() -> None:
    hall = Hall(max_channels=2)
    await hall.arrive("ana")
    bob = await hall.arrive("bob")
    with pytest.raises(ChannelError) as caught:
        await hall.arrive("cy")
    assert caught.value.ending is Ending.FULL
    await hall.arrive("bob")
    bob.leave()
    with pytest.raises(ChannelError):
        await hall.arrive("cy")


@pytest.mark.parametrize("shelf", [None, Shelf(HOST_KEY, 1, None)], ids=["unknown", "expired"])
async def test_a_meeting_that_is_not_there_has_no_order(shelf: Shelf | None) -> None:
    hall = Hall()
    hall.book.shelves = {} if shelf is None else {LOCATOR: shelf}
    with pytest.raises(ChannelError) as caught:
        await hall.arrive("ana")
    assert caught.value.ending is Ending.OVER


async def test_when_the_meeting_expires_everybody_is_told() -> None:
    hall = Hall()
    hall.book.shelves[LOCATOR] = Shelf(HOST_KEY, hall.clock.now().wall_ms + 1000, None)
    ana = await hall.arrive("ana")
    await hall.pass_time(0.9)
    assert ana.ended() is None
    await hall.pass_time(0.2)
    assert ana.ended() is Ending.OVER
    assert hall.exchange.order_count == 0


async def test_who_is_silent_for_half_a_minute_is_gone() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    for _ in range(4):
        await hall.pass_time(9.9, 1.1)
        bob.say({"frame": "ping"})
    assert (ana.ended(), bob.ended()) == (Ending.SILENT, None)
    assert "pong" in kinds(await bob.hear())


async def test_fresh_tokens_come_every_five_minutes() -> None:
    hall = Hall()
    ana = await hall.arrive("ana")
    for _ in range(31):
        await hall.pass_time(20, 20)
        ana.say({"frame": "ping"})
    assert kinds(await ana.hear()).count("token") == 3


async def test_ten_minutes_after_the_last_one_left_nothing_is_kept() -> None:
    hall = Hall()
    ana = await some_entries(hall)
    ana.leave()
    await hall.pass_time(599, 1)
    assert hall.kept() is not None
    back = await hall.arrive("ana", 1003)
    assert kinds(await back.hear()) == ["welcome", "token"]
    back.leave()
    await hall.pass_time(601, 1)
    assert hall.kept() is None
    assert hall.exchange.order_count == 0
    welcome = (await (await hall.arrive("ana", 1003)).hear())[0]
    assert welcome["group"] is None


async def test_after_a_restart_people_have_ten_minutes_to_come_back() -> None:
    hall = Hall()
    await some_entries(hall)
    after = Hall(hall.book)
    await after.exchange.start()
    await after.pass_time(599, 1)
    assert after.kept() is not None
    await after.pass_time(2, 1)
    assert after.kept() is None


async def test_a_restart_loses_nothing() -> None:
    hall = Hall()
    ana = await some_entries(hall)
    await ana.ask(commit(0))
    after = Hall(hall.book)
    await after.exchange.start()
    back = await after.arrive("ana", 1001)
    heard = await back.hear()
    assert heard[0] == {
        "frame": "welcome",
        "seq": 1004,
        "group": {**heard[0]["group"], "epoch": 1},
        "act_head": NO_HEAD,
    }
    assert entries(heard) == [each for each in entries(ana.heard) if each[0] > 1001]
    assert (await back.ask(commit(1)))["frame"] == "done"


async def test_draining_keeps_what_was_taken_and_sends_everybody_away() -> None:
    hall = Hall()
    ana = await hall.arrive("ana")
    ana.say(create())
    ana.say(message(0))
    await hall.exchange.drain()
    assert ana.ended() is Ending.DRAINING
    ana.say(message(0))
    await hall.settle()
    kept = hall.kept()
    assert kept is not None
    assert len(kept.entries) == 1
    with pytest.raises(ChannelError) as caught:
        await hall.arrive("bob")
    assert caught.value.ending is Ending.DRAINING


async def test_nobody_sees_or_is_told_what_is_not_durable_yet() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    await ana.ask(create())
    hall.book.is_quick.clear()
    ana.say(commit(0))
    bob.say(message(0))
    bob.say(turn())
    late = await hall.arrive("cy")
    for _ in range(10):
        await asyncio.sleep(0)
    for device in (ana, bob, late):
        assert not {"entry", "done", "turn"} & set(kinds(device.outbox.read()))
    hall.book.is_quick.set()
    assert entries(await ana.hear()) == entries(await bob.hear())
    assert entries(await late.hear()) == []
    assert hall.book.saves == 2, "what comes together is written together"


async def test_what_cannot_be_kept_is_not_told_and_everybody_comes_back_to_the_truth() -> None:
    hall = Hall()
    ana, bob = await hall.arrive("ana"), await hall.arrive("bob")
    await ana.ask(create())
    await ana.ask(message(0))
    hall.book.is_broken = True
    ana.say(commit(0))
    await hall.settle()
    assert (ana.ended(), bob.ended()) == (Ending.FAILED, Ending.FAILED)
    with pytest.raises(ChannelError) as caught:
        await hall.arrive("ana", 1001)
    assert caught.value.ending is Ending.FAILED
    hall.book.is_broken = False
    back = await hall.arrive("ana", 1001)
    welcome = (await back.hear())[0]
    assert (welcome["seq"], welcome["group"]["epoch"]) == (1001, 0)
    assert (await back.ask(commit(0)))["frame"] == "done"


async def test_a_failure_is_no_reason_to_delete_anything() -> None:
    hall = Hall()
    ana = await some_entries(hall)
    hall.book.is_broken = True
    ana.say(message(0))
    await hall.settle()
    hall.book.is_broken = False
    await hall.pass_time(590, 10)
    assert hall.kept() is not None


async def test_another_server_on_the_same_database_makes_no_fork() -> None:
    """Symptom: two commits of one epoch. Who: an operator who starts two by mistake."""
    one, other = Hall(), Hall()
    other.book.shelves = one.book.shelves
    ana = await some_entries(one)
    bob = await other.arrive("bob", 1003)
    assert (await bob.ask(commit(0)))["frame"] == "done"
    ana.say(commit(0))
    await one.settle()
    assert ana.ended() is Ending.FAILED
    back = await one.arrive("ana", 1003)
    assert entries(await back.hear()) == entries(bob.heard)


async def test_one_meetings_trouble_is_not_anothers() -> None:
    hall = Hall()
    elsewhere = b"e" * 16
    hall.book.shelves[elsewhere] = Shelf(HOST_KEY, 2**50, None)
    ana = await some_entries(hall)
    bob = await hall.arrive("bob", locator=elsewhere)
    kept = hall.kept()
    assert kept is not None
    hall.book.shelves[LOCATOR] = Shelf(HOST_KEY, 2**50, None)
    ana.say(message(0))
    assert (await bob.ask(create()))["frame"] == "done"
    assert (ana.ended(), bob.ended()) == (Ending.FAILED, None)


async def test_a_channel_that_does_not_read_holds_a_number_and_little_else() -> None:
    """Two hundred of them would otherwise hold two hundred copies of every entry."""
    hall = Hall()
    ana, slow = await hall.arrive("ana"), await hall.arrive("slow")
    await ana.ask(create())
    await slow.hear()
    for _ in range(100):
        await ana.ask(message(0, rest=bytes(10_000)))
        await hall.pass_time(0.1)
    assert (slow.outbox.waiting_bytes, slow.ended()) == (0, None)
    assert len(entries(await slow.hear())) == 100


async def test_who_falls_behind_what_is_held_is_cut() -> None:
    hall = Hall()
    ana, slow = await hall.arrive("ana"), await hall.arrive("slow")
    await ana.ask(create())
    await slow.hear()
    for number in range(4200):
        if number % 40 == 0:
            await hall.pass_time(2, 2)
            slow.say({"frame": "ping"})
        ana.say(message(0, number))
        await ana.hear()
    await slow.hear()
    assert (slow.ended(), slow.outbox.aborted) == (Ending.TOO_SLOW, True)
    assert "gap" in kinds(await (await hall.arrive("slow", 1000)).hear())
    kept = hall.kept()
    assert kept is not None
    assert len(kept.entries) == 4096


async def test_who_asks_without_reading_is_cut() -> None:
    hall = Hall()
    ana = await hall.arrive("ana", max_bytes=2000)
    for _ in range(100):
        ana.say({"frame": "ping"})
    assert ana.ended() is None
    for _ in range(100):
        ana.say({"frame": "ping"})
    assert (ana.ended(), ana.outbox.aborted) == (Ending.TOO_SLOW, True)


async def test_a_backlog_has_room_for_eight_megabytes_and_for_less_in_a_crowd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hall = Hall()
    ana = await hall.arrive("ana")
    await ana.ask(create())
    backlog = ana.opened.assembly.order.backlog

    async def talk(count: int) -> None:
        for number in range(count):
            if number % 40 == 0:
                await hall.pass_time(2, 2)
            await ana.ask(message(0, rest=bytes(16_000)))

    await talk(600)
    assert 8_300_000 < backlog.size_bytes <= 8 * 1024 * 1024
    monkeypatch.setattr("folkmoot.groups.exchange.CROWDED_BYTES", 1)
    await hall.pass_time(2, 2)
    await talk(1)
    assert backlog.size_bytes <= 512 * 1024
