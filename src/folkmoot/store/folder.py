"""The data folder."""

import os
import tempfile
from pathlib import Path

from folkmoot.store.errors import StoreError


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
