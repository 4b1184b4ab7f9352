"""A server at which every test makes meetings of its own."""

from collections.abc import Iterator

import pytest

from tests.fakes.server import RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The real one; what is malicious stands between it and the members."""
    with running_server(
        tmp_path_factory.mktemp("server"), meetings={"create_per_hour": 1_000}
    ) as running:
        yield running
