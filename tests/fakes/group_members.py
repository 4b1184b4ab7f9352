"""Real members of a meeting's group, in a Node process that tests command (`web/drivers`)."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".cache" / "drivers" / "members.mjs"
PATIENCE_S = 30.0
MAX_LINE_BYTES = 64 * 1024 * 1024

Dump = dict[str, Any]


class DriverError(Exception):
    """A command could not be carried out."""


@dataclass(frozen=True)
class Invitation:
    """What a host has after making a meeting."""

    link: str
    host_link: str


@dataclass
class Members:
    """The process, and what it is told to do."""

    process: asyncio.subprocess.Process
    _asked: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _ids: Iterable[int] = field(default_factory=lambda: itertools.count(1))
    _reading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._reading = asyncio.create_task(self._read())

    async def ask(self, command: str, **given: Any) -> Any:
        """Have a command carried out.

        Raises:
            DriverError: it could not be.
        """
        number = next(iter(self._ids))
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin is not None
        line = json.dumps({"id": number, "do": command, **given})
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()
        return await answer

    async def meeting(self, server: str) -> Invitation:
        made = await self.ask("meeting", server=server)
        return Invitation(made["link"], made["hostLink"])

    async def join(self, name: str, link: str, **options: Any) -> str:
        """Let somebody come; returns their identity, before they are a member."""
        return str(await self.ask("join", member=name, link=link, **options))

    async def enter(self, name: str, link: str, **options: Any) -> str:
        """Let somebody come, and wait until they are a member."""
        identity = await self.join(name, link, **options)
        await self.until(name, is_member)
        return identity

    async def dump(self, name: str) -> Dump:
        dump: Dump = await self.ask("dump", member=name)
        return dump

    async def dumps(self, *names: str) -> list[Dump]:
        everybody = await self.ask("dumpAll")
        return [everybody[name] for name in names or everybody]

    async def say(self, name: str, text: str) -> None:
        assert await self.ask("say", member=name, text=text)

    async def until(
        self, name: str, fits: Callable[[Dump], bool], patience_s: float = PATIENCE_S
    ) -> Dump:
        """Wait until somebody sees something."""
        dump: Dump = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while True:
                    dump = await self.dump(name)
                    if fits(dump):
                        return dump
                    await asyncio.sleep(0.05)
        raise AssertionError(f"{name} never came to see it: {dump}")

    async def until_all(
        self,
        *names: str,
        size: int,
        fits: Callable[[Dump], bool] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> list[Dump]:
        """Wait until these people are in one group of so many, and have all heard that."""
        dumps: list[Dump] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while True:
                    dumps = await self.dumps(*names)
                    if is_one_group(dumps, size) and all(map(fits or is_member, dumps)):
                        return dumps
                    await asyncio.sleep(0.05 + len(names) / 100)
        raise AssertionError(f"no one group of {size}: {[*map(briefly, dumps)]}")

    async def skip(self, seconds: float, pause_ms: float = 5) -> None:
        """Let time pass for every member, quickly. For the server it does not."""
        await self.ask("skip", ms=seconds * 1000, pauseMs=pause_ms)

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            answer = json.loads(line)
            asked = self._asked.pop(answer["id"])
            if "error" in answer:
                asked.set_exception(DriverError(answer["error"]))
            else:
                asked.set_result(answer["value"])
        for asked in self._asked.values():
            asked.set_exception(DriverError("the driver ended"))

    async def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), 10)
        if self._reading is not None:
            await self._reading


@asynccontextmanager
async def members() -> AsyncIterator[Members]:
    """A process without members yet."""
    assert PROGRAM.exists(), "make builds it: npx vite build --config drivers/vite.config.ts"
    process = await asyncio.create_subprocess_exec(
        "node",
        "--experimental-websocket",
        "--no-warnings",
        str(PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MAX_LINE_BYTES,
    )
    driver = Members(process)
    driver.begin()
    try:
        yield driver
    finally:
        await driver.end()


def is_member(dump: Dump) -> bool:
    return bool(dump["state"]["kind"] == "member" and dump["group"] is not None)


def is_one_group(dumps: list[Dump], size: int) -> bool:
    """Whether all see the same people, code and secret."""
    marks = {
        (group["epoch"], group["code"], group["secret"], group["treeHash"], len(group["roster"]))
        for group in (dump["group"] or {} for dump in dumps)
        if group
    }
    everybody = all(dump["group"] is not None for dump in dumps)
    return everybody and len(marks) == 1 and next(iter(marks))[4] == size


def refusals(dump: Dump) -> list[str]:
    """Why this member has refused commits."""
    return [each["why"] for each in dump["notices"] if each["kind"] == "refused-commit"]


def notices(dump: Dump) -> list[str]:
    return [each["kind"] for each in dump["notices"]]


def chat(dump: Dump) -> list[str]:
    return [each["text"] for each in dump["heard"] if each["type"] == "chat"]


def briefly(dump: Dump) -> Any:
    group = dump["group"]
    return (
        dump["state"],
        group and (group["epoch"], len(group["roster"]), group["secret"][:6]),
        dump["health"]["kind"],
        dump["notices"][-4:],
    )
