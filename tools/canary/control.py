"""What the story of a meeting asks for while it runs, by a request to the canary."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import unquote

HOME: Final = "127.0.0.1"

Act = Callable[[str], Awaitable[object]]
"""Takes an argument, and answers what can be written as JSON."""


class Control:
    """Serves `GET /<act>/<argument>`; an act that fails is answered with 500 and its words."""

    def __init__(self, acts: dict[str, Act]) -> None:
        """Serve these acts by their names."""
        self._acts = acts
        self._server: asyncio.Server | None = None
        self.failures: list[str] = []

    async def open(self) -> int:
        """Listen on a free port, which is answered."""
        self._server = await asyncio.start_server(self._serve, HOME, 0)
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, asked: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        _, path, _ = (await asked.readuntil(b"\r\n\r\n")).decode().split(" ", 2)
        act, _, argument = path.strip("/").partition("/")
        try:
            status, answer = "200 OK", json.dumps(await self._acts[act](unquote(argument)))
        except Exception as error:  # noqa: BLE001  # told to the story, which then fails
            self.failures.append(f"{act} {argument}: {error!r}")
            status, answer = "500 Failed", json.dumps(repr(error))
        body = answer.encode()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        out.write(head.encode() + body)
        await out.drain()
        out.close()
