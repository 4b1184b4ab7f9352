"""One certificate: what it says, and making one for this machine. No files, no clock."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME: Final = timedelta(days=396)
"""Browsers refuse more than 398 days (CA/Browser Forum Baseline Requirements 6.3.2)."""
SLACK: Final = timedelta(days=1)
"""How far it reaches back, for devices whose clock is slow."""
RENEW_BEFORE: Final = timedelta(days=30)
"""A made certificate with less time left is replaced."""
MAX_NAMES: Final = 64
"""Bound of a made certificate; a machine with more addresses is named by the first of them."""

_ISSUER: Final = "Folkmoot, made on this machine"


class CertificateError(Exception):
    """The text is no certificate that a server can show."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says."""

    names: frozenset[str]
    """DNS names in small letters, and IP addresses as `ipaddress` spells them."""
    not_before: datetime
    not_after: datetime
    fingerprint: str
    """SHA-256 over the certificate, in capital hexadecimal digits."""

    def is_expired(self, now: datetime) -> bool:
        """Whether browsers refuse it because of its age."""
        return now >= self.not_after


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, in PEM."""

    certificate: str
    key: str


def read_certificate(pem: bytes) -> Certificate:
    """Read the first certificate of a PEM text: the server's own, the chain follows it.

    Raises:
        CertificateError: there is none, or one that cannot be read.
    """
    try:
        first = x509.load_pem_x509_certificate(pem)
        names = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise CertificateError("it names no host (subjectAltName is missing)") from None
    except ValueError:
        raise CertificateError("it holds no certificate in PEM") from None
    hosts = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return Certificate(
        names=frozenset([*hosts, *addresses]),
        not_before=first.not_valid_before_utc,
        not_after=first.not_valid_after_utc,
        fingerprint=first.fingerprint(hashes.SHA256()).hex().upper(),
    )


def make_key_pair(names: Iterable[str], now: datetime) -> KeyPair:
    """Make a certificate that signs itself, and its key.

    Args:
        names: host names and IP addresses, the most important first.
        now: when it begins to hold, less the slack.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _ISSUER)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(issuer)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + LIFETIME)
    )
    for extension, is_critical in _extensions(names, key.public_key()):
        builder = builder.add_extension(extension, critical=is_critical)
    certificate = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(certificate.public_bytes(pem).decode(), private.decode())


def needs_renewal(certificate: Certificate, names: Iterable[str], now: datetime) -> bool:
    """Whether a made certificate is to be replaced: old, or the machine goes by other names."""
    wanted = frozenset(list(names)[:MAX_NAMES])
    return certificate.names != wanted or now >= certificate.not_after - RENEW_BEFORE


def _extensions(
    names: Iterable[str], key: ec.EllipticCurvePublicKey
) -> list[tuple[x509.ExtensionType, bool]]:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return [
        (x509.SubjectAlternativeName([_general(name) for name in list(names)[:MAX_NAMES]]), False),
        # It vouches for nothing else, so nobody who trusts it gives more away than this machine.
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
    ]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
