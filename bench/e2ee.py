"""What end-to-end encryption costs people: frames, switches of keys, joins, crowds, and delay.

* `sframe_worker`: microseconds to seal and to open one frame in a worker of Chromium, by its size,
  and the bytes added to it. The control is AES-GCM alone on the same bytes, turn by turn.
* `switches`: two connections in one page, keys changed 20 times while sound and picture run.
  `lost_frames` left one worker and were not opened in the other.
* `mouth_to_ear`: short sounds over two connections at the same time, one sealed, one as browsers
  send it. `added_ms` is the difference, sound by sound; the control is the one in clear.
* `crowd`: two people in Chromium see each other while 20 devices join their group within 2 s;
  `longest_freeze_ms` is the longest time without a new picture, and its control that of a calm time
  as long. The devices are the client's own group code without cameras: their work is done on this
  machine, too, at the lowest priority.
* `join_encrypted`: from the click on *Join* to the first decrypted picture (`bench/join.py`).
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import join
from bench.browser import measure_in_browser
from bench.results_file import Row, make_row, print_rows, write_rows
from bench.server_process import running_server

USUAL_BYTES: Final = 1_200
"""The frame that `p50_us` is told of: one of a talking head."""


Measured = Mapping[str, Any]
"""What `web/e2e/bench/e2ee/frames.measure.ts` writes."""


def measure_crowd(repeats: int) -> Sequence[Mapping[str, float]]:
    """Hold meetings into which crowds come."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), **join.SETTINGS) as server,
    ):
        url = f"http://localhost:{server.web_port}"
        told = {"FOLKMOOT_E2E_URL": url, "FOLKMOOT_BENCH_CROWDS": str(repeats)}
        crowds: Sequence[Mapping[str, float]] = json.loads(measure_in_browser("crowd", **told))
        return crowds


def worker_rows(times: Sequence[Mapping[str, float]]) -> Iterator[Row]:
    """Sum up what one frame takes, of each size."""
    for size in times:
        frame_bytes = int(size["frameBytes"])
        case = "sframe_worker" if frame_bytes == USUAL_BYTES else f"sframe_worker_{frame_bytes}"
        if frame_bytes == USUAL_BYTES:
            slower = max(size["sealUs"], size["openUs"])
            yield make_row(case, "p50_us", "us", [slower], size["bareUs"])
        yield make_row(case, "seal_p50_us", "us", [size["sealUs"]], size["bareUs"])
        yield make_row(case, "open_p50_us", "us", [size["openUs"]], size["bareUs"])
        yield make_row(case, "overhead_bytes", "bytes", [size["overheadBytes"]])


def switch_rows(path: str, talk: Mapping[str, Any]) -> Iterator[Row]:
    """Count what was sent and what came."""
    sent = sum(talk["sent"]["sent"])
    came = sum(slot["frames"] for slot in talk["received"]["received"])
    case = f"switches_{path}"
    yield make_row(case, "lost_frames", "frames", [sent - came])
    yield make_row(case, "sent_frames", "frames", [sent])
    yield make_row(case, "freezes", "1", [talk["freezes"]])


def delay_rows(path: str, delays: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    """Compare sound by sound."""
    pairs = list(zip(delays["sealed"], delays["clear"], strict=True))
    case = f"mouth_to_ear_{path}"
    yield make_row(case, "added_ms", "ms", [sealed - clear for sealed, clear in pairs])
    control = make_row(case, "", "", delays["clear"]).median
    yield make_row(case, "sealed_ms", "ms", delays["sealed"], control)


def crowd_rows(crowds: Sequence[Mapping[str, float]]) -> Iterator[Row]:
    """Compare the crowd with the calm."""
    calm = max(each["calmMs"] for each in crowds)
    freezes = [each["crowdedMs"] for each in crowds]
    yield make_row("crowd", "longest_freeze_ms", "ms", freezes, calm)
    yield make_row("crowd", "agreed_ms", "ms", [each["agreedMs"] for each in crowds])


def join_rows(joins: int) -> Iterator[Row]:
    """Give `bench/join.py`'s rows the name of what they are: every call is encrypted."""
    for row in join.rows_of(join.measure(joins)):
        yield Row("join_encrypted", row.metric, row.unit, row.median, row.min, row.max, row.repeats)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--joins", type=int, default=60)
    parser.add_argument("--crowds", type=int, default=5)
    parser.add_argument("--sounds", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="few of each, to see that it runs")
    options = parser.parse_args()
    joins, crowds, sounds = options.joins, options.crowds, options.sounds
    if options.quick:
        joins, crowds, sounds = 3, 1, 5
    load = os.getloadavg()[0]
    frames: Measured = json.loads(measure_in_browser("frames", FOLKMOOT_BENCH_SOUNDS=str(sounds)))
    rows = [
        *worker_rows(frames["times"]),
        *(row for each in frames["talks"] for row in switch_rows(each["path"], each["talk"])),
        *(row for each in frames["delays"] for row in delay_rows(each["path"], each["delays"])),
        *crowd_rows(measure_crowd(crowds)),
        *join_rows(joins),
        make_row("machine before", "load average", "1", [load]),
    ]
    print_rows("End-to-end encryption in Chromium", rows)
    if not options.quick:
        print(f"Written to {write_rows('e2ee', rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
