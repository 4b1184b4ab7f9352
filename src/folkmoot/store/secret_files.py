"""Keys of this node: made at first start, kept in `keys/`, readable by nobody else."""

import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from folkmoot.protocol.encoding import from_base64url, to_base64url
from folkmoot.protocol.signing import KEY_BYTES
from folkmoot.store.errors import StoreError

MIN_SECRET_BYTES: Final = 32
"""Security limit: HS256 needs a key as long as its hash (RFC 7518 section 3.2)."""

_KEY_FILE: Final = "engine.key"
_NODE_FILE: Final = "node.key"
_SECRET_FILE: Final = "engine.secret"  # noqa: S105  # a file name
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

# Secrets printed in documentation and examples of LiveKit and others.
_KNOWN_DEFAULTS: Final = frozenset(
    {
        "secret",
        "devkey",
        "changeme",
        "changemechangemechangemechangeme",
        "your-secret-key",
        "this-is-a-secret-key-of-32-bytes",
        "supersecretsupersecretsupersecret",
        "replace-this-with-a-long-random-secret",
    }
)


def load_engine_key(
    folder: Path, configured_key: str | None, configured_secret: str | None
) -> tuple[str, str]:
    """Load the engine key, or make it at first start.

    Args:
        folder: the data folder; the files are in its `keys/`.
        configured_key: overrides the files, together with the secret.
        configured_secret: overrides the files, together with the key.

    Returns:
        Key id and secret.

    Raises:
        StoreError: the secret is short or a known default, only one of the two is configured, a
            file is empty or spoilt, or others can read the files.
    """
    if configured_key is not None or configured_secret is not None:
        if not configured_key or not configured_secret:
            raise StoreError("engine_key and engine_secret belong together: set both or neither.")
        return configured_key, _check_strength(configured_secret, "engine_secret")
    keys = folder / "keys"
    try:
        keys.mkdir(mode=0o700, exist_ok=True)
        check_private(keys)
        key = _load_or_make(keys / _KEY_FILE, lambda: "FM" + secrets.token_hex(8))
        secret = _load_or_make(keys / _SECRET_FILE, lambda: secrets.token_urlsafe(48))
    except OSError as error:
        raise StoreError(
            f"The keys in {keys} cannot be read ({os.strerror(error.errno or 0)}): "
            "let the server's user own them."
        ) from None
    return key, _check_strength(secret, str(keys / _SECRET_FILE))


def load_node_seed(folder: Path) -> bytes:
    """Load the seed of the node's signing key, or make it at first start.

    Args:
        folder: the data folder; the file is in its `keys/`.

    Raises:
        StoreError: the file is empty or spoilt, or others can read it.
    """
    path = folder / "keys" / _NODE_FILE
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        check_private(path.parent)
        text = _load_or_make(path, lambda: to_base64url(secrets.token_bytes(KEY_BYTES)))
    except OSError as error:
        raise StoreError(
            f"The key in {path} cannot be read ({os.strerror(error.errno or 0)}): "
            "let the server's user own it."
        ) from None
    try:
        return from_base64url(text, KEY_BYTES)
    except ValueError:
        raise StoreError(
            f"The file {path} is spoilt: put it back from a backup, or remove it and start again."
        ) from None


def _load_or_make(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        write_whole(path, make() + "\n")
    check_private(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    # A crash or a full disk leaves nothing, or zero bytes.
    if not text or not text.isascii() or not text.isprintable():
        raise StoreError(
            f"The file {path} is empty or spoilt: put it back from a backup. Without one, remove "
            "it and start again; a new one is made, and tokens made with the old one open nothing."
        )
    return text


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, even if the power fails."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check_private(path: Path) -> None:
    """Make sure that only the server's user can read a file or folder.

    Raises:
        StoreError: others can.
        OSError: it is not there.
    """
    mode = path.stat().st_mode
    if mode & _OTHERS:
        wanted = "700" if stat.S_ISDIR(mode) else "600"
        raise StoreError(f"Others can read {path}: run chmod {wanted} on it, then start again.")


def _check_strength(secret: str, where: str) -> str:
    is_default = secret.lower() in _KNOWN_DEFAULTS or len(set(secret)) < 8
    if len(secret.encode()) < MIN_SECRET_BYTES or is_default:
        raise StoreError(
            f"The secret in {where} is short or well known: it needs {MIN_SECRET_BYTES} random "
            "bytes. Remove it and one is made, or use: openssl rand -base64 48"
        )
    return secret
