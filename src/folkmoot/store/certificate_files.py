"""Certificates in files: those that an operator brings, and the one made for this machine."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from folkmoot.store.errors import StoreError
from folkmoot.store.secret_files import check_private, write_whole

MAX_FILE_BYTES: Final = 256 * 1024
"""A certificate with its whole chain has a few kilobytes."""

Signature = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """A certificate with its chain, and its private key, both in PEM."""

    certificate: Path
    key: Path

    def read(self) -> bytes:
        """The certificate's text.

        Raises:
            StoreError: a file is missing or cannot be read, or others may read the key.
        """
        text = _read(self.certificate, "certificate")
        _read(self.key, "key")
        check_private(self.key)
        return text

    def signature(self) -> Signature | None:
        """Changes when a file is replaced or written; None while one is missing."""
        try:
            found = [path.stat() for path in (self.certificate, self.key)]
        except OSError:
            return None
        return tuple((entry.st_mtime_ns, entry.st_size, entry.st_ino) for entry in found)


def own_files(folder: Path) -> CertificateFiles:
    """Where the certificate made for this machine is kept, in the data folder's `keys/`."""
    return CertificateFiles(folder / "keys" / "own.crt", folder / "keys" / "own.pem")


def save_pair(files: CertificateFiles, certificate: str, key: str) -> None:
    """Write a made certificate and its key, readable by nobody else. Durable when it returns.

    Raises:
        StoreError: the folder cannot be written, or others may read it.
    """
    keys = files.key.parent
    try:
        keys.mkdir(mode=0o700, exist_ok=True)
        check_private(keys)
        write_whole(files.key, key)
        write_whole(files.certificate, certificate)
    except OSError as error:
        raise StoreError(
            f"The certificate in {keys} cannot be written ({os.strerror(error.errno or 0)}): "
            "let the server's user own the folder."
        ) from None


def _read(path: Path, what: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StoreError(f"The {what} {path} is no file: give the path of a PEM file.")
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise StoreError(
            f"The {what} {path} cannot be read ({os.strerror(error.errno or 0)}): give the path "
            "of a PEM file that the server's user can read."
        ) from None
