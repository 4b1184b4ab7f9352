"""Every row of the media's threat list names a test, and every test that is named is there."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "explanation" / "attacks-on-media.md"
ROWS: Final = [
    line.strip("| ").split(" | ")
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and "](" in line
]
REQUIRED: Final = {
    *(f"M{number}" for number in range(1, 12)),
    *("P1", "P6", "E1", "Z1", "E-2", "E-3", "E-5", "E-7", "E-8", "E-9", "muted"),
}
NAMED: Final = sorted(
    {named for row in ROWS for named in re.findall(r"\[(.*?)\]\((.*?)\)", row[-1])}
)


def test_every_row_is_there_and_names_a_test() -> None:
    assert {name for row in ROWS for name in row[0].split(", ")} == REQUIRED
    assert [row for row in ROWS if len(row) != 4 or "](" not in row[-1]] == []


@pytest.mark.parametrize(("name", "place"), NAMED)
def test_the_named_test_exists(name: str, place: str) -> None:
    text = (PAGE.parent / place).read_text("utf-8")
    wanted = f"def {name}(" if place.endswith(".py") else f"'{name}'"
    assert wanted in text
