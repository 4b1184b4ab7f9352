"""Gives a browser an address of its own: what it sends reaches the server from there.

Requests and WebSockets are kept as the server got them and answered them.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from tools.canary.websocket_bytes import ClientBytes

_READ_BYTES: Final = 64 * 1024
HOME: Final = "127.0.0.1"

Address = tuple[str, int]


@dataclass
class Relay:
    """One client's way to the server.

    Attributes:
        source: the address that the server sees.
        web: the server's port for pages and signalling.
        media: the server's port for media.
        folder: where what passes is kept.
    """

    source: str
    web: int
    media: int
    folder: Path
    web_door: int = 0
    media_door: int = 0
    _connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _datagrams: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Listen for the browser on two free ports."""
        self._server = await asyncio.start_server(self._accept, HOME, 0)
        self.web_door = self._server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: MediaDoor(self.source, (HOME, self.media)), local_addr=(HOME, 0)
        )
        self.media_door = self._datagrams.get_extra_info("sockname")[1]

    async def close(self) -> None:
        """Cut everything."""
        if self._server is not None:
            self._server.close()
        if self._datagrams is not None:
            self._datagrams.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._connections += 1
        name = f"{self.source}-{self._connections}"
        try:
            far, out = await asyncio.open_connection(HOME, self.web, local_addr=(self.source, 0))
        except OSError:
            back.close()
            return
        asked, answered = (self.folder / f"{name}.{way}" for way in ("sent", "received"))
        with asked.open("wb") as sent, answered.open("wb") as received:
            clear = ClientBytes()
            there = asyncio.create_task(_pump(near, out, sent, clear.take))
            try:
                await _pump(far, back, received, bytes)
                await there
            finally:
                there.cancel()
                out.close()
                back.close()


async def _pump(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    kept: BinaryIO,
    read: Callable[[bytes], bytes],
) -> None:
    with contextlib.suppress(ConnectionError, OSError):
        while data := await source.read(_READ_BYTES):
            kept.write(read(data))
            target.write(data)
            await target.drain()
    with contextlib.suppress(ConnectionError, OSError):
        target.close()


class MediaDoor(asyncio.DatagramProtocol):
    """Datagrams of one browser; each of its sockets gets one at the client's address."""

    def __init__(self, source: str, server: Address) -> None:
        """Send from `source` to `server`."""
        self._source = source
        self._server = server
        self._ways: dict[Address, asyncio.Future[asyncio.DatagramTransport]] = {}
        self._back: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back to the browser."""
        self._back = cast("asyncio.DatagramTransport", transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Close what was opened towards the server."""
        for way in self._ways.values():
            if way.done() and not way.exception():
                way.result().close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Pass on what the browser sends. What comes before the way is open is lost, as by UDP."""
        way = self._ways.get(addr)
        if way is None:
            self._ways[addr] = asyncio.ensure_future(self._open(addr))
        elif way.done() and not way.exception():
            way.result().sendto(data)

    async def _open(self, browser: Address) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Way(self._back, browser),
            local_addr=(self._source, 0),
            remote_addr=self._server,
        )
        return transport


class _Way(asyncio.DatagramProtocol):
    def __init__(self, back: asyncio.DatagramTransport | None, browser: Address) -> None:
        self._back = back
        self._browser = browser

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        if self._back is not None:
            self._back.sendto(data, self._browser)

    def error_received(self, exc: Exception) -> None:
        """The server is away for a moment."""
