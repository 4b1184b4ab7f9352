"""Many devices at one order, in any interleaving: one order for all, no fork, nothing lost.

The machine drives the real exchange with a book in memory that may be slow, break, or outlive a
restart, and checks after every step what must always hold.
"""

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from folkmoot.groups.endings import ChannelError
from folkmoot.groups.frames import parse_frame, parse_hello
from folkmoot.groups.mls import Header, WireFormat, read_header
from folkmoot.protocol.encoding import from_base64url
from tests.fakes.groups import (
    Device,
    Hall,
    ack,
    commit,
    create,
    entries,
    host_commit,
    message,
    replace_info,
    turn,
)
from tests.fakes.mls import mls_message

IDENTITIES = ["ana", "bob", "cy", "eve"]
KINDS = st.sampled_from(
    [create, turn, commit, commit, host_commit, host_commit, message, message, replace_info, ack]
)
EPOCHS = st.sampled_from([0, 0, 0, 0, 0, -1, 1])
RARELY = st.sampled_from([False] * 5 + [True])


class Meeting(RuleBasedStateMachine):
    """Four identities, any number of channels, crashes included."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.hall = self.run(self.make_hall())
        self.live: dict[str, Device] = {}
        self.last_seq: dict[str, int] = {}
        self.order: dict[int, str] = {}
        self.done: dict[int, str] = {}
        self.refs = 0
        self.asked: dict[int, str] = {}

    async def make_hall(self) -> Hall:
        return Hall()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def do(self, act: Any, *arguments: Any) -> None:
        """Do it on the event loop, where what it starts has not begun when this returns."""
        act(*arguments)

    def teardown(self) -> None:
        self.run(self.settle())
        self.read_all()
        self.check_against_the_book()
        self.loop.close()

    async def settle(self) -> None:
        self.hall.book.is_quick.set()
        await self.hall.settle()

    @rule(identity=st.sampled_from(IDENTITIES), comes_back=st.booleans())
    def arrive(self, identity: str, comes_back: bool) -> None:
        self.read_all()
        after = self.last_seq.get(identity) if comes_back else None
        try:
            device = self.run(self.hall.arrive(identity, after))
        except ChannelError:
            return
        self.live[identity] = device
        if after is None:
            self.last_seq.pop(identity, None)

    @initialize()
    def begin(self) -> None:
        for identity in IDENTITIES:
            self.arrive(identity, comes_back=False)
        self.say([("ana", create, 0)])

    @rule(identity=st.sampled_from(IDENTITIES))
    def leave(self, identity: str) -> None:
        self.read_all()
        if identity in self.live:
            self.run(self.do(self.live.pop(identity).leave))

    @rule(what=st.lists(st.tuples(st.sampled_from(IDENTITIES), KINDS, EPOCHS), max_size=8))
    def say(self, what: list[tuple[str, Any, int]]) -> None:
        for identity, kind, epoch in what:
            if (device := self.live.get(identity)) is not None:
                self.run(self.do(device.say, self.frame(device, kind, epoch)))

    def frame(self, device: Device, kind: Any, epoch: int) -> dict[str, Any]:
        """One that fits, mostly."""
        group = device.opened.assembly.order.group
        current = max(0, epoch + (0 if group is None else group.epoch))
        if kind is ack:
            return dict(ack(current))
        self.refs += 1
        frame = kind() if kind in (create, turn) else kind(current)
        self.asked[self.refs] = frame.get("message", "")
        return {**frame, "ref": self.refs}

    @rule(seconds=st.sampled_from([0.1, 0.4, 2, 5]))
    def pass_time(self, seconds: float) -> None:
        self.hall.clock.advance(seconds)
        for device in self.live.values():
            self.run(self.do(device.say, {"frame": "ping"}))
        if self.hall.book.is_quick.is_set():
            self.run(self.hall.exchange.tick())

    @rule(turns=st.integers(0, 12))
    def let_others_run(self, turns: int) -> None:
        async def yield_often() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.run(yield_often())

    @rule(is_so=RARELY)
    def slow_down(self, is_so: bool) -> None:
        if is_so:
            self.hall.book.is_quick.clear()

    @rule()
    def hurry(self) -> None:
        self.run(self.settle())

    @rule(is_so=RARELY)
    def break_and_mend_the_book(self, is_so: bool) -> None:
        self.hall.book.is_broken = is_so
        self.run(self.settle())
        self.hall.book.is_broken = False

    @rule(is_so=RARELY)
    def crash(self, is_so: bool) -> None:
        """What is in memory is lost; what devices read, they have."""
        if not is_so:
            return
        self.read_all()
        book = self.hall.book
        writing = self.hall.exchange._keeper._task
        if writing is not None:
            writing.cancel()
        self.live.clear()

        async def start_again() -> Hall:
            if writing is not None:
                await asyncio.wait([writing])
            hall = Hall(book)
            await hall.exchange.start()
            return hall

        self.hall = self.run(start_again())
        self.hall.book.is_quick.set()

    @invariant()
    def read_all(self) -> None:
        for identity, device in list(self.live.items()):
            for frame in device.outbox.read():
                self.take(identity, frame)
            if device.ended() is not None:
                del self.live[identity]

    def take(self, identity: str, frame: dict[str, Any]) -> None:
        match frame["frame"]:
            case "welcome":
                self.last_seq.setdefault(identity, frame["seq"])
            case "gap":
                self.last_seq[identity] = frame["seq"]
            case "entry":
                ((seq, text),) = entries([frame])
                assert seq == self.last_seq[identity] + 1, "nothing missing, nothing twice"
                assert self.order.setdefault(seq, text) == text, "one order for everybody"
                self.last_seq[identity] = seq
            case "done" if self.asked.get(frame["ref"]) and frame["seq"] is not None:
                self.done[frame["seq"]] = self.asked[frame["ref"]]

    def check_against_the_book(self) -> None:
        kept = self.hall.kept()
        if kept is None:
            assert not self.order
            assert not self.done
            return
        held = {entry.seq: entry.message for entry in kept.entries}
        for seq, text in {**self.order, **self.done}.items():
            assert held[seq] == from_base64url(text), "what somebody was told is kept"
        headers = [read_header(each, WireFormat.PUBLIC_MESSAGE) for each in held.values()]
        epochs = [header.epoch for header in headers if header is not None]
        first = kept.group.epoch - len(epochs)
        assert epochs == list(range(first, kept.group.epoch)), "one commit for each epoch"


TestMeeting = Meeting.TestCase
TestMeeting.settings = settings(
    max_examples=150, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)


@given(st.binary(max_size=400), st.sampled_from(list(WireFormat)))
def test_no_bytes_are_too_odd_to_be_looked_at(data: bytes, kind: WireFormat) -> None:
    header = read_header(data, kind)
    assert header is None or header.epoch < 2**53


@given(
    st.sampled_from(list(WireFormat)),
    st.binary(min_size=1, max_size=255),
    st.integers(0, 2**53 - 1),
    st.binary(max_size=40),
    st.data(),
)
def test_a_header_is_read_back_and_a_damaged_one_never_raises(
    kind: WireFormat, group_id: bytes, epoch: int, rest: bytes, data: st.DataObject
) -> None:
    whole = mls_message(kind, group_id, epoch, rest)
    assert read_header(whole, kind) == Header(group_id, epoch)
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[place] ^= data.draw(st.integers(1, 255))
    for other in WireFormat:
        read_header(bytes(damaged), other)
        read_header(whole[:place], other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
NAMES = st.sampled_from(["create", "turn", "commit", "group_info", "message", "ack", "ping", "x"])
FIELDS = st.sampled_from(
    ["ref", "group_id", "group_info", "message", "act_head", "host_signature", "epoch", "body"]
)


@given(st.text(max_size=100) | JSON.map(json.dumps))
def test_no_text_is_too_odd_to_be_a_frame(text: str) -> None:
    parse_frame(text)
    parse_hello(text)


@given(NAMES, st.dictionaries(FIELDS, JSON | st.just("AAAA")))
def test_a_frame_of_odd_fields_is_answered_or_is_none(name: str, fields: dict[str, Any]) -> None:
    parsed = parse_frame(json.dumps({"frame": name, **fields}))
    if isinstance(parsed, int):
        assert parsed == fields["ref"]
