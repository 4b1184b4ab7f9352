"""A real Folkmoot server in a process of its own."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jwt

ROOT: Final = Path(__file__).parents[1]
START_S: Final = 30.0
"""How long a start may take, migrations included."""


class ServerProcessError(Exception):
    """The server did not start; the text holds its last words."""


@dataclass(frozen=True)
class ServerProcess:
    """A server that listens on loopback."""

    process: subprocess.Popen[str]
    data: Path
    web_port: int
    metrics_port: int
    media_port: int
    log: Path

    @property
    def url(self) -> str:
        """Where LiveKit clients connect."""
        return f"ws://127.0.0.1:{self.web_port}"

    def token(self, identity: str, room: str, use: str = "session", **video: bool) -> str:
        """Sign a token with this server's own key, valid for ten minutes."""
        keys = self.data / "keys"
        now = int(time.time())
        claims = {
            "iss": (keys / "engine.key").read_text().strip(),
            "sub": identity,
            "use": use,
            "nbf": now - 5,
            "exp": now + 600,
            "video": {"room": room, "roomJoin": True, **video},
        }
        secret = (keys / "engine.secret").read_text().strip()
        return jwt.encode(claims, secret, algorithm="HS256")

    def cpu_ns(self) -> int:
        """CPU time of all threads in nanoseconds; finer than `/proc/PID/stat`."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir())

    def rss_kib(self) -> int:
        """Resident memory in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) if found else 0

    def descriptors(self) -> int:
        """Open file descriptors."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208  # names suffice

    def metrics(self) -> dict[str, float]:
        """Every number on the metrics page that has no label; refreshed once a second."""
        address = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(address, timeout=5) as page:
            lines = page.read().decode().splitlines()
        pairs = (line.split(" ") for line in lines if not line.startswith("#") and "{" not in line)
        return {name: float(value) for name, value in pairs}


@contextmanager
def running_server(
    folder: Path, core: int | None = None, **settings: object
) -> Iterator[ServerProcess]:
    """Run `folkmoot serve` on free ports, and stop it afterwards.

    Args:
        folder: an empty folder for its data and log.
        core: the CPU core to pin it to.
        settings: more settings by name, passed in its environment.

    Raises:
        ServerProcessError: it does not come up.
    """
    media_port = free_udp_port()
    chosen = {"media_port": media_port, "log_format": "json", "drain_s": 0, **settings}
    environment = {name: value for name, value in os.environ.items() if name[:9] != "FOLKMOOT_"}
    environment |= {f"FOLKMOOT_{name.upper()}": str(value) for name, value in chosen.items()}
    command = [sys.executable, "-m", "folkmoot", "serve", "--port", "0", "--metrics-port", "0"]
    if core is not None:
        command = ["taskset", "-c", str(core), *command]
    log = folder / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment
            | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
            cwd=ROOT,
        )
    try:
        web_port, metrics_port = _read_ports(process, log)
        yield ServerProcess(process, folder / "data", web_port, metrics_port, media_port, log)
    finally:
        _stop(process)


def _read_ports(process: subprocess.Popen[str], log: Path) -> tuple[int, int]:
    """Read what `serve` announces; a start that hangs is ended, and its output with it."""
    assert process.stdout is not None
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    try:
        announced = "".join(process.stdout.readline() for _ in range(2))
    finally:
        watchdog.cancel()
    ports = re.findall(r"http://[\w.]+:(\d+)", announced)
    if len(ports) != 2:
        raise ServerProcessError(f"the server did not start: {log.read_text()[-2000:]}")
    return int(ports[0]), int(ports[1])


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def free_udp_port() -> int:
    """A UDP port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
