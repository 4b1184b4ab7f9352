"""Fixtures that several kinds of tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.server import RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real server process on loopback with the fake media engine, shared by a file's tests."""
    folder: Path = tmp_path_factory.mktemp("server")
    with running_server(folder) as running:
        yield running
