"""Certificates of an operator, and clients that trust exactly one."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from folkmoot.tls.certificate import make_key_pair


@dataclass(frozen=True)
class OperatorFiles:
    """What an operator gives with `--cert` and `--key`."""

    cert: Path
    key: Path

    def write(self, names: Iterable[str], now: datetime | None = None) -> None:
        """Write a fresh pair over the old one."""
        pair = make_key_pair(names, now or datetime.now(UTC))
        self.cert.write_text(pair.certificate)
        self.key.touch(0o600)
        self.key.write_text(pair.key)

    def trust(self) -> ssl.SSLContext:
        """A client that trusts what the files hold now."""
        return trusting(self.cert.read_text())


def trusting(certificate: str) -> ssl.SSLContext:
    """A client that trusts one certificate and checks the host's name."""
    return ssl.create_default_context(cadata=certificate)


def operator_files(folder: Path, *names: str) -> OperatorFiles:
    """A pair for these names, or for this machine alone."""
    files = OperatorFiles(folder / "cert.pem", folder / "key.pem")
    files.write(names or ("localhost", "127.0.0.1"))
    return files
