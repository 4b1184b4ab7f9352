"""A server of the checkout that can be searched, with all that its media engine is sent."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools.canary.memory import Dump, dump_memory
from tools.canary.places import Place

ROOT: Final = Path(__file__).parents[2]
START_S: Final = 30.0
STOP_S: Final = 20.0
HOME: Final = "127.0.0.1"
TAP: Final = "tap"

_DATABASE: Final = "folkmoot.db"


class HouseError(Exception):
    """The server did not do what it should; the text holds its last words."""


@dataclass
class House:
    """A server, and all that it leaves behind.

    Attributes:
        folder: its own; `data` and `server.log` are in it.
        evidence: where copies of what it has are put, one folder for each place. Among the payloads
            is `TAP`: all that reached its media engine, of all its lives.
        module: what is run, with the media engine that taps (`tools/hostile_engine.py`).
        settings: more settings by name.
    """

    folder: Path
    evidence: Path
    module: str = "tools.hostile_engine"
    settings: dict[str, str] = field(default_factory=dict)
    web: int = field(default_factory=lambda: _free_port(socket.SOCK_STREAM))
    media: int = field(default_factory=lambda: _free_port(socket.SOCK_DGRAM))
    metrics: int = field(default_factory=lambda: _free_port(socket.SOCK_STREAM))
    _process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Everything that it wrote, of all its lives."""
        return self.folder / "server.log"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        if self._process is None:
            raise HouseError("the server does not run")
        return self._process.pid

    def start(self) -> None:
        """Start, or start again on the same ports with the same data, and wait until it is ready.

        Raises:
            HouseError: it does not come up.
        """
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module, "serve", "--data", str(self.data)],
                stdout=log,
                stderr=log,
                env=self._environment(),
                cwd=ROOT,
            )
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise HouseError(f"the server did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it as a supervisor does."""
        running, self._process = self._process, None
        if running is None:
            return
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(STOP_S)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()

    def copy_memory(self, name: str) -> Dump:
        """Take a core dump of the running process."""
        regions = regions_of(self.folder, name)
        regions.parent.mkdir(exist_ok=True)
        return dump_memory(self.pid, self._folder_of(Place.MEMORY) / name, regions)

    def copy_metrics(self, name: str) -> None:
        """Keep what is on the metrics page."""
        address = f"http://{HOME}:{self.metrics}/metrics"
        with urllib.request.urlopen(address, timeout=5) as answer:
            (self._folder_of(Place.METRICS) / name).write_bytes(answer.read())

    def back_up(self, name: str) -> None:
        """Back up as an operator does: SQLite's own copy, and a copy of the folder."""
        folder = self._folder_of(Place.BACKUP) / name
        folder.mkdir()
        with (
            closing(sqlite3.connect(self.data / _DATABASE)) as source,
            closing(sqlite3.connect(folder / _DATABASE)) as target,
        ):
            source.backup(target)
        shutil.copytree(self.data, folder / "data")

    def keep(self) -> None:
        """Put what it wrote in its place: the database apart from the other files, and the log."""
        shutil.copy(self.log, self._folder_of(Place.LOG))
        for path in self.data.rglob("*"):
            if path.is_file():
                is_database = path.name.startswith(_DATABASE)
                folder = self._folder_of(Place.DATABASE if is_database else Place.DATA)
                shutil.copy(path, folder / path.relative_to(self.data).as_posix().replace("/", "-"))

    def _folder_of(self, place: Place) -> Path:
        folder = self.evidence / place
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOME}:{self.web}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def _environment(self) -> dict[str, str]:
        # What is said to the canary is no setting of the server's.
        around = {name: value for name, value in os.environ.items() if name[:9] != "FOLKMOOT_"}
        settings = {
            "PORT": self.web,
            "MEDIA_PORT": self.media,
            "METRICS_PORT": self.metrics,
            # Else only this address of the machine could send media.
            "MEDIA_ADDRESSES": HOME,
            "DRAIN_S": 0,
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "debug",
            "MEETINGS__ADMISSIONS_PER_MINUTE": 10_000,
            **self.settings,
        }
        named = {f"FOLKMOOT_{name}": str(value) for name, value in settings.items()}
        path = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        tap = {"HOSTILE_TAP": str(self._folder_of(Place.PAYLOADS) / TAP)}
        return {**around, **named, **tap, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def regions_of(folder: Path, name: str) -> Path:
    """Where it is told what stands where in a core dump of a server with that folder."""
    return folder / "regions" / f"{name}.json"


def _free_port(kind: socket.SocketKind) -> int:
    """A port that was free a moment ago; a server that is started again needs the same one."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOME, 0))
        return int(probe.getsockname()[1])
