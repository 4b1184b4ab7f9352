"""Participants of the load generator: they send simulcast, and tell which layer they got."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

from livekit.protocol import models, rtc

from bench.generator import Generator, Line, find_binary
from bench.livekit_adapter import Member

ROOT = Path(__file__).parents[2]
PATIENCE_S = 10.0

CAMERA = {
    "cid": "camera",
    "kind": "video",
    "packets_per_frame": 4,
    "simulcast": ["q", "h", "f"],
}
LOW, MEDIUM, HIGH = (
    models.VideoQuality.LOW,
    models.VideoQuality.MEDIUM,
    models.VideoQuality.HIGH,
)


def built_generator() -> Path:
    """The generator as the source is now; quick when nothing changed."""
    command = ["cargo", "build", "--locked", "--quiet", "--package", "loadgen"]
    subprocess.run(command, check=True, cwd=ROOT, timeout=900)
    return find_binary("debug")


async def tune(viewer: Member, track: str, **wish: Any) -> None:
    """Ask for a quality of a track, or switch it off."""
    setting = rtc.UpdateTrackSettings(track_sids=[track], **wish)
    await viewer.send(track_setting=setting)


async def seen_by(generator: Generator, viewer: Member, seconds: float) -> Line:
    """What one viewer gets over a time: packets, packets lost, packets by layer."""
    await generator.tell("reset")
    await asyncio.sleep(seconds)
    stats = await generator.stats()
    streams = [it for it in stats["streams"] if it["id"] == viewer.subscriber]
    return {
        "received": sum(it["received"] for it in streams),
        "lost": sum(it["lost"] for it in streams),
        "by_layer": [sum(it["by_layer"][layer] for it in streams) for layer in range(3)],
    }


async def settles_on(generator: Generator, viewer: Member, layers: list[int]) -> Line:
    """Wait until a viewer gets these layers and no other; returns the last look."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        seen = await seen_by(generator, viewer, 0.5)
        if [layer for layer in range(3) if seen["by_layer"][layer]] == layers:
            return seen
        assert asyncio.get_running_loop().time() < deadline, f"wanted {layers}, got {seen}"
