import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.results_file import Row, format_number, make_row, print_rows, write_rows


def test_repeats_are_summed_up_by_their_median() -> None:
    row = make_row("video", "forwarded", "packets/CPU-s", [5.0, 1.0, 3.0], control=9.0)
    assert row == Row("video", "forwarded", "packets/CPU-s", 3.0, 1.0, 5.0, 3, 9.0)


def test_a_metric_without_values_is_not_passed_off_as_zero() -> None:
    with pytest.raises(ValueError, match="latency of video"):
        make_row("video", "latency", "µs", [])


def test_the_file_holds_a_list_of_rows_with_every_field(tmp_path: Path) -> None:
    rows = [make_row("a", "m", "s", [2.0]), make_row("b", "m", "s", [4.0], 1.0)]
    path = write_rows("forward", rows, tmp_path / "new")
    assert path == tmp_path / "new" / "forward.json"
    written = json.loads(path.read_text("utf-8"))
    fields = ["case", "metric", "unit", "median", "min", "max", "repeats", "control"]
    assert [list(row) for row in written] == [fields, fields]
    assert [row["control"] for row in written] == [None, 1.0]


def test_the_table_shows_units_and_the_control() -> None:
    out = io.StringIO()
    rows = [make_row("video 10 x 50", "forwarded", "packets/CPU-s", [123_456.0], 400_000.0)]
    print_rows("Forwarding", rows, Console(file=out, width=160))
    for text in ("Forwarding", "video 10 x 50", "packets/CPU-s", "123,456", "400,000"):
        assert text in out.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_numbers_keep_what_matters(value: float, text: str) -> None:
    assert format_number(value) == text
