"""Devices at an exchange, without sockets."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.domain.group import BookError, Change, Kept, Shelf
from folkmoot.groups.admission import GroupAdmission
from folkmoot.groups.endings import Ending
from folkmoot.groups.exchange import Exchange, OpenChannel
from folkmoot.groups.outbox import ChannelOutbox
from folkmoot.protocol.encoding import from_base64url, to_base64url
from folkmoot.protocol.statements import host_commit_statement, host_group_statement
from tests.fakes.clock import FakeClock
from tests.fakes.mls import commit_message, group_info, private_message
from tests.fakes.people import ListTally

LOCATOR = bytes(16)
GROUP_ID = b"g" * 32
NO_HEAD = to_base64url(bytes(32))
HOST = Ed25519PrivateKey.from_private_bytes(b"h" * 32)
HOST_KEY = HOST.public_key().public_bytes_raw()


def create(ref: int = 1, group_id: bytes = GROUP_ID, epoch: int = 0) -> dict[str, Any]:
    info = to_base64url(group_info(group_id, epoch))
    return {"frame": "create", "ref": ref, "group_id": to_base64url(group_id), "group_info": info}


def host_create(
    ref: int = 1, act_head: str = NO_HEAD, key: Any = HOST, **changed: Any
) -> dict[str, Any]:
    """A group that the host makes, under a head of host acts."""
    request = create(ref)
    info, head = from_base64url(request["group_info"]), from_base64url(act_head)
    signature = key.sign(host_group_statement(GROUP_ID, 0, info, head))
    signed = {"act_head": act_head, "host_signature": to_base64url(signature)}
    return {**request, **signed, **changed}


def turn(ref: int = 1) -> dict[str, Any]:
    return {"frame": "turn", "ref": ref}


def commit(epoch: int, ref: int = 1, **changed: Any) -> dict[str, Any]:
    """A commit that names `epoch`, and the GroupInfo after it."""
    request = {
        "frame": "commit",
        "ref": ref,
        "message": to_base64url(commit_message(GROUP_ID, epoch)),
        "group_info": to_base64url(group_info(GROUP_ID, epoch + 1)),
        "act_head": NO_HEAD,
    }
    return {**request, **changed}


def host_commit(epoch: int, ref: int = 1, key: Any = HOST, **changed: Any) -> dict[str, Any]:
    message = commit_message(GROUP_ID, epoch)
    signature = key.sign(host_commit_statement(GROUP_ID, epoch, message))
    request = commit(epoch, ref, message=to_base64url(message))
    return {**request, "host_signature": to_base64url(signature), **changed}


def replace_info(epoch: int, ref: int = 1) -> dict[str, Any]:
    info = to_base64url(group_info(GROUP_ID, epoch))
    return {"frame": "group_info", "ref": ref, "group_info": info}


def message(epoch: int, ref: int = 1, rest: bytes = b"") -> dict[str, Any]:
    data = to_base64url(private_message(GROUP_ID, epoch, rest))
    return {"frame": "message", "ref": ref, "message": data}


def ack(epoch: int, body: bytes = b"ack") -> dict[str, Any]:
    return {"frame": "ack", "epoch": epoch, "body": to_base64url(body)}


class MemoryGroupBook:
    """Implements `GroupBook`; it can be slow, and it can break."""

    def __init__(self) -> None:
        self.shelves: dict[bytes, Shelf] = {LOCATOR: Shelf(HOST_KEY, 2**50, None)}
        self.saves = 0
        self.is_broken = False
        self.is_quick = asyncio.Event()
        self.is_quick.set()

    async def load(self, locator: bytes) -> Shelf | None:
        await asyncio.sleep(0)
        if self.is_broken:
            raise BookError
        return self.shelves.get(locator)

    async def save(self, changes: Sequence[Change]) -> None:
        await self.is_quick.wait()
        await asyncio.sleep(0)
        if self.is_broken:
            raise BookError
        kept = {change.locator: self._changed(change) for change in changes}
        for locator, after in kept.items():
            shelf = self.shelves[locator]
            head = after.group.act_head
            self.shelves[locator] = Shelf(shelf.host_key, shelf.expires_at_ms, after, head)
        self.saves += 1
        await asyncio.sleep(0)  # a crash may come between what is durable and who is told

    def _changed(self, change: Change) -> Kept:
        before = self.shelves[change.locator].kept
        if change.revision != (0 if before is None else before.revision):
            raise BookError
        entries = [*(before.entries if before else ()), *change.entries]
        group = change.group or (before.group if before else None)
        assert group is not None
        held = tuple(entry for entry in entries if entry.seq >= change.oldest_seq)
        return Kept(group, change.revision + 1, change.last_seq, held)

    async def delete(self, locator: bytes) -> None:
        await asyncio.sleep(0)
        shelf = self.shelves[locator]
        needs_host = shelf.kept is not None and shelf.kept.group.needs_host
        head = shelf.act_head if needs_host else bytes(32)
        self.shelves[locator] = Shelf(shelf.host_key, shelf.expires_at_ms, None, head)

    async def locators(self) -> list[bytes]:
        return [locator for locator, shelf in self.shelves.items() if shelf.kept is not None]


class ReadOutbox(ChannelOutbox):
    """What a device that reads would have read."""

    aborted = False

    def __init__(self, **options: Any) -> None:
        super().__init__(self._note_abort, **options)

    def _note_abort(self) -> None:
        self.aborted = True

    def read(self) -> list[dict[str, Any]]:
        frames = []
        while (text := self._take()) is not None:
            self._note_written(text)
            frames.append(json.loads(text))
        return frames


@dataclass
class Device:
    """One channel."""

    hall: "Hall"
    opened: OpenChannel
    outbox: ReadOutbox
    heard: list[dict[str, Any]] = field(default_factory=list)

    def ended(self) -> Ending | None:
        return self.outbox.reason

    def say(self, frame: dict[str, Any] | str) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        self.hall.exchange.receive(self.opened, text)

    async def hear(self) -> list[dict[str, Any]]:
        """What came since the last call, once everything is kept."""
        await self.hall.settle()
        heard = self.outbox.read()
        self.heard += heard
        return heard

    async def ask(self, frame: dict[str, Any] | str) -> dict[str, Any]:
        """Say something, and hear what it is answered."""
        self.say(frame)
        heard = await self.hear()
        answers = [each for each in heard if each["frame"] in ("done", "refused")]
        assert len(answers) == 1, heard
        return answers[0]

    def leave(self) -> None:
        self.hall.exchange.close(self.opened, Ending.LEFT)


class Hall:
    """An exchange with everything around it faked."""

    def __init__(self, book: MemoryGroupBook | None = None, max_channels: int = 200) -> None:
        self.book = book or MemoryGroupBook()
        self.clock = FakeClock()
        self.tally = ListTally()
        self.exchange = Exchange(
            self.book, max_channels, self.clock, self.tally, mint_seq=lambda: 1000
        )

    def kept(self) -> Kept | None:
        """What the book has of the meeting's group."""
        return self.book.shelves[LOCATOR].kept

    async def arrive(
        self, identity: str, after: int | None = None, locator: bytes = LOCATOR, **options: Any
    ) -> Device:
        outbox = ReadOutbox(**options)
        admission = GroupAdmission(locator, identity, lambda: f"token-{identity}")
        opened = await self.exchange.open(admission, after, outbox)
        return Device(self, opened, outbox)

    async def settle(self) -> None:
        """Wait until everything is kept."""
        await self.exchange._keeper.settle()

    async def pass_time(self, seconds: float, step_s: float = 0.1) -> None:
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            await self.exchange.tick()
            await self.settle()


def kinds(frames: list[dict[str, Any]]) -> list[str]:
    return [str(frame["frame"]) for frame in frames]


def entries(frames: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Sequence number and message of every entry, in the order of arrival."""
    return [(each["seq"], each["message"]) for each in frames if each["frame"] == "entry"]
