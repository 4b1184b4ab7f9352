"""What people send each other besides sound and pictures."""

import asyncio

from livekit import rtc

from tests.integration.conftest import Join

RELIABLE, LOSSY = rtc.DataPacketKind.KIND_RELIABLE, rtc.DataPacketKind.KIND_LOSSY


async def test_reliable_data_arrives_in_order_at_everybody_else(join: Join) -> None:
    alice, bob, carol = await join("alice"), await join("bob"), await join("carol")
    sent = [f"line {number}".encode() for number in range(50)]
    for line in sent:
        await alice.room.local_participant.publish_data(line, reliable=True, topic="t")
    last = ("data", "alice", sent[-1], RELIABLE, "t")
    for person in (bob, carol):
        await person.until_happened(*last)
        assert [event[2] for event in person.happened if event[0] == "data"] == sent
    assert not [event for event in alice.happened if event[0] == "data"]


async def test_lossy_data_arrives_as_lossy(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")

    async def say_it_until_it_is_heard() -> None:
        # What is sent before Bob's channel is open is lost, as lossy data may be.
        while True:
            await alice.room.local_participant.publish_data(b"ping", reliable=False)
            await asyncio.sleep(0.2)

    saying = asyncio.create_task(say_it_until_it_is_heard())
    try:
        await bob.until(
            lambda: any(event[:4] == ("data", "alice", b"ping", LOSSY) for event in bob.happened),
            "a lossy packet",
        )
    finally:
        saying.cancel()


async def test_addressed_data_reaches_the_one_it_is_addressed_to(join: Join) -> None:
    alice, bob, carol = await join("alice"), await join("bob"), await join("carol")
    send = alice.room.local_participant.publish_data
    await send(b"for bob", reliable=True, destination_identities=["bob"], topic="t")
    await send(b"for all", reliable=True, topic="t")
    for person in (bob, carol):
        await person.until_happened("data", "alice", b"for all", RELIABLE, "t")
    assert ("data", "alice", b"for bob", RELIABLE, "t") in bob.happened
    assert all(event[2] != b"for bob" for event in carol.happened if event[0] == "data")


async def test_a_text_stream_arrives_whole(join: Join) -> None:
    alice, bob = await join("alice"), await join("bob")
    arrived: asyncio.Queue[str] = asyncio.Queue()

    def take(reader: rtc.TextStreamReader, _: str) -> None:
        reading.append(asyncio.create_task(read(reader)))

    async def read(reader: rtc.TextStreamReader) -> None:
        arrived.put_nowait(await reader.read_all())

    reading: list[asyncio.Task[None]] = []
    bob.room.register_text_stream_handler("chat", take)
    text = "A folkmoot was the open assembly. " * 2_000
    await alice.room.local_participant.send_text(text, topic="chat")
    assert await asyncio.wait_for(arrived.get(), 15) == text
