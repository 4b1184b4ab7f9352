"""Somebody without a tool is told which one, and how to get it, in one line."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "check_tools.sh"
GOOD = {
    "python3": "[ $# -eq 2 ] || exit 1; echo 3.11",
    "cargo": "echo 'cargo 1.89.0 (c24e10642 2025-06-23)'",
    "node": "echo v20.19.0",
    "npm": "echo 10.8.2",
    "cc": "exit 0",
    "uv": "exit 0",
}


def _run(folder: Path, tools: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the check on a machine that has just these tools."""
    for name, body in tools.items():
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{body}\n")
        tool.chmod(0o755)
    for name in ("sh", "cut", "tr"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return subprocess.run(
        [str(folder / "sh"), str(SCRIPT)],
        env={"PATH": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_machine_with_everything_hears_nothing(tmp_path: Path) -> None:
    result = _run(tmp_path, GOOD)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("tool", "name", "remedy"),
    [
        ("python3", "Python 3.11", "apt-get install python3"),
        ("cargo", "Rust 1.89", "https://rustup.rs"),
        ("node", "Node 20.19", "https://nodejs.org"),
        ("npm", "npm", "apt-get install npm"),
        ("cc", "C compiler", "build-essential"),
    ],
)
def test_a_missing_tool_is_one_line_with_its_remedy(
    tmp_path: Path,
    tool: str,
    name: str,
    remedy: str,
) -> None:
    result = _run(tmp_path, {key: body for key, body in GOOD.items() if key != tool})
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert name in line
    assert "missing" in line
    assert remedy in line


@pytest.mark.parametrize(
    ("tool", "answer", "line_start"),
    [
        ("python3", "echo 3.9", "Python 3.9 is too old, 3.11 or newer"),
        ("cargo", "echo 'cargo 1.63.0'", "Rust 1.63.0 is too old, 1.89 or newer"),
        ("node", "echo v18.20.4", "Node 18.20.4 is too old, 20.19 or newer"),
        ("node", "echo v20.9.0", "Node 20.9.0 is too old, 20.19 or newer"),
    ],
)
def test_a_tool_that_is_too_old_is_named_with_its_version(
    tmp_path: Path,
    tool: str,
    answer: str,
    line_start: str,
) -> None:
    result = _run(tmp_path, {**GOOD, tool: answer})
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(line_start)


def test_a_much_newer_major_version_is_fine(tmp_path: Path) -> None:
    result = _run(tmp_path, {**GOOD, "node": "echo v26.1.0", "cargo": "echo 'cargo 2.0.0'"})
    assert result.returncode == 0


def test_python_without_venv_is_named_when_uv_is_missing_too(tmp_path: Path) -> None:
    without_venv = 'case "$2" in *ensurepip*) exit 1 ;; *) echo 3.11 ;; esac'
    tools = {key: body for key, body in GOOD.items() if key != "uv"} | {"python3": without_venv}
    result = _run(tmp_path, tools)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "Python's venv module is missing: apt-get install python3-venv",
    ]


def test_everything_missing_is_said_at_once(tmp_path: Path) -> None:
    result = _run(tmp_path, {})
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 4
