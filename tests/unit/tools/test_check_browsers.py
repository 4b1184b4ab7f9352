"""Somebody without a browser is told which one, and how to get it, in one line."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "check_browsers.sh"
EVERYTHING = ("chromium", "firefox-esr", "ffmpeg", "espeak-ng")


def _run(folder: Path, tools: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run the check on a machine that has just these."""
    for name in tools:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    shell = shutil.which("sh")
    assert shell is not None
    browsers = {
        "FOLKMOOT_CHROMIUM": str(folder / "chromium"),
        "FOLKMOOT_FIREFOX": str(folder / "firefox-esr"),
    }
    return subprocess.run(
        [shell, str(SCRIPT)],
        env={"PATH": str(folder), **browsers},
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_machine_with_everything_hears_nothing(tmp_path: Path) -> None:
    result = _run(tmp_path, EVERYTHING)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("tool", EVERYTHING)
def test_what_is_missing_is_one_line_with_its_remedy(tmp_path: Path, tool: str) -> None:
    result = _run(tmp_path, tuple(each for each in EVERYTHING if each != tool))
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "missing" in line
    assert f"apt-get install {tool}" in line


def test_everything_missing_is_said_at_once(tmp_path: Path) -> None:
    result = _run(tmp_path, ())
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == len(EVERYTHING)
