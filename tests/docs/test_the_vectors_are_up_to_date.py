"""The vectors that every implementation is tested against are what the tool writes."""

from tools.protocol_vectors import FILE, render


def test_the_vectors_are_up_to_date() -> None:
    assert FILE.read_text("utf-8") == render(), "run: python -m tools.protocol_vectors"
