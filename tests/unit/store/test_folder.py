"""One folder, one server."""

from pathlib import Path

import pytest

from folkmoot.store.errors import StoreError
from folkmoot.store.folder import hold_folder


def test_a_second_server_on_the_same_folder_is_told_so(tmp_path: Path) -> None:
    with (
        hold_folder(tmp_path / "data"),
        pytest.raises(StoreError, match="Another Folkmoot uses the data folder"),
        hold_folder(tmp_path / "data"),
    ):
        pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with hold_folder(tmp_path / "data") as folder:
            assert folder.is_dir()
