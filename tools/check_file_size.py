"""Fails on source files that are too long to be read in one sitting.

More than 400 lines is a reason to split and warns; more than 800 fails.
"""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOFT_LIMIT_LINES: Final = 400
HARD_LIMIT_LINES: Final = 800
SOURCE_SUFFIXES: Final = frozenset(
    {".css", ".js", ".py", ".pyi", ".rs", ".sh", ".svelte", ".ts"},
)
GENERATED_FOLDERS: Final = ("web/src/protocol/generated/", "src/folkmoot/store/migrations/")


@dataclass(frozen=True, slots=True)
class Finding:
    """One file over a limit."""

    path: str
    lines: int

    @property
    def is_fatal(self) -> bool:
        """Whether the hard limit is broken."""
        return self.lines > HARD_LIMIT_LINES

    def __str__(self) -> str:
        """Say what is wrong and what to do."""
        limit = HARD_LIMIT_LINES if self.is_fatal else SOFT_LIMIT_LINES
        word = "error" if self.is_fatal else "warning"
        return f"{word}: {self.path} has {self.lines} lines, more than {limit}: split it by job."


def is_judged(path: str) -> bool:
    """Tell whether a file is source that people wrote."""
    return Path(path).suffix in SOURCE_SUFFIXES and not path.startswith(GENERATED_FOLDERS)


def find_long_files(root: Path, paths: Iterable[str]) -> list[Finding]:
    """List the files over the soft limit, longest first; files that are gone are skipped."""
    findings = [
        Finding(path, count_lines(root / path))
        for path in paths
        if is_judged(path) and (root / path).is_file()
    ]
    long = [finding for finding in findings if finding.lines > SOFT_LIMIT_LINES]
    return sorted(long, key=lambda finding: -finding.lines)


def count_lines(path: Path) -> int:
    """Count the lines of a text file."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def list_files(root: Path) -> list[str]:
    """List the files that git knows or would take in, so that built folders do not count."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return [path for path in listing.stdout.split("\0") if path]


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    findings = find_long_files(root, list_files(root))
    for finding in findings:
        print(finding)
    return 1 if any(finding.is_fatal for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
