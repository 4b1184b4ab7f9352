"""A certificate made here is one that browsers let people go on with, and is made anew in time."""

import hashlib
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from folkmoot.tls.certificate import (
    MAX_NAMES,
    CertificateError,
    make_key_pair,
    needs_renewal,
    read_certificate,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = ("desk.local", "192.168.1.5", "fd00::5", "localhost")


def made(names: tuple[str, ...] = NAMES, now: datetime = NOW) -> x509.Certificate:
    return x509.load_pem_x509_certificate(make_key_pair(names, now).certificate.encode())


def test_it_speaks_for_every_name_and_address_of_the_machine() -> None:
    names = made().extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["desk.local", "localhost"]
    addresses = {ipaddress.ip_address("192.168.1.5"), ipaddress.ip_address("fd00::5")}
    assert set(names.get_values_for_type(x509.IPAddress)) == addresses


def test_no_name_hides_in_its_subject() -> None:
    subject = made().subject.rfc4514_string()
    assert not any(name in subject for name in NAMES)


def test_it_holds_now_and_not_longer_than_browsers_accept() -> None:
    certificate = made()
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert certificate.not_valid_before_utc <= NOW - timedelta(hours=12)
    assert timedelta(days=365) < lifetime <= timedelta(days=398)


def test_it_vouches_for_nothing_but_this_server() -> None:
    extensions = made().extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_its_key_is_on_the_curve_that_every_browser_knows() -> None:
    key = made().public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)


def test_two_of_them_share_nothing() -> None:
    first, second = made(), made()
    assert first.serial_number != second.serial_number
    assert first.public_key() != second.public_key()


@pytest.mark.parametrize(
    ("days", "names", "is_due"),
    [
        (0, NAMES, False),
        (0, tuple(reversed(NAMES)), False),
        (365, NAMES, False),
        (366, NAMES, True),
        (500, NAMES, True),
        (0, (*NAMES, "10.0.0.7"), True),
        (0, NAMES[1:], True),
    ],
)
def test_it_is_made_anew_when_it_grows_old_or_the_machine_goes_by_other_names(
    days: int, names: tuple[str, ...], is_due: bool
) -> None:
    certificate = read_certificate(make_key_pair(NAMES, NOW).certificate.encode())
    assert needs_renewal(certificate, names, NOW + timedelta(days=days)) is is_due


def test_a_machine_with_very_many_addresses_still_gets_one() -> None:
    names = tuple(f"10.0.{n // 256}.{n % 256}" for n in range(MAX_NAMES + 20))
    certificate = read_certificate(make_key_pair(names, NOW).certificate.encode())
    assert certificate.names == set(names[:MAX_NAMES])
    assert not needs_renewal(certificate, names, NOW)


def test_its_fingerprint_is_the_one_that_browsers_show() -> None:
    pair = make_key_pair(NAMES, NOW)
    said = read_certificate(pair.certificate.encode()).fingerprint
    # What openssl x509 -fingerprint -sha256 prints, without colons.
    assert len(said) == 64
    assert said == said.upper()
    assert bytes.fromhex(said) == made_hash(pair.certificate)


def made_hash(pem: str) -> bytes:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()


@pytest.mark.parametrize("text", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(CertificateError):
        read_certificate(text)
