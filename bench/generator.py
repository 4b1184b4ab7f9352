"""The load generator (`crates/loadgen`) as a child process."""

import asyncio
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
ANSWER_S: Final = 20.0
"""How long an answer of the generator may take."""
MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""Statistics of a thousand streams are one line."""

Line = dict[str, Any]


class GeneratorError(Exception):
    """The generator is missing, refused a command, or ended."""


def find_binary(profile: str = "release") -> Path:
    """Where cargo puts the generator.

    Args:
        profile: only "release" is fast enough to measure with.

    Raises:
        GeneratorError: it has not been built.
    """
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    path = target / profile / "folkmoot-loadgen"
    if not path.exists():
        raise GeneratorError(f"{path} is missing: run cargo build --release --package loadgen")
    return path


def measure_sendto(core: int | None, packets: int, size_bytes: int) -> float:
    """Nanoseconds of CPU time that one bare `sendto` on loopback takes."""
    command = [str(find_binary()), "sendto", "--packets", str(packets), "--bytes", str(size_bytes)]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return float(json.loads(outcome.stdout)["ns_per_packet"])


class Generator:
    """Speaks JSON lines with the child; events are kept until somebody asks for them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take over a child whose pipes are open."""
        self._process = process
        self._waiting: defaultdict[tuple[str, int], asyncio.Queue[Line]] = defaultdict(
            asyncio.Queue
        )
        self.errors: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def tell(self, command: str, **fields: object) -> None:
        """Send a command."""
        assert self._process.stdin is not None
        line = json.dumps({"cmd": command, **fields}) + "\n"
        self._process.stdin.write(line.encode())
        await self._process.stdin.drain()

    async def expect(self, event: str, number: int = -1, within_s: float = ANSWER_S) -> Line:
        """The next event of a kind.

        Args:
            number: the transport's; -1 for events that belong to none.
            within_s: how long to wait.

        Raises:
            GeneratorError: it does not come, or the generator has complained.
        """
        try:
            return await asyncio.wait_for(self._waiting[event, number].get(), within_s)
        except TimeoutError:
            reason = "; ".join(self.errors) or "nothing came"
            raise GeneratorError(f"no {event} of transport {number}: {reason}") from None

    def take(self, event: str, number: int = -1) -> list[Line]:
        """Events of a kind that have come already."""
        queue = self._waiting[event, number]
        return [queue.get_nowait() for _ in range(queue.qsize())]

    async def stats(self) -> Line:
        """The counters since the last reset."""
        await self.tell("stats")
        return await self.expect("stats")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for text in self._process.stdout:
            line: Line = json.loads(text)
            if line["event"] == "error":
                self.errors.append(line["message"])
            else:
                self._waiting[line["event"], line.get("id", -1)].put_nowait(line)

    async def close(self) -> None:
        """End the child."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader


@asynccontextmanager
async def running_generator(
    core: int | None = None, binary: Path | None = None
) -> AsyncIterator[Generator]:
    """Run the generator.

    Args:
        core: the CPU core to pin it to.
        binary: which build; by default the one to measure with.
    """
    command = [str(binary or find_binary())]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MAX_LINE_BYTES,
    )
    generator = Generator(process)
    try:
        yield generator
    finally:
        await generator.close()
