"""A real server process, with the fake media engine or the real one; prints its ports as JSON."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from folkmoot.app import Ports, make_embedded_sfu, serve
from folkmoot.config import Settings, load_settings
from folkmoot.domain.group import Change
from folkmoot.domain.ids import Identity, ParticipantSid, RoomName
from folkmoot.doors import Encryption
from folkmoot.media import port as m
from folkmoot.observe.journal import set_up_logs
from folkmoot.store.groups import GroupRows
from tests.fakes.media import FakeMedia


def announce(ports: Ports, _: Encryption | None) -> None:
    listening = {"web": ports.web, "metrics": ports.metrics, "notice": ports.notice}
    sys.stdout.write(json.dumps(listening) + "\n")
    sys.stdout.flush()


def make_breakable_sfu(settings: Settings) -> m.MediaPort:
    """The real engine; on SIGUSR1 it says that the oldest participant's transport broke."""
    engine = make_embedded_sfu(settings)
    people: list[tuple[RoomName, ParticipantSid]] = []
    start, add = engine.start, engine.add_participant

    def start_breakable(sink: m.EventSink) -> None:
        start(sink)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, break_oldest, sink)

    def break_oldest(sink: m.EventSink) -> None:
        room, participant = people[0]
        sink([m.TransportFailed(room, participant, m.Target.SUBSCRIBER, "panic")])

    def add_participant(
        room: RoomName, participant: ParticipantSid, identity: Identity, rights: m.MediaRights
    ) -> None:
        people.append((room, participant))
        add(room, participant, identity, rights)

    engine.start = start_breakable  # type: ignore[method-assign]
    engine.add_participant = add_participant  # type: ignore[method-assign]
    return engine


def die_when_something_is_kept() -> None:
    """On SIGUSR2: kill the process as soon as a group's change is durable, before anybody hears."""
    save = GroupRows.save

    async def save_and_die(rows: GroupRows, changes: Sequence[Change]) -> None:
        await save(rows, changes)
        os.kill(os.getpid(), signal.SIGKILL)

    signal.signal(signal.SIGUSR2, lambda *_: setattr(GroupRows, "save", save_and_die))


def change_group_limits() -> None:
    """Make short for tests what nobody would wait for; each module has its own names of limits."""
    for name, value in json.loads(os.environ["TEST_GROUP_LIMITS"]).items():
        for module in [each for path, each in sys.modules.items() if "folkmoot.groups" in path]:
            if hasattr(module, name):
                setattr(module, name, value)


if __name__ == "__main__":
    flags = {
        "port": 0,
        "metrics_port": 0,
        "media_port": 0,
        "data": Path(sys.argv[1]),
        **json.loads(sys.argv[2]),
    }
    settings = load_settings(flags)
    set_up_logs("json", "debug")
    die_when_something_is_kept()
    change_group_limits()
    has_engine = sys.argv[3:] == ["--engine"]
    make_media = make_breakable_sfu if has_engine else lambda _: FakeMedia(is_lively=True)
    asyncio.run(serve(settings, make_media, announce))
