"""How long joining takes in a browser: from the click on *Join* to the first picture of another.

Two Chromium on loopback. One stays in a meeting with its camera on; the other joins, measures and
leaves, each time with nothing cached. The browsers share the machine with the server.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.browser import WEB, measure_in_browser
from bench.results_file import Row, print_rows, write_rows
from bench.server_process import running_server
from bench.signalling import quantile

SETTINGS: Final = {"meetings__admissions_per_minute": 10_000}
"""All joins come from one address."""

Moments = Mapping[str, float]

STAGES: Final[Mapping[str, Callable[[Moments], float]]] = {
    "": lambda at: at["shown"],
    "admission_": lambda at: at["admitted"],
    "signalling_": lambda at: at["offered"],
    "ice_dtls_": lambda at: at["connected"] - at["offered"],
    "keys_": lambda at: at["keyed"],
    "first_keyframe_": lambda at: at["shown"] - max(at["connected"], at["keyed"]),
}
"""The whole, and its parts; signalling begins with the click and holds admission.
Keys begin with it, too, and come meanwhile; the first keyframe is awaited when both are there."""


def measure(joins: int) -> list[Moments]:
    """Hold the meeting and join it.

    Returns:
        The moments of each join, in ms since the click.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), **SETTINGS) as server,
    ):
        told = {
            "FOLKMOOT_E2E_URL": f"http://localhost:{server.web_port}",
            "FOLKMOOT_BENCH_JOINS": str(joins),
        }
        moments: list[Moments] = json.loads(measure_in_browser("join", **told))
    return moments


def rows_of(moments: Sequence[Moments]) -> list[Row]:
    """Sum up each stage over all joins: its median, and what 95 of 100 stay below."""
    rows = []
    for stage, read in STAGES.items():
        values = sorted(read(each) for each in moments)
        for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95)):
            value = quantile(values, share)
            row = Row("join", stage + name, "ms", value, values[0], values[-1], len(values))
            rows.append(row)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--joins", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="few joins, to see that it runs")
    options = parser.parse_args()
    rows = rows_of(measure(5 if options.quick else options.joins))
    print_rows("Joining, two Chromium and the server on one machine", rows)
    subprocess.run(["node", "bundle_sizes.js"], cwd=WEB, check=True)
    if not options.quick:
        print(f"Written to {write_rows('join', rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
