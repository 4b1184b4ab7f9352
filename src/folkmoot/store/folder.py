"""The data folder."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from folkmoot.store.errors import StoreError

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def prepare_folder(path: Path) -> Path:
    """Make sure that a folder is there and can be written.

    Args:
        path: made with mode 0700 when missing.

    Raises:
        StoreError: it cannot be made, or not be written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise StoreError(
            f"The data folder {path} cannot be written ({os.strerror(error.errno or 0)}): "
            "choose another with --data, or change its permissions."
        ) from None
    return path


@contextmanager
def hold_folder(path: Path) -> Iterator[Path]:
    """Make sure of a folder, and that no other process uses it while this lasts.

    A process that dies lets go of it, however it dies. What is written meanwhile, the database
    too, can be read by the server's user only, whoever made the folder and whatever it lets in.

    Raises:
        StoreError: it cannot be made or written, or another process holds it.
    """
    folder = prepare_folder(path)
    before = os.umask(_OTHERS)
    try:
        with (folder / "lock").open("w") as lock:
            _lock(lock, path)
            yield folder
    finally:
        os.umask(before)


def _lock(lock: TextIO, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(
            f"Another Folkmoot uses the data folder {path}: stop it first, or choose another "
            "folder with --data."
        ) from None
