"""M-11, seen from outside; the panic itself is provoked in `crates/sfu-core/tests`."""

import signal
from functools import partial
from pathlib import Path

from livekit import rtc

from tests.fakes.server import running_server
from tests.integration.media import heard_hz
from tests.integration.person import Person

AUDIO = rtc.TrackKind.KIND_AUDIO


def is_in_sight(identity: str, person: Person) -> bool:
    return identity in person.others


async def test_only_the_person_whose_transport_broke_joins_again(tmp_path: Path) -> None:
    with running_server(tmp_path, has_engine=True) as server:
        alice, bob, carol = (Person(name, "room") for name in ("alice", "bob", "carol"))
        for person in (alice, bob, carol):
            await person.connect(server.ws)
        await bob.publish_tone(440)
        assert abs(await heard_hz(await alice.track(AUDIO)) - 440) < 5
        carols = await carol.track(AUDIO)
        alice.tracks.clear()

        server.process.send_signal(signal.SIGUSR1)
        await alice.until_happened("reconnected")
        assert abs(await heard_hz(await alice.track(AUDIO)) - 440) < 5
        assert abs(await heard_hz(carols) - 440) < 5
        for person in (bob, carol):
            assert ("reconnecting",) not in person.happened
            assert all(event[0] != "disconnected" for event in person.happened)
            await person.until(partial(is_in_sight, "alice", person), "alice to be back")
        for person in (alice, bob, carol):
            await person.leave()
