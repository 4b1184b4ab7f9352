"""Fixtures that several kinds of tests share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.fakes.server import RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real server process on loopback with the fake media engine, shared by a file's tests."""
    folder: Path = tmp_path_factory.mktemp("server")
    with running_server(folder) as running:
        yield running


@pytest.fixture(autouse=True)
def logs_stay_with_their_test() -> Iterator[None]:
    """Undo what a test sets up: its stream is closed when libraries' threads write again."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
