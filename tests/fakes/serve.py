"""A real server process, with the fake media engine or the real one; prints its ports as JSON."""

import asyncio
import json
import sys
from pathlib import Path

from folkmoot.app import Ports, make_embedded_sfu, serve
from folkmoot.config import load_settings
from folkmoot.observe.journal import set_up_logs
from tests.fakes.media import FakeMedia


def announce(ports: Ports) -> None:
    sys.stdout.write(json.dumps({"web": ports.web, "metrics": ports.metrics}) + "\n")
    sys.stdout.flush()


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
    has_engine = sys.argv[3:] == ["--engine"]
    make_media = make_embedded_sfu if has_engine else lambda _: FakeMedia(is_lively=True)
    asyncio.run(serve(settings, make_media, announce))
