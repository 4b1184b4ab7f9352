"""Somebody who breaks a rule of the layout is told where, and what to do instead."""

import pytest

from tools.check_boundaries import check_source


@pytest.mark.parametrize(
    "source",
    [
        "import time\nnow = time.time()",
        "import time as t\nnow = t.monotonic_ns()",
        "from time import perf_counter\nnow = perf_counter()",
        "import datetime\nnow = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime, UTC\nnow = datetime.now(UTC)",
        "from datetime import date\nnow = date.today()",
        "from dataclasses import field\nimport time\nnow = field(default_factory=time.time)",
    ],
)
def test_a_clock_read_outside_the_clock_is_found(source: str) -> None:
    findings = check_source("http/gate.py", source)
    assert len(findings) == 1
    assert "observe/clock.py" in findings[0].message
    assert not check_source("observe/clock.py", source)


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1)",
        "def tick(time):\n    return time.steady_ms",
        "from datetime import datetime\nx = datetime.fromtimestamp(0)",
        "clock.now()",
    ],
)
def test_code_that_is_given_the_time_is_left_alone(source: str) -> None:
    assert not check_source("http/gate.py", source)


@pytest.mark.parametrize(
    "source",
    [
        "open('x')",
        "import io\nio.open('x')",
        "import os\nos.open('x', 0)",
        "from pathlib import Path\nPath('x').read_text()",
        "from pathlib import Path\nPath('x').write_bytes(b'')",
    ],
)
def test_a_file_opened_outside_the_store_is_found(source: str) -> None:
    assert [finding.message for finding in check_source("http/pages.py", source)]
    assert not check_source("store/secrets.py", source)


@pytest.mark.parametrize(
    "statement",
    [
        "import structlog",
        "import asyncio",
        "from asyncio import Queue",
        "import time",
        "from folkmoot.store import rows",
        "from ..store import rows",
    ],
)
def test_the_domain_is_kept_pure(statement: str) -> None:
    findings = check_source("domain/room.py", f"x = 1\n{statement}\n")
    assert [finding.line for finding in findings] == [2]


@pytest.mark.parametrize(
    "statement",
    [
        "import enum",
        "from collections.abc import Iterator",
        "from folkmoot.domain.ids import RoomName",
    ],
)
def test_the_domain_may_use_plain_parts_of_the_standard_library(statement: str) -> None:
    assert not check_source("domain/room.py", statement)


def test_only_the_websocket_waits_in_signalling() -> None:
    assert check_source("signalling/session.py", "import asyncio")
    assert not check_source("signalling/websocket.py", "import asyncio")
    assert check_source("groups/order.py", "import asyncio")
    assert not check_source("groups/keeper.py", "import asyncio")
    assert not check_source("http/server.py", "import asyncio")


def test_only_the_adapter_knows_the_rust_module() -> None:
    statement = "from folkmoot._sfu import Sfu"
    assert check_source("http/server.py", statement)
    assert not check_source("media/sfu.py", statement)


def test_a_finding_names_file_and_line() -> None:
    (finding,) = check_source("http/pages.py", "\n\nopen('x')")
    assert str(finding).startswith("http/pages.py:3: open")
