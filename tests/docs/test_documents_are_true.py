"""Somebody who follows a document finds what it names."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENTS: Final = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
]
FRONT: Final = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]

# Made by running, so they are not there in a fresh clone.
MADE_LATER: Final = frozenset({"data/", "dist/", "bench/results/"})
VERBS: Final = frozenset(
    re.findall(r"^([a-z][a-z0-9-]*):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
)
ADR_SECTIONS: Final = ["Context", "Decision", "Consequences"]


def _text(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def _without_blocks(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def _named_paths(text: str) -> list[str]:
    """Words in backticks that look like paths of this repository."""
    spans = re.findall(r"`([^`\n]+)`", _without_blocks(text))
    roots = {entry.name for entry in ROOT.iterdir()}
    return [
        span
        for span in spans
        if " " not in span and (span in roots or ("/" in span and span.split("/")[0] in roots))
    ]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_is_there(document: str) -> None:
    named = [path for path in _named_paths(_text(document)) if path not in MADE_LATER]
    assert [path for path in named if not (ROOT / path).exists()] == []
    if document in FRONT:
        assert named, f"{document} names no path at all: does the test still read it?"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_verb_that_a_document_names_exists(document: str) -> None:
    named = re.findall(r"`make ([a-z0-9-]+)`", _text(document))
    assert [verb for verb in named if verb not in VERBS] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", _without_blocks(_text(document)))
    local = [target for target in targets if "://" not in target]
    folder = (ROOT / document).parent
    assert [target for target in local if not (folder / target).exists()] == []


def test_make_help_says_what_each_verb_does() -> None:
    expected = {"run", "test", "test-full", "unit", "lint", "bench", "build", "format", "clean"}
    assert expected | {"lock", "help", "bench-forward", "bench-signalling"} <= VERBS
    assert {"e2e", "bench-join"} <= VERBS
    targets = set(
        re.findall(r"^([a-z][a-z0-9-]*):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )
    assert targets - VERBS == {"tools", "browsers"}, "a verb without a line of help"


def test_decisions_are_numbered_without_gaps_and_say_why() -> None:
    files = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [file.name[:4] for file in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    for file in files:
        title, *rest = file.read_text("utf-8").splitlines()
        assert title.startswith(f"# {int(file.name[:4])}. "), file.name
        assert [line[3:] for line in rest if line.startswith("## ")] == ADR_SECTIONS, file.name


def test_the_changelog_can_be_read_by_people_and_programs() -> None:
    lines = _text("CHANGELOG.md").splitlines()
    releases = [line for line in lines if line.startswith("## ")]
    assert releases[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", it) for it in releases[1:])
    kinds = {line[4:] for line in lines if line.startswith("### ")}
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_architecture_fits_on_two_pages() -> None:
    assert len(_text("ARCHITECTURE.md").split()) <= 1_100


def test_one_word_means_one_thing() -> None:
    american = re.compile(r"\b(signaling|color|authorize|behavior|unauthorized)\b", re.IGNORECASE)
    decision = "docs/adr/0004-british-spelling-and-the-word-list.md"
    for document in DOCUMENTS:
        if document != decision:
            assert american.findall(_without_blocks(_text(document))) == [], document
