"""Makes changes durable: those of all meetings together, one write at a time.

While one is written the next ones gather, so that the time of a write bounds how late something is
and not how much is taken.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from folkmoot.domain.group import BookError, Change
from folkmoot.groups.book import GroupBook

MAX_BATCH: Final = 256
"""Meetings in one write."""

_log = structlog.get_logger("groups")


class Pending(Protocol):
    """Somebody with changes to keep."""

    def gather(self) -> Change | None:
        """Take all changes that wait, as one; None when there is nothing to keep."""

    def release(self) -> None:
        """What was gathered is durable."""

    def fail(self) -> None:
        """What was gathered is not durable, or that is not known."""


class Keeper:
    """Writes to the book."""

    def __init__(self, book: GroupBook) -> None:
        """Begin with nothing to write."""
        self._book = book
        self._waiting: dict[int, Pending] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, pending: Pending) -> None:
        """Write for somebody, as soon as what is being written is."""
        self._waiting[id(pending)] = pending
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())

    async def settle(self) -> None:
        """Wait until nothing is left to write."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                names = list(self._waiting)[:MAX_BATCH]
                await self._write([self._waiting.pop(name) for name in names])
        finally:
            self._task = None

    async def _write(self, batch: Sequence[Pending]) -> None:
        gathered = [(pending, pending.gather()) for pending in batch]
        changes = [change for _, change in gathered if change is not None]
        try:
            if changes:
                await self._book.save(changes)
        except BookError as error:
            await self._write_apart(gathered, error)
            return
        for pending, _ in gathered:
            pending.release()

    async def _write_apart(
        self, gathered: Sequence[tuple[Pending, Change | None]], error: BookError
    ) -> None:
        """Find out whose changes can be kept: one meeting's trouble is not the others'."""
        for pending, change in gathered:
            try:
                if len(gathered) == 1:
                    raise error
                if change is not None:
                    await self._book.save([change])
            except BookError:
                _log.warning("group_not_kept")
                pending.fail()
            else:
                pending.release()
