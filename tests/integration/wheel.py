"""The wheel in an empty environment, where neither Rust nor Node is to be found.

    python -m tests.integration.wheel

installs `dist/folkmoot-*.whl` (`make wheel` builds it), serves from it, prints the address, and
stops when its input ends.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DIST: Final = ROOT / "dist"
START_S: Final = 30.0


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it."""

    folder: Path

    @property
    def programs(self) -> Path:
        """The only folder on its PATH."""
        return self.folder / "venv/bin"

    @property
    def environment(self) -> dict[str, str]:
        """What a program is started with: nothing of ours, nothing of the developer's."""
        return {"PATH": str(self.programs), "HOME": str(self.folder), "PYTHONUNBUFFERED": "1"}

    def run(self, *words: str) -> str:
        """Run `folkmoot` to its end."""
        return subprocess.run(
            [str(self.programs / "folkmoot"), *words],
            env=self.environment,
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout

    @contextmanager
    def serving(self, *words: str) -> Iterator[str]:
        """Serve on free ports of loopback; gives the base address of the pages."""
        log = self.folder / "server.log"
        ports = ["--port", "0", "--metrics-port", "0", "--media-port", "0"]
        with log.open("w") as errors:
            process = subprocess.Popen(
                [str(self.programs / "folkmoot"), "serve", *ports, *words],
                env=self.environment,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        watchdog = threading.Timer(START_S, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            announced = process.stdout.readline()
            watchdog.cancel()
            found = re.search(r"https?://\S+", announced)
            assert found, f"it did not start: {log.read_text()[-2000:]}"
            yield found[0].rstrip("/")
        finally:
            watchdog.cancel()
            process.terminate()
            process.wait(20)
            if process.stdout is not None:
                process.stdout.close()


def built_wheel() -> Path:
    """The wheel that `make wheel` built."""
    wheels = sorted(DIST.glob("folkmoot-*.whl"))
    assert len(wheels) == 1, f"there are {len(wheels)} wheels in {DIST}; run: make wheel"
    return wheels[0]


def install(wheel: Path, folder: Path) -> Installed:
    """Make an empty environment and put a wheel into it, with what is locked beside it."""
    _uv(folder, "venv", "--quiet", "--python", sys.executable, str(folder / "venv"))
    _uv(
        ROOT,
        *("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project"),
        *("--format", "pylock.toml", "--output-file", str(folder / "pylock.toml")),
    )
    into = ("pip", "install", "--quiet", "--python", str(folder / "venv/bin/python"))
    _uv(folder, *into, "--requirements", str(folder / "pylock.toml"))
    # Without a registry: what the wheel asks for has to be what is locked.
    _uv(folder, *into, "--offline", str(wheel))
    return Installed(folder)


def _uv(folder: Path, *words: str) -> None:
    path = os.pathsep.join((os.environ["PATH"], str(ROOT / ".cache/uv/bin")))
    uv = shutil.which("uv", path=path)
    assert uv is not None, "uv is not there; run: make tools"
    done = subprocess.run(
        [uv, *words], cwd=folder, capture_output=True, text=True, timeout=55, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def main() -> None:
    """Serve from the wheel until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        installed = install(built_wheel(), Path(folder))
        with installed.serving() as address:
            sys.stdout.write(address + "\n")
            sys.stdout.flush()
            sys.stdin.read()


if __name__ == "__main__":
    main()
