"""Somebody who copies the guide's code gets into the meeting."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError

import pytest

from folkmoot.protocol.derivation import host_hash
from folkmoot.protocol.link import Link
from tests.fakes.member import Host
from tests.fakes.server import running_server

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = ROOT / "docs/howto/connect-an-sdk-client.md"


def program() -> str:
    """The guide's code, as it stands in one file."""
    return "\n".join(re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))


def test_the_program_of_the_guide_joins_with_the_link_alone(tmp_path: Path) -> None:
    host = Host(os.urandom(32))
    file = tmp_path / "program.py"
    file.write_text(program())
    with running_server(tmp_path, has_engine=True) as server:
        assert host.create(server.http).status == 201
        # The exit code is left aside: the SDK's threads sometimes outlive the interpreter.
        ran = subprocess.run(
            [sys.executable, str(file), f"{server.http}/#{host.link.fragment()}"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
        server.stop()
        ended = [line["reason"] for line in server.lines() if line["event"] == "session_ended"]
    assert ran.stdout == "connected; here are: []\n", ran.stderr
    assert ended == ["left"]


def test_the_program_of_the_guide_notices_a_swapped_host_and_a_wrong_link(tmp_path: Path) -> None:
    host = Host(os.urandom(32))
    names: dict[str, Any] = {"__name__": "program"}
    exec(compile(program(), str(GUIDE), "exec"), names)  # our own guide
    get_ticket = names["get_ticket"]
    with running_server(tmp_path) as server:
        assert host.create(server.http).status == 201
        swapped = Link(host.secret, host_hash(b"another key"))
        with pytest.raises(ValueError, match="another host"):
            get_ticket(f"{server.http}/#{swapped.fragment()}", "A program")
        unknown = Link(os.urandom(32), host.link.host)
        with pytest.raises(HTTPError, match="403") as refused:
            get_ticket(f"{server.http}/#{unknown.fragment()}", "A program")
        refused.value.close()
