"""A-14: default, short or readable secrets."""

from pathlib import Path

import pytest

from folkmoot.store.errors import StoreError
from folkmoot.store.secret_files import load_engine_key

WEAK = [
    "secret",
    "short",
    "a" * 64,
    "changemechangemechangemechangeme",
    "0123456789-0123456789-0123456",
]


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_configured_secret_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(StoreError, match="short or well known"):
        load_engine_key(tmp_path, "key", secret)


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_in_the_file_is_refused(tmp_path: Path, secret: str) -> None:
    load_engine_key(tmp_path, None, None)
    (tmp_path / "keys" / "engine.secret").write_text(secret)
    with pytest.raises(StoreError, match="short or well known"):
        load_engine_key(tmp_path, None, None)


@pytest.mark.parametrize(
    ("name", "mode"), [("engine.secret", 0o640), ("engine.key", 0o604), ("", 0o750)]
)
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    load_engine_key(tmp_path, None, None)
    path = tmp_path / "keys" / name if name else tmp_path / "keys"
    path.chmod(mode)
    with pytest.raises(StoreError, match="chmod"):
        load_engine_key(tmp_path, None, None)


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="belong together"):
        load_engine_key(tmp_path, "key", None)
    with pytest.raises(StoreError, match="belong together"):
        load_engine_key(tmp_path, None, "x" * 40)


def test_a_strong_secret_is_taken(tmp_path: Path) -> None:
    strong = "k3Jx9-strong-enough-secret-Zq81-0123456789"
    assert load_engine_key(tmp_path, "key", strong) == ("key", strong)
