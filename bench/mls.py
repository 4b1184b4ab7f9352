"""What group keys cost a device: joins, commits, bytes on the wire, and many who come at once.

Devices are the client's own code in a real Chromium. Who joins has a fresh worker, with nothing
compiled or remembered, as every device has; its time runs from the server's offer until it is a
member. `cpu_ms` is the processor time of all threads of the browser's renderer, WebCrypto's
included; `wall_ms` passes in the page meanwhile. `commit_ms` is what one of the others needs for a
commit, joins and new keys alike. Groups have grown by joins alone, as meetings do.

In a burst all devices share two threads and, with the server, this machine's cores: what it takes
is mostly the work that each would do on a machine of its own.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from bench.browser import measure_in_browser
from bench.group_devices import make_meeting
from bench.results_file import Row, format_number, make_row, print_rows, write_rows
from bench.server_process import running_server

SIZES: Final = (2, 10, 50, 100, 200, 500)
BURST: Final = 50

Measured = Mapping[str, Any]
"""What `web/e2e/bench/mls/mls.measure.ts` writes."""

GROWTH: Final = {
    "joins: CPU ms": "joinCpuMs",
    "wall ms": "joinMs",
    "others: ms": "commitMs",
    "commit: bytes": "commitBytes",
    "GroupInfo: bytes": "groupInfoBytes",
}


def measure(sizes: Sequence[int], repeats: int, bursts: int, burst: int) -> Measured:
    """Run the browser.

    Args:
        repeats: joins, and refreshes, of each size.
        burst: how many come at once to one who is there.
    """
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        rooms = [make_meeting(server, Ed25519PrivateKey.generate()) for _ in range(bursts)]
        tickets = [
            [server.token(f"p{at}", room, use="group_session") for at in range(burst + 1)]
            for room in rooms
        ]
        wanted = {"sizes": sizes, "repeats": repeats, "bursts": tickets}
        told = {
            "FOLKMOOT_E2E_URL": f"http://127.0.0.1:{server.web_port}",
            "FOLKMOOT_BENCH_MLS": json.dumps(wanted),
        }
        measured: Measured = json.loads(measure_in_browser("mls", **told))
    return measured


def rows_of(measured: Measured, burst: int) -> list[Row]:
    """Sum up the repeats."""
    rows = []
    for size in measured["sizes"]:
        case = f"mls_join_{size['size']}"
        rows += [
            make_row(case, "cpu_ms", "ms", size["joinCpuMs"]),
            make_row(case, "wall_ms", "ms", size["joinMs"]),
            make_row(case, "commit_ms", "ms", size["commitMs"]),
            make_row(case, "commit_bytes", "bytes", [size["commitBytes"]]),
            make_row(case, "group_info_bytes", "bytes", [size["groupInfoBytes"]]),
        ]
    agreed_s = [each["agreedMs"] / 1000 for each in measured["bursts"]]
    if agreed_s:
        rows.append(make_row(f"burst_{burst}", "agreed_s", "s", agreed_s))
    return rows


def print_growth(measured: Measured) -> None:
    """Print how the cost grows with the group: the medians, side by side."""
    table = Table(title="Medians, as the group grows")
    for heading in ("members", *GROWTH):
        table.add_column(heading, justify="right")
    for size in measured["sizes"]:
        cells = []
        for name in GROWTH.values():
            values = size[name] if isinstance(size[name], list) else [size[name]]
            cells.append(format_number(make_row("", name, "", values).median))
        table.add_row(str(size["size"]), *cells)
    Console(width=100).print(table)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--bursts", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="small and short, to see that it runs")
    options = parser.parse_args()
    sizes: tuple[int, ...] = SIZES
    repeats, bursts, burst = options.repeats, options.bursts, BURST
    if options.quick:
        sizes, repeats, bursts, burst = (2, 10), 3, 1, 5
    load = os.getloadavg()[0]
    measured = measure(sizes, repeats, bursts, burst)
    rows = [*rows_of(measured, burst), make_row("machine before", "load average", "1", [load])]
    print_rows("Group keys in Chromium", rows)
    print_growth(measured)
    for each in measured["bursts"]:
        for notice in sorted(set(each["notices"])):
            print(f"in a burst, {each['notices'].count(notice)} times: {notice}")
    if not options.quick:
        print(f"Written to {write_rows('mls', rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
