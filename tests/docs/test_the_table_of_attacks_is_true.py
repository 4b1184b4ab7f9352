"""Every row of the group's threat list has a test, and every test that is named is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "tests" / "attack" / "malicious_server" / "README.md"
ROWS = [line.split(" | ") for line in TABLE.read_text("utf-8").splitlines() if "`" in line[-4:]]
REQUIRED = {
    *(f"A{number}" for number in range(1, 12)),
    *("I1", "I3", "E2", "E-1", "E-4", "E-6"),
    *("order", "member", "many", "server"),
}


def test_every_row_is_there() -> None:
    assert {row[0].removeprefix("| ") for row in ROWS} == REQUIRED


@pytest.mark.parametrize("place", sorted({re.findall(r"`([^`]*)`", row[-1])[0] for row in ROWS}))
def test_the_named_test_exists(place: str) -> None:
    path, _, name = place.partition("::")
    file = ROOT / path if path.startswith("web/") else ROOT / "tests" / path
    text = file.read_text("utf-8")
    assert f"def {name}(" in text if file.suffix == ".py" else name in text
