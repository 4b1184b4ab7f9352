"""`make canary`: holds both meetings, searches, and says what was found.

Ends with `planted N, found 0, self-check caught K of K` and exit code 0, or with another one.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tools.canary.findings import Finding, Search, files_of
from tools.canary.house import ROOT, HouseError
from tools.canary.meeting import Meeting, MeetingError, Say
from tools.canary.noise import measure
from tools.canary.payloads import TapError, read_contents
from tools.canary.places import Place
from tools.canary.plants import Plant, read_plants
from tools.canary.verdict import Searched, Verdict

CACHE: Final = ROOT / ".cache"
CLIENT: Final = ROOT / "web" / "dist"
BUILD_LEAKY: Final = (
    "npx",
    "--no-install",
    "vite",
    "build",
    "-c",
    "e2e/canary/vite.leaky.config.ts",
)


class BuildError(Exception):
    """The client that leaks can't be built, so the self-check would say nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make canary", description=__doc__)
    parser.add_argument(
        "--keep", type=Path, help="an empty folder that the evidence stays in, without core dumps"
    )
    keep: Path | None = parser.parse_args(arguments).keep
    with ExitStack() as held:
        folder = keep or Path(
            held.enter_context(tempfile.TemporaryDirectory(dir=CACHE, prefix="canary-"))
        )
        try:
            verdict = run(folder.resolve(), Progress())
        except (BuildError, HouseError, MeetingError, TapError) as error:
            print(f"nothing is known: {error}")
            return 1
    print("\n".join(verdict.lines()))
    return 1 if any(verdict.objections()) else 0


class Progress:
    """Says what happens, and how long after the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, what: str) -> None:
        """Say it."""
        print(f"[{time.monotonic() - self._began:5.0f} s] {what}", flush=True)


def run(folder: Path, say: Say) -> Verdict:
    """Hold both meetings and search.

    Raises:
        BuildError: the client that leaks can't be built.
        HouseError: a server does not start.
        MeetingError: a meeting can't be held.
        TapError: the tap did not keep everything.
    """
    say("the client that leaks is built")
    leaky_client = build_leaky_client(folder / "leaky client")
    whole = Meeting("whole", folder / "whole", "tools.hostile_engine", CLIENT)
    leaky = Meeting("leaky", folder / "leaky", "tools.canary.leaky_server", leaky_client)
    return Verdict(_hold_and_search(whole, say), _hold_and_search(leaky, say))


def build_leaky_client(out: Path) -> Path:
    """Build it.

    Raises:
        BuildError: a place for a leak is not in the code any more, or the build fails.
    """
    built = subprocess.run(
        BUILD_LEAKY,
        cwd=ROOT / "web",
        env={**os.environ, "FOLKMOOT_CANARY_WEB": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise BuildError(built.stderr[-2000:])
    return out


def _hold_and_search(meeting: Meeting, say: Say) -> Searched:
    say(f"the {meeting.name} meeting begins")
    asyncio.run(meeting.hold(say))
    plants = read_plants(meeting.notes)
    say(f"the {meeting.name} meeting is over: {len(plants)} values were planted")
    noise = measure(read_contents(meeting.tap, is_sealed=meeting.is_whole))
    findings = _search(plants, meeting.evidence, say)
    for leak in (each for each in findings if each.is_leak and each.place == Place.MEMORY):
        if meeting.is_whole:
            say(f"{leak.plant.what} was at {meeting.place_of(leak)}")
    # Core dumps are large.
    shutil.rmtree(meeting.evidence / Place.MEMORY)
    return Searched(plants, findings, noise)


def _search(plants: Sequence[Plant], evidence: Path, say: Say) -> list[Finding]:
    search = Search(plants)
    findings = []
    for place in Place:
        files = files_of(evidence, place)
        found = [finding for file in files for finding in search.search(place, file)]
        size = sum(file.stat().st_size for file in files) / (1 << 20)
        leaks = len({finding.plant.value for finding in found if finding.is_leak})
        passed = len({finding.plant.value for finding in found}) - leaks
        also = f", beside {passed} that may be there" if passed else ""
        say(f"searched the {place}: {len(files)} files, {size:.1f} MiB, {leaks} values found{also}")
        findings += found
    return findings


if __name__ == "__main__":
    sys.exit(main())
