"""The rows in which every benchmark writes what it measured."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

FOLDER: Final = Path(__file__).parent / "results"
"""Recorded results; one file a benchmark."""


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of one case over all repeats.

    Attributes:
        control: the same metric of a bare system call, measured in the same run; None where there
            is nothing to compare with.
    """

    case: str
    metric: str
    unit: str
    median: float
    min: float
    max: float
    repeats: int
    control: float | None = None


def make_row(
    case: str, metric: str, unit: str, values: Sequence[float], control: float | None = None
) -> Row:
    """Sum up the repeats of one metric.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError(f"nothing was measured for {metric} of {case}")
    middle = statistics.median(values)
    return Row(case, metric, unit, middle, min(values), max(values), len(values), control)


def write_rows(name: str, rows: Sequence[Row], folder: Path = FOLDER) -> Path:
    """Replace the results of a benchmark.

    Args:
        name: the benchmark's, as in `make bench-<name>`.

    Returns:
        The file written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    return path


def print_rows(title: str, rows: Sequence[Row], console: Console | None = None) -> None:
    """Print a table for people."""
    table = Table(title=title)
    for heading in ("case", "metric", "unit"):
        table.add_column(heading)
    for heading in ("median", "min", "max", "repeats", "control"):
        table.add_column(heading, justify="right")
    previous = ""
    for row in rows:
        case = "" if row.case == previous else row.case
        previous = row.case
        numbers = [format_number(value) for value in (row.median, row.min, row.max)]
        control = "" if row.control is None else format_number(row.control)
        table.add_row(case, row.metric, row.unit, *numbers, str(row.repeats), control)
    (console or _make_console()).print(table)


def _make_console() -> Console:
    """A terminal as wide as it is; a file wide enough for every column."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


def format_number(value: float) -> str:
    """Three significant digits or all before the point, with thousands set apart."""
    size = abs(value)
    digits = 0 if size >= 100 or value == 0 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"
