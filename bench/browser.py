"""Runs one measurement in Chromium, a file of `web/e2e/bench/`."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bench.server_process import ROOT

WEB: Final = ROOT / "web"
_PLAYWRIGHT: Final = ("npx", "--no-install", "playwright", "test")
_CONFIG: Final = ("-c", "e2e/bench/playwright.config.ts")


def measure_in_browser(name: str, **told: str) -> str:
    """Run it.

    Args:
        name: of the file, as `join` for `join.measure.ts`.
        told: what it reads, as environment variables.

    Returns:
        What it wrote, as JSON.

    Raises:
        CalledProcessError: it failed; why is on the screen.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "measured.json"
        environment = {**os.environ, **told, "FOLKMOOT_BENCH_OUT": str(out)}
        subprocess.run(
            [*_PLAYWRIGHT, *_CONFIG, f"{name}.measure"], cwd=WEB, env=environment, check=True
        )
        return out.read_text()
