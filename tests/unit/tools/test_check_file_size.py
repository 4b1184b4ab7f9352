"""Files that nobody reads in one sitting are named before they grow further."""

from pathlib import Path

import pytest

from tools.check_file_size import find_long_files


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(400, []), (401, ["warning"]), (800, ["warning"]), (801, ["error"])],
)
def test_long_files_warn_and_very_long_files_fail(
    tmp_path: Path,
    lines: int,
    expected: list[str],
) -> None:
    (tmp_path / "room.py").write_text("x = 1\n" * lines)
    findings = find_long_files(tmp_path, ["room.py"])
    assert [str(finding).partition(":")[0] for finding in findings] == expected
    assert [finding.is_fatal for finding in findings] == [word == "error" for word in expected]


@pytest.mark.parametrize(
    "path",
    ["uv.lock", "web/package-lock.json", "web/src/protocol/generated/models.ts", "README.md"],
)
def test_files_that_nobody_wrote_by_hand_do_not_count(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("x\n" * 5000)
    assert not find_long_files(tmp_path, [path])


def test_a_file_removed_but_still_known_to_git_is_skipped(tmp_path: Path) -> None:
    assert not find_long_files(tmp_path, ["gone.py"])
