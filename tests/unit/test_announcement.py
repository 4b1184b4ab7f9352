"""Who starts a server learns where it is, who can reach it, and what to do next."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from folkmoot.announcement import announce_notice, announce_pages, qr_code
from folkmoot.config import Settings, load_settings
from folkmoot.doors import Encryption
from folkmoot.store.certificate_files import CertificateFiles
from folkmoot.tls.certificate import make_key_pair
from folkmoot.tls.live import LiveCertificate

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def settings(**given: object) -> Settings:
    return load_settings(given)


@pytest.fixture
def encryption(tmp_path: Path) -> Encryption:
    pair = make_key_pair(["192.168.1.5", "localhost"], NOW)
    files = CertificateFiles(tmp_path / "cert.pem", tmp_path / "key.pem")
    files.certificate.write_text(pair.certificate)
    files.key.touch(0o600)
    files.key.write_text(pair.key)
    names = ("192.168.1.5", "localhost")
    return Encryption(LiveCertificate(files), files, names, is_self_made=True)


def test_a_server_for_this_machine_says_so_and_where_to_click() -> None:
    (line,) = announce_pages(settings(), 7880, None, NOW)
    assert "this machine only" in line
    assert "http://localhost:7880" in line
    assert "Start a meeting" in line


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "desk.local"])
def test_a_server_in_clear_for_others_warns_that_browsers_refuse_the_camera(host: str) -> None:
    where, warning = announce_pages(settings(host=host), 7880, None, NOW)
    assert "everybody" in where
    assert "camera" in warning
    assert "--lan" in warning
    assert "--cert" in warning


def test_an_encrypted_server_is_named_as_others_reach_it(encryption: Encryption) -> None:
    (where,) = announce_pages(settings(lan=True), 7880, encryption, NOW)
    assert "https://192.168.1.5:7880 " in where


def test_the_default_port_is_left_out(encryption: Encryption) -> None:
    (where,) = announce_pages(settings(lan=True), 443, encryption, NOW)
    assert "https://192.168.1.5 " in where


def test_a_certificate_that_ran_out_is_named_with_its_day(encryption: Encryption) -> None:
    later = datetime(2028, 2, 1, tzinfo=UTC)
    _, warning = announce_pages(settings(lan=True), 7880, encryption, later)
    assert "ran out on 2027-12-25" in warning


def test_others_are_sent_to_the_page_that_explains_the_warning(encryption: Encryption) -> None:
    lines = announce_notice(7881, encryption)
    assert "http://192.168.1.5:7881 " in lines[0]
    digits = "".join(lines[-2:]).replace(" ", "")
    assert digits == encryption.live.certificate.fingerprint


def test_the_code_is_small_enough_for_a_terminal() -> None:
    rows = qr_code("http://192.168.100.100:7881").splitlines()
    assert len(rows) <= 20
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows[0]) <= 40
