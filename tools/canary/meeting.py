"""Holds one meeting with plants in it, and keeps all that the server had of it."""

import asyncio
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tools.canary.control import Act, Control
from tools.canary.findings import Finding
from tools.canary.house import ROOT, TAP, House, regions_of
from tools.canary.memory import place_in_memory
from tools.canary.places import Place
from tools.canary.plants import Kind
from tools.canary.relay import Relay

WEB: Final = ROOT / "web"
STORY: Final = (
    *("npx", "--no-install", "playwright", "test"),
    *("-c", "e2e/canary/playwright.config.ts"),
)
PEOPLE: Final = ("samuel", "ana", "li")

Say = Callable[[str], None]


class MeetingError(Exception):
    """The meeting could not be held, so nothing is known."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """How a meeting is held.

    Attributes:
        name: of its run; `whole` has three people, one who comes again and a server that restarts,
            `leaky` two people and none of that.
        folder: an empty one, for the server and the evidence.
        module: the server that is run.
        web: the folder of the client that it serves.
    """

    name: Literal["whole", "leaky"]
    folder: Path
    module: str
    web: Path

    @property
    def is_whole(self) -> bool:
        """Whether it is the meeting that counts, and not the one for the self-check."""
        return self.name == "whole"

    @property
    def evidence(self) -> Path:
        """All that the server had, one folder for each place."""
        return self.folder / "evidence"

    @property
    def notes(self) -> Path:
        """What was planted, and how often it arrived."""
        return self.folder / "notes.jsonl"

    @property
    def tap(self) -> Path:
        """Every payload that reached the media engine."""
        return self.evidence / Place.PAYLOADS / TAP

    def place_of(self, finding: Finding) -> str:
        """Say where in the server's memory something was."""
        return place_in_memory(regions_of(self.folder, finding.file.name), finding.offset)

    async def hold(self, say: Say) -> None:
        """Hold it.

        Raises:
            HouseError: the server does not start.
            MeetingError: the story failed.
        """
        (self.evidence / Place.WIRE).mkdir(parents=True)
        house = House(self.folder, self.evidence, self.module, {"WEB_DIR": str(self.web)})
        relays = {name: self._relay(house) for name in PEOPLE}
        await asyncio.to_thread(house.start)
        control = Control(self._acts(house, say))
        port = await control.open()
        try:
            for relay in relays.values():
                await relay.open()
            self._note_addresses(relays)
            await self._play(house, relays, port)
        finally:
            control.close()
            await asyncio.to_thread(house.stop)
            for relay in relays.values():
                await relay.close()
            house.keep()
        if control.failures:
            raise MeetingError("; ".join(control.failures))

    def _relay(self, house: House) -> Relay:
        # Loopback has sixteen million addresses; nobody else has one like these.
        # Three digits each: a shorter one could stand somewhere by chance.
        source = ".".join(["127", *(str(100 + secrets.randbelow(155)) for _ in range(3))])
        return Relay(source, house.web, house.media, self.evidence / Place.WIRE)

    def _note_addresses(self, relays: dict[str, Relay]) -> None:
        with self.notes.open("a") as notes:
            for name, relay in relays.items():
                note = {"kind": Kind.ADDRESS, "whose": name, "text": relay.source}
                notes.write(json.dumps(note) + "\n")

    def _acts(self, house: House, say: Say) -> dict[str, Act]:
        async def say_it(what: str) -> None:
            say(what)

        async def restart(_: str) -> None:
            say("the server is restarted")
            await asyncio.to_thread(house.stop)
            await asyncio.to_thread(house.start)

        async def dump(name: str) -> int:
            began = time.monotonic()
            dump = await asyncio.to_thread(house.copy_memory, name)
            took = f"{dump.size >> 20} MiB in {time.monotonic() - began:.1f} s"
            await asyncio.to_thread(house.copy_metrics, name)
            say(f"core dump by {dump.way}, {name}: {took}")
            return dump.size

        async def back_up(name: str) -> None:
            await asyncio.to_thread(house.back_up, name)
            say(f"backed up ({name})")

        return {"say": say_it, "restart": restart, "dump": dump, "backup": back_up}

    async def _play(self, house: House, relays: dict[str, Relay], control: int) -> None:
        told = {
            "url": f"http://localhost:{house.web}",
            "control": f"http://127.0.0.1:{control}",
            "notes": str(self.notes),
            "kind": self.name,
            "media": house.media,
            "doors": {name: [each.web_door, each.media_door] for name, each in relays.items()},
        }
        environment = {**os.environ, "FOLKMOOT_CANARY": json.dumps(told)}
        log = self.folder / "story.log"
        with log.open("wb") as out:
            story = await asyncio.create_subprocess_exec(
                *STORY, cwd=WEB, env=environment, stdout=out, stderr=out
            )
            if await story.wait():
                raise MeetingError(f"the story failed:\n{log.read_text()[-4000:]}")
