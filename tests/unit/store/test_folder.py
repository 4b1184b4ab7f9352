"""One folder, one server."""

import os
import stat
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


def test_nobody_else_can_read_what_is_written_into_a_folder_that_others_can_open(
    tmp_path: Path,
) -> None:
    """Symptom: every user of the machine can copy the database.

    Cause: the folder was there already, open to all, and files were made as the shell likes it.
    Who: operators who made the folder, or the volume, themselves.
    """
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        with hold_folder(tmp_path) as folder:
            (folder / "folkmoot.db").touch()
        (tmp_path / "later").touch()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "folkmoot.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "later").stat().st_mode) == 0o644
