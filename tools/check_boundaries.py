"""Checks the rules about who may touch what that import-linter cannot express.

- Only ``observe/clock.py`` reads a clock: time is an argument everywhere else.
- Only ``store`` opens files; the few files that must, too, are named in `MAY_OPEN_FILES`.
- ``domain`` imports the standard library and itself, and nothing that waits or does I/O.
- Only ``app.py`` and ``media/sfu.py`` know the Rust module.
- In ``signalling`` and ``groups`` only the WebSockets, and what asks the book, wait: the rest are
  machines that are fed.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGE: Final = "folkmoot"
CLOCK_FILE: Final = "observe/clock.py"
CLOCK_CALLS: Final = frozenset(
    {
        f"time.{name}{suffix}"
        for name in ("time", "monotonic", "perf_counter", "process_time", "clock_gettime")
        for suffix in ("", "_ns")
    }
    | {"time.localtime", "time.gmtime"}
    | {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")}
    | {"datetime.date.today"},
)
FILE_CALLS: Final = frozenset({"open", "io.open", "os.open", "os.fdopen"})
FILE_METHODS: Final = frozenset({"read_bytes", "read_text", "write_bytes", "write_text"})
MAY_OPEN_FILES: Final = ("store/", "config.py", "config/")
NOT_IN_DOMAIN: Final = frozenset(
    {"asyncio", "concurrent", "io", "os", "pathlib", "select", "socket", "sqlite3", "ssl"}
    | {"subprocess", "tempfile", "threading", "time"},
)
WAITS: Final = frozenset({"asyncio", "socket", "starlette", "threading", "uvicorn", "websockets"})
ENGINE: Final = f"{PACKAGE}._sfu"
MAY_IMPORT_ENGINE: Final = ("app.py", "media/sfu.py")
MAY_WAIT: Final = {
    "signalling": ("signalling/websocket.py",),
    "groups": ("groups/websocket.py", "groups/exchange.py", "groups/keeper.py"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Say where and what."""
        return f"{self.path}:{self.line}: {self.message}"


def check_source(path: str, source: str) -> list[Finding]:
    """Check one module.

    Args:
        path: relative to the package, e.g. ``"domain/room.py"``.
        source: its text.

    Raises:
        SyntaxError: the text is not Python.
    """
    tree = ast.parse(source)
    aliases = _aliases(tree)
    findings = [*_file_opens(tree, aliases, path), *_foreign_imports(tree, path)]
    if path != CLOCK_FILE:
        findings += _clock_reads(tree, aliases)
    return sorted(
        (Finding(path, line, message) for line, message in findings),
        key=lambda finding: finding.line,
    )


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Map names of this module to what they were imported as."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                names[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    """Spell a name or attribute chain with imports resolved; empty for anything else."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, aliases)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _clock_reads(tree: ast.Module, aliases: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Find uses, not only calls: ``default_factory=time.time`` reads a clock, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = _dotted(node, aliases)
            if name in CLOCK_CALLS:
                yield node.lineno, f"{name} reads a clock; take an Instant from {CLOCK_FILE}."


def _file_opens(
    tree: ast.Module,
    aliases: dict[str, str],
    path: str,
) -> Iterator[tuple[int, str]]:
    if path.startswith(MAY_OPEN_FILES):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = _dotted(node.func, aliases)
        if name in FILE_CALLS or method in FILE_METHODS:
            yield node.lineno, f"{name or method} opens a file; only store does."


def _imported_roots(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield line, top-level package and full name of each import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0], alias.name
        elif isinstance(node, ast.ImportFrom):
            name = node.module or ""
            yield node.lineno, PACKAGE if node.level else name.partition(".")[0], name


def _foreign_imports(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    part = path.partition("/")[0]
    for line, root, name in _imported_roots(tree):
        if name == ENGINE and path not in MAY_IMPORT_ENGINE:
            yield line, f"only {' and '.join(MAY_IMPORT_ENGINE)} may import {ENGINE}."
        elif path.startswith("domain/") and not _may_domain_import(root, name):
            yield line, f"domain imports {name}; it may only use what needs no waiting and no I/O."
        elif root in WAITS and path not in MAY_WAIT.get(part, (path,)):
            yield line, f"{name} waits; in {part} only {' and '.join(MAY_WAIT[part])} may."


def _may_domain_import(root: str, name: str) -> bool:
    if root == PACKAGE:
        return name == f"{PACKAGE}.domain" or name.startswith(f"{PACKAGE}.domain.")
    return root in sys.stdlib_module_names and root not in NOT_IN_DOMAIN


def main() -> int:
    package = Path(__file__).resolve().parent.parent / "src" / PACKAGE
    findings = [
        finding
        for file in sorted(package.rglob("*.py"))
        for finding in check_source(file.relative_to(package).as_posix(), file.read_text("utf-8"))
    ]
    for finding in findings:
        print(f"src/{PACKAGE}/{finding}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
