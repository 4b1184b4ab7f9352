"""A certificate that is replaced is taken in; one that is no good never replaces a good one."""

import json
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from folkmoot.observe.journal import set_up_logs
from folkmoot.store.certificate_files import CertificateFiles, own_files
from folkmoot.store.errors import StoreError
from folkmoot.tls.certificate import CertificateError, KeyPair, make_key_pair
from folkmoot.tls.live import LiveCertificate, ensure_own, server_names

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = ("localhost", "127.0.0.1")
Write = Callable[[KeyPair], CertificateFiles]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_pair(pair: KeyPair) -> CertificateFiles:
        files = CertificateFiles(tmp_path / "cert.pem", tmp_path / "key.pem")
        files.certificate.write_text(pair.certificate)
        files.key.write_text(pair.key)
        files.key.chmod(0o600)
        return files

    return write_pair


def test_new_files_are_noticed_and_shown(write: Write) -> None:
    live = LiveCertificate(write(make_key_pair(NAMES, NOW)))
    before = live.certificate.fingerprint
    live.reload_if_changed()
    assert live.certificate.fingerprint == before
    write(make_key_pair(NAMES, NOW))
    live.reload_if_changed()
    assert live.certificate.fingerprint != before


@pytest.mark.parametrize("half", ["certificate", "key"])
def test_a_pair_that_is_half_new_is_refused_with_one_line_and_taken_once_it_is_whole(
    write: Write, half: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json", "info")
    old, new = make_key_pair(NAMES, NOW), make_key_pair(NAMES, NOW)
    live = LiveCertificate(write(old))
    before = live.certificate.fingerprint
    is_first = half == "certificate"
    write(
        KeyPair(new.certificate if is_first else old.certificate, old.key if is_first else new.key)
    )
    live.reload_if_changed()
    assert live.certificate.fingerprint == before
    assert handshake_fingerprint_is(live, old)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "certificate_kept"
    assert "belong together" in json.loads(line)["reason"]
    live.reload_if_changed()
    assert not capsys.readouterr().err, "it is said once"
    write(new)
    live.reload_if_changed()
    assert handshake_fingerprint_is(live, new)


def handshake_fingerprint_is(live: LiveCertificate, pair: KeyPair) -> bool:
    """Whether a new connection is shown this certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pair.certificate)
    client = context.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = live.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return client.getpeercert(binary_form=True) == ssl.PEM_cert_to_DER_cert(pair.certificate)


def test_a_file_that_is_away_for_a_moment_changes_nothing(write: Write) -> None:
    files = write(make_key_pair(NAMES, NOW))
    live = LiveCertificate(files)
    before = live.certificate.fingerprint
    files.key.unlink()
    live.reload_if_changed()
    assert live.certificate.fingerprint == before


def test_a_key_that_others_can_read_is_refused(write: Write) -> None:
    files = write(make_key_pair(NAMES, NOW))
    files.key.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        LiveCertificate(files)


def test_a_key_behind_a_passphrase_is_named_and_nobody_is_asked_for_it(write: Write) -> None:
    pair = make_key_pair(NAMES, NOW)
    key = serialization.load_pem_private_key(pair.key.encode(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    )
    with pytest.raises(CertificateError, match="passphrase"):
        LiveCertificate(write(KeyPair(pair.certificate, locked.decode())))


def test_old_protocols_are_not_spoken(write: Write) -> None:
    context = LiveCertificate(write(make_key_pair(NAMES, NOW))).context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    names = {cipher["name"] for cipher in context.get_ciphers()}
    assert names
    assert not [name for name in names if "CBC" in name or name.startswith("AES")]


def test_the_certificate_of_the_machine_is_kept_from_others_and_over_restarts(
    tmp_path: Path,
) -> None:
    files = own_files(tmp_path)
    ensure_own(files, NAMES, NOW)
    first = files.certificate.read_text()
    ensure_own(files, NAMES, NOW + timedelta(days=100))
    assert files.certificate.read_text() == first
    assert files.key.stat().st_mode & 0o777 == 0o600
    assert files.key.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("spoil", ["names", "age", "empty", "readable"])
def test_the_certificate_of_the_machine_is_replaced_when_it_is_no_good(
    tmp_path: Path, spoil: str
) -> None:
    files = own_files(tmp_path)
    ensure_own(files, NAMES, NOW)
    first = files.certificate.read_text()
    if spoil == "empty":
        files.certificate.write_text("")
    if spoil == "readable":
        files.key.chmod(0o644)
    names = (*NAMES, "10.0.0.7") if spoil == "names" else NAMES
    ensure_own(files, names, NOW + timedelta(days=390 if spoil == "age" else 0))
    assert files.certificate.read_text() not in ("", first)
    LiveCertificate(files)


def test_a_wildcard_is_no_name_that_a_page_is_opened_by(write: Write) -> None:
    live = LiveCertificate(write(make_key_pair(("*.example.org", "meet.example.org"), NOW)))
    assert server_names(live.certificate) == ("meet.example.org",)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        (tmp_path / "keys").write_text("")  # root may write everywhere, but not inside a file
    else:
        tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="keys"):
        ensure_own(own_files(tmp_path), NAMES, NOW)
