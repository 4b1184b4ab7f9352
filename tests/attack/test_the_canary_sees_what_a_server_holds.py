"""What a running server has in memory or is sent is seen by `make canary`, which searches for it.

A search that looks at nothing finds nothing; the whole of it is checked by `make canary` itself.
"""

import asyncio
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tools.canary.findings import Search
from tools.canary.memory import GCORE, dump_memory, place_in_memory
from tools.canary.places import Place
from tools.canary.plants import Kind, Plant
from tools.canary.relay import Relay

HOLDS: Final = """
import sys
held = bytes.fromhex(sys.stdin.readline())[::-1]
print("held", flush=True)
sys.stdin.readline()
print(held.hex(), flush=True)
"""


@pytest.fixture
def planted() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def process(planted: bytes) -> Iterator[subprocess.Popen[str]]:
    """A process that has the value nowhere but in its heap: what it was told is the reverse."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdin=pipe, stdout=pipe, text=True) as it:
        assert it.stdin is not None
        assert it.stdout is not None
        it.stdin.write(planted[::-1].hex() + "\n")
        it.stdin.flush()
        assert it.stdout.readline() == "held\n"
        yield it
        it.kill()


@pytest.mark.parametrize("has_gdb", [True, False])
def test_a_value_in_memory_is_found_and_the_process_goes_on(
    has_gdb: bool,
    planted: bytes,
    process: subprocess.Popen[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not has_gdb:
        monkeypatch.setattr(shutil, "which", lambda _: None)
    elif shutil.which(GCORE) is None:
        pytest.skip("there is no GDB here")
    dump, regions = tmp_path / "dump", tmp_path / "regions.json"

    taken = dump_memory(process.pid, dump, regions)

    assert (taken.way == GCORE) is has_gdb
    assert taken.size > 4 << 20, "a Python that runs has more"
    key = Plant(Kind.LINK_SECRET, "meeting", planted)
    (finding,) = Search([key]).search(Place.MEMORY, dump)
    assert "0x" in place_in_memory(regions, finding.offset)
    answer, _ = process.communicate("\n", timeout=10)
    assert answer.strip() == planted.hex()


async def test_a_client_has_an_address_of_its_own_and_what_passes_is_kept(tmp_path: Path) -> None:
    seen: list[str] = []

    async def serve(asked: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        seen.append(out.get_extra_info("peername")[0])
        await asked.readuntil(b"\r\n\r\n")
        out.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await out.drain()
        out.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    relay = Relay("127.101.102.103", server.sockets[0].getsockname()[1], 9, tmp_path)
    await relay.open()
    for _ in range(2):
        back, out = await asyncio.open_connection("127.0.0.1", relay.web_door)
        out.write(b"GET /api/server HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await back.read()).startswith(b"HTTP/1.1 204")
        out.close()
    await relay.close()
    server.close()

    assert seen == ["127.101.102.103"] * 2
    for connection in (1, 2):
        for way, begins in (("sent", b"GET /api/server"), ("received", b"HTTP/1.1 204")):
            kept = tmp_path / f"127.101.102.103-{connection}.{way}"
            assert kept.read_bytes().startswith(begins)
