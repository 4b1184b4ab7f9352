"""A participant who does not read costs a bounded amount of memory."""

import asyncio

from folkmoot.domain.departure import Departure
from folkmoot.signalling.outbox import WebSocketOutbox


class Wire:
    """A connection that can be stuck."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.code: int | None = None
        self.aborts = 0
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def send(self, data: bytes) -> None:
        await self.is_open.wait()
        self.sent.append(data)

    async def close(self, code: int) -> None:
        self.code = code

    def abort(self) -> None:
        self.aborts += 1
        self.is_open.set()


async def test_messages_leave_in_order_and_before_the_close() -> None:
    wire = Wire()
    outbox = WebSocketOutbox(100, wire.abort)
    for data in (b"a", b"b", b"c"):
        outbox.send(data)
    outbox.close(Departure.SERVER_SHUTDOWN)
    outbox.send(b"late")
    await outbox.pump(wire.send, wire.close)
    assert wire.sent == [b"a", b"b", b"c"]
    assert wire.code == 1012
    assert outbox.waiting_bytes == 0


async def test_who_does_not_read_is_cut_at_the_limit() -> None:
    wire = Wire()
    wire.is_open.clear()
    outbox = WebSocketOutbox(100, wire.abort)
    pump = asyncio.create_task(outbox.pump(wire.send, wire.close))
    for _ in range(11):
        outbox.send(b"x" * 10)
        await asyncio.sleep(0)
    assert outbox.waiting_bytes == 110
    assert wire.aborts == 0
    outbox.send(b"y")
    assert (wire.aborts, outbox.reason, outbox.waiting_bytes) == (1, Departure.TOO_SLOW, 0)
    for _ in range(1000):
        outbox.send(b"z" * 50)
    assert outbox.waiting_bytes == 0
    await pump


async def test_a_message_larger_than_the_limit_is_sent_when_nothing_waits() -> None:
    wire = Wire()
    outbox = WebSocketOutbox(100, wire.abort)
    outbox.send(b"x" * 1000)
    outbox.send(b"y" * 100)
    pump = asyncio.create_task(outbox.pump(wire.send, wire.close))
    await asyncio.sleep(0)
    assert [len(data) for data in wire.sent] == [1000, 100]
    outbox.send(b"z" * 1000)
    outbox.close(Departure.LEFT)
    await pump
    assert (len(wire.sent), wire.aborts) == (3, 0)


async def test_what_waits_behind_a_large_message_is_bounded_all_the_same() -> None:
    wire = Wire()
    wire.is_open.clear()
    outbox = WebSocketOutbox(100, wire.abort)
    outbox.send(b"x" * 1000)
    outbox.send(b"y" * 100)
    assert wire.aborts == 0
    outbox.send(b"z")
    assert (wire.aborts, outbox.reason) == (1, Departure.TOO_SLOW)


async def test_the_first_reason_stays() -> None:
    wire = Wire()
    outbox = WebSocketOutbox(100, wire.abort)
    outbox.close(Departure.REPLACED)
    outbox.close(Departure.CONNECTION_LOST)
    assert outbox.reason is Departure.REPLACED
