"""The one place where orders, channels and the book meet.

Everything but reading and writing the book happens synchronously on the event loop: a call is
carried out whole before the next one begins.
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from folkmoot.domain.group import BookError, Shelf
from folkmoot.groups.admission import GroupAdmission, Tally
from folkmoot.groups.assembly import Assembly
from folkmoot.groups.book import GroupBook
from folkmoot.groups.endings import ChannelError, Ending
from folkmoot.groups.keeper import Keeper
from folkmoot.groups.limits import (
    ABANDONED_MS,
    CROWDED_BACKLOG_BYTES,
    CROWDED_BYTES,
    MAX_BACKLOG_BYTES,
)
from folkmoot.groups.order import Order
from folkmoot.groups.outbox import ChannelOutbox
from folkmoot.groups.outcomes import ChannelId
from folkmoot.observe.clock import Clock, Instant

_SEQ_BITS: Final = 48
"""Of the random number that a group's sequence numbers begin after; room up to 2^53."""


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel that was let in."""

    assembly: Assembly
    channel: ChannelId


class Exchange:
    """Live orders."""

    def __init__(
        self,
        book: GroupBook,
        max_channels: int,
        clock: Clock,
        tally: Tally,
        mint_seq: Callable[[], int] = lambda: secrets.randbits(_SEQ_BITS),
    ) -> None:
        """Begin with nobody there.

        Args:
            max_channels: security limit, of one meeting.
            mint_seq: where the numbers of a new group begin.
        """
        self._book = book
        self._max_channels = max_channels
        self._clock = clock
        self._tally = tally
        self._mint_seq = mint_seq
        self._keeper = Keeper(book)
        self._assemblies: dict[bytes, Assembly] = {}
        self._absent_since_ms: dict[bytes, int] = {}
        self._numbers = itertools.count(1)
        # Nobody reads what is being deleted, and nobody deletes what is being read.
        self._reading = asyncio.Lock()
        self._is_draining = False

    @property
    def channel_count(self) -> int:
        """Live channels."""
        return sum(len(each.channels) for each in self._assemblies.values())

    @property
    def order_count(self) -> int:
        """Orders in memory."""
        return len(self._assemblies)

    async def start(self) -> None:
        """Note the groups of an earlier life: their people have ten minutes to come back.

        Raises:
            BookError: the book cannot be read.
        """
        now_ms = self._clock.now().steady_ms
        for locator in await self._book.locators():
            self._absent_since_ms[locator] = now_ms

    async def open(
        self, admission: GroupAdmission, after: int | None, outbox: ChannelOutbox
    ) -> OpenChannel:
        """Let somebody in, with `welcome` and what came after `after`.

        Args:
            after: the last sequence number that the device has.

        Raises:
            ChannelError: the meeting is over or full, the server drains, or nothing can be read.
        """
        assembly = await self._assembly_of(admission.locator)
        # Nothing waits from here on.
        if self._is_draining:
            raise ChannelError(Ending.DRAINING)
        now = self._clock.now()
        if assembly is None or assembly.expires_at_ms <= now.wall_ms:
            raise ChannelError(Ending.OVER)
        if assembly.is_full_for(admission.identity, self._max_channels):
            raise ChannelError(Ending.FULL)
        channel = ChannelId(next(self._numbers))
        assembly.open(channel, admission, after, outbox, now.steady_ms)
        self._tally.count("group_channels")
        return OpenChannel(assembly, channel)

    def receive(self, open_channel: OpenChannel, text: str) -> None:
        """Take a frame. While the server drains none is taken, and none answered."""
        if self._is_draining:
            return
        now_ms = self._clock.now().steady_ms
        open_channel.assembly.receive(open_channel.channel, text, now_ms)

    def close(self, open_channel: OpenChannel, ending: Ending) -> None:
        """End a channel; nothing when it has ended."""
        now_ms = self._clock.now().steady_ms
        open_channel.assembly.close(open_channel.channel, ending, now_ms)

    async def tick(self) -> None:
        """Let time pass; call ten times a second."""
        now = self._clock.now()
        total = sum(each.order.backlog.size_bytes for each in self._assemblies.values())
        room = MAX_BACKLOG_BYTES if total < CROWDED_BYTES else CROWDED_BACKLOG_BYTES
        for locator, assembly in list(self._assemblies.items()):
            assembly.order.backlog.max_bytes = room
            self._look_at(locator, assembly, now)
        for locator, since_ms in list(self._absent_since_ms.items()):
            if since_ms + ABANDONED_MS <= now.steady_ms:
                await self._delete(locator)

    async def announce(self, farewell: str) -> None:
        """Keep what was taken, take nothing any more, and say why."""
        self._is_draining = True
        await self._keeper.settle()
        for assembly in self._assemblies.values():
            assembly.tell(farewell)

    async def drain(self) -> None:
        """Keep what was taken, tell everybody to come back, and take nothing any more."""
        self._is_draining = True
        await self._keeper.settle()
        now_ms = self._clock.now().steady_ms
        for assembly in self._assemblies.values():
            assembly.end(Ending.DRAINING, now_ms)

    def _look_at(self, locator: bytes, assembly: Assembly, now: Instant) -> None:
        if assembly.is_over:
            del self._assemblies[locator]  # it failed, and nobody came back yet
            self._absent_since_ms[locator] = now.steady_ms
            return
        if assembly.expires_at_ms <= now.wall_ms:
            assembly.end(Ending.OVER, now.steady_ms)
            del self._assemblies[locator]  # the book deletes its own
            return
        assembly.tick(now.steady_ms)
        empty_since_ms = assembly.empty_since_ms
        if empty_since_ms is not None and empty_since_ms + ABANDONED_MS <= now.steady_ms:
            assembly.end(Ending.OVER, now.steady_ms)
            del self._assemblies[locator]
            self._absent_since_ms[locator] = empty_since_ms

    async def _assembly_of(self, locator: bytes) -> Assembly | None:
        async with self._reading:
            found = self._assemblies.get(locator)
            if found is not None and not found.is_over:
                return found
            try:
                shelf = await self._book.load(locator)
            except BookError:
                raise ChannelError(Ending.FAILED) from None
            return None if shelf is None else self._assemble(locator, shelf)

    def _assemble(self, locator: bytes, shelf: Shelf) -> Assembly:
        now_ms = self._clock.now().steady_ms
        order = Order(shelf, self._mint_seq(), now_ms)
        assembly = Assembly(locator, shelf, order, self._keeper.note, self._tally)
        assembly.empty_since_ms = now_ms
        self._assemblies[locator] = assembly
        self._absent_since_ms.pop(locator, None)
        return assembly

    async def _delete(self, locator: bytes) -> None:
        async with self._reading:
            if self._absent_since_ms.pop(locator, None) is None:
                return  # somebody came back meanwhile
            try:
                await self._book.delete(locator)
            except BookError:
                self._absent_since_ms[locator] = self._clock.now().steady_ms
