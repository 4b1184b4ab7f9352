"""Starts a server process and waits until it listens."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.tokens import KEY, SECRET

ROOT = Path(__file__).parents[2]


@dataclass
class RunningServer:
    process: subprocess.Popen[str]
    web_port: int
    metrics_port: int
    log: Path
    notice_port: int | None = None
    """Of the page about the browser's warning, with `lan`."""
    is_encrypted: bool = False

    @property
    def http(self) -> str:
        return f"http{'s' * self.is_encrypted}://127.0.0.1:{self.web_port}"

    @property
    def ws(self) -> str:
        return f"ws{'s' * self.is_encrypted}://127.0.0.1:{self.web_port}"

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def metric(self, name: str) -> int:
        """One of the server's own numbers, from its metrics port."""
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        (value,) = (line.split()[1] for line in lines if line.startswith(f"folkmoot_{name} "))
        return int(float(value))

    def memory_bytes(self) -> int:
        """What the process keeps in memory now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self, timeout_s: float = 20) -> int:
        self.process.terminate()
        return self.process.wait(timeout_s)


@contextmanager
def running_server(
    folder: Path,
    *,
    has_engine: bool = False,
    group_limits: dict[str, int] | None = None,
    **settings: Any,
) -> Iterator[RunningServer]:
    """Run a server with the fake engine, or with the real one; settings as flags.

    Args:
        group_limits: other values for names of `folkmoot.groups.limits`, which are no settings.
    """
    flags = {"engine_key": KEY, "engine_secret": SECRET, "drain_s": 0.0, **settings}
    log = folder / "server.log"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        "PYTHONUNBUFFERED": "1",
        "TEST_GROUP_LIMITS": json.dumps(group_limits or {}),
    }
    with log.open("w") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.fakes.serve", str(folder / "data")),
                *(json.dumps(flags), *(["--engine"] if has_engine else [])),
            ],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
            cwd=ROOT,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the server did not start: {log.read_text()}"
        ports = json.loads(line)
        is_encrypted = bool(settings.get("lan") or settings.get("cert"))
        yield RunningServer(
            process, ports["web"], ports["metrics"], log, ports["notice"], is_encrypted
        )
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
