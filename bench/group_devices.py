"""Devices at a group's order: real WebSockets, and random bytes in the place of MLS."""

import asyncio
import base64
import json
import os
import time
import urllib.request
from contextlib import AsyncExitStack
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.server_process import ServerProcess
from folkmoot.protocol.derivation import derive_meeting
from folkmoot.protocol.statements import creation_statement, host_commit_statement

SUBPROTOCOL: Final = Subprotocol("folkmoot.group.v1")
GROUP_ID: Final = b"g" * 32
COMMIT_BYTES: Final = 1_000
"""Of an external join into a group of 200."""
INFO_BYTES_PER_MEMBER: Final = 330
MESSAGE_BYTES: Final = 400
PATIENCE_S: Final = 60.0
PING_S: Final = 10.0
PUBLIC_MESSAGE, PRIVATE_MESSAGE, GROUP_INFO = 1, 2, 4
"""Wire formats (RFC 9420 section 17.2)."""


class Device:
    """One channel, which notes when it heard what."""

    def __init__(self, socket: ClientConnection) -> None:
        """Take a WebSocket that was let in."""
        self._socket = socket
        self._heard_at: dict[int, float] = {}
        self._awaited: dict[int, asyncio.Event] = {}
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._turns: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._is_in = asyncio.Event()

    async def listen(self) -> None:
        """Read until the end."""
        async for text in self._socket:
            at = time.perf_counter()
            frame = json.loads(text)
            if frame["frame"] == "entry":
                self._heard_at[frame["seq"]] = at
                if frame["seq"] in self._awaited:
                    self._awaited.pop(frame["seq"]).set()
            elif frame["frame"] in ("done", "refused"):
                self._answers.put_nowait(frame)
            elif frame["frame"] == "turn":
                self._turns.put_nowait(frame)
            elif frame["frame"] == "welcome":
                self._is_in.set()

    async def ping(self) -> None:
        """Say that it is still there."""
        await self._socket.send('{"frame":"ping"}')

    async def enter(self, token: str) -> None:
        """Say hello."""
        await self._socket.send(json.dumps({"frame": "hello", "token": token, "after": None}))
        await self._is_in.wait()

    async def ask(self, **frame: object) -> int:
        """Ask for something that is not refused; returns its sequence number."""
        await self._socket.send(json.dumps({"ref": 0, **frame}))
        answer = await self._answers.get()
        if answer["frame"] != "done":
            raise RuntimeError(f"refused: {answer['why']}")
        return int(answer["seq"])

    async def hear_entry(self, seq: int) -> float:
        """Wait for an entry; returns when it came."""
        if seq not in self._heard_at:
            async with asyncio.timeout(PATIENCE_S):
                await self._awaited.setdefault(seq, asyncio.Event()).wait()
        return self._heard_at[seq]

    async def take_turn(self) -> None:
        """Wait for a turn."""
        await self._socket.send('{"frame":"turn","ref":0}')
        await self._turns.get()


def spelled(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def mls(wire_format: int, epoch: int, size: int) -> bytes:
    """An MLSMessage as far as a server reads it."""
    context = b"\x00\x01\x00\x01" if wire_format == 4 else b""
    head = b"\x00\x01" + wire_format.to_bytes(2, "big") + context
    return head + bytes([len(GROUP_ID)]) + GROUP_ID + epoch.to_bytes(8, "big") + os.urandom(size)


class Meeting:
    """A meeting, and so many devices that are let in to its group's order."""

    def __init__(self, server: ServerProcess, size: int) -> None:
        """Make a meeting; `fill` lets the devices in."""
        self._server = server
        self._host_key = Ed25519PrivateKey.generate()
        self._room = make_meeting(server, self._host_key)
        self._size = size
        self.devices: list[Device] = []
        self.epoch = 0

    async def fill(self, stack: AsyncExitStack) -> None:
        """Let everybody in, and make the group."""
        listening = await stack.enter_async_context(asyncio.TaskGroup())
        for number in range(self._size):
            device = Device(await stack.enter_async_context(self._reach()))
            token = self._server.token(f"p{number}", self._room, use="group_session")
            listening.create_task(device.listen())
            await device.enter(token)
            self.devices.append(device)
        stack.callback(asyncio.create_task(self._keep_alive()).cancel)
        await self.devices[0].ask(
            frame="create", group_id=spelled(GROUP_ID), group_info=self._info(0)
        )

    async def commit(self, device: Device, *, is_signed: bool) -> int:
        """Take the group to the next epoch; returns the sequence number.

        Args:
            is_signed: by the host: then neither turns nor the limit for one device are in the way.
        """
        epoch, self.epoch = self.epoch, self.epoch + 1
        message = mls(PUBLIC_MESSAGE, epoch, COMMIT_BYTES)
        signature = self._host_key.sign(host_commit_statement(GROUP_ID, epoch, message))
        return await device.ask(
            frame="commit",
            message=spelled(message),
            group_info=self._info(epoch + 1),
            act_head=spelled(bytes(32)),
            host_signature=spelled(signature) if is_signed else None,
        )

    async def join(self, device: Device) -> None:
        """Commit in a turn."""
        await device.take_turn()
        await self.commit(device, is_signed=False)

    async def say(self, device: Device) -> int:
        """Send a message; returns the sequence number."""
        message = spelled(mls(PRIVATE_MESSAGE, self.epoch, MESSAGE_BYTES))
        return await device.ask(frame="message", message=message)

    async def _keep_alive(self) -> None:
        while True:
            for device in self.devices:
                await device.ping()
            await asyncio.sleep(PING_S)

    def _info(self, epoch: int) -> str:
        return spelled(mls(GROUP_INFO, epoch, self._size * INFO_BYTES_PER_MEMBER))

    def _reach(self) -> connect:
        return connect(
            f"{self._server.url}/group",
            subprotocols=[SUBPROTOCOL],
            compression=None,
            max_size=None,
            max_queue=None,
            ping_interval=None,
        )


def make_meeting(server: ServerProcess, host_key: Ed25519PrivateKey) -> str:
    """Make a meeting as a host's device does; returns the name of its room."""
    origin = server.url.replace("ws://", "http://")
    keys = derive_meeting(os.urandom(32))
    parts = (
        keys.locator,
        keys.admission.public_key().public_bytes_raw(),
        host_key.public_key().public_bytes_raw(),
        os.urandom(512),
    )
    statement = creation_statement(origin, *parts, 3600)
    names = ("locator", "admission_key", "host_key", "sealed")
    body = {
        "origin": origin,
        "lifetime_s": 3600,
        "admission_signature": spelled(keys.admission.sign(statement)),
        "host_signature": spelled(host_key.sign(statement)),
        **{name: spelled(part) for name, part in zip(names, parts, strict=True)},
    }
    request = urllib.request.Request(
        f"{origin}/api/meetings",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        return spelled(keys.locator)
