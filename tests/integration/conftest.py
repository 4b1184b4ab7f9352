"""A real server with its real media engine, and people on the real LiveKit SDK."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tests.fakes.server import RunningServer, running_server
from tests.integration.person import Person

Join = Callable[[str], Awaitable[Person]]


@pytest.fixture(scope="session")
def meeting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all integration tests: what one leaves behind, the next would notice."""
    with running_server(tmp_path_factory.mktemp("meeting"), has_engine=True) as running:
        yield running


@pytest.fixture
async def join(
    meeting_server: RunningServer, request: pytest.FixtureRequest
) -> AsyncIterator[Join]:
    """Let somebody join the room of this test; everybody leaves when it ends."""
    people: list[Person] = []
    room = request.node.name

    async def join_as(identity: str) -> Person:
        person = Person(identity, room)
        await person.connect(meeting_server.ws)
        people.append(person)
        return person

    yield join_as
    await asyncio.gather(*(person.leave() for person in people))
