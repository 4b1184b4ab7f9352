"""The certificate that a running server shows: new connections get a new one, old ones go on."""

import ssl
from datetime import datetime
from typing import Final

import structlog

from folkmoot.store.certificate_files import CertificateFiles, save_pair
from folkmoot.store.errors import StoreError
from folkmoot.tls.certificate import (
    Certificate,
    CertificateError,
    make_key_pair,
    needs_renewal,
    read_certificate,
)

# Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else anyway.
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"

_log = structlog.get_logger("tls")


class LiveCertificate:
    """Files, what they say, and the context that shows them."""

    def __init__(self, files: CertificateFiles) -> None:
        """Load the files.

        Raises:
            CertificateError: they do not fit together, or are not PEM.
            StoreError: one cannot be read, or others can read the key.
        """
        self._files = files
        self._seen = files.signature()
        self.context = _make_context()
        self.certificate = self._load()

    def reload(self) -> None:
        """Show new connections what the files hold now; the old is kept while that is no good."""
        self._seen = self._files.signature()
        names = self.certificate.names
        try:
            self.certificate = self._load()
        except (CertificateError, StoreError) as error:
            _log.error("certificate_kept", reason=str(error))
            return
        _log.info("certificate_loaded", until=self.certificate.not_after.date().isoformat())
        if not self.certificate.names <= names:
            _log.warning("certificate_has_new_names", next_step="Restart to serve them as well.")

    def reload_if_changed(self) -> None:
        """Look at the files; a pair of which one is missing for a moment is looked at later."""
        if self._files.signature() not in (None, self._seen):
            self.reload()

    def _load(self) -> Certificate:
        certificate = _read(self._files)
        # A pair that does not fit would leave the living context with half of it.
        for context in (_make_context(), self.context):
            _load_chain(context, self._files)
        return certificate


def ensure_own(files: CertificateFiles, names: tuple[str, ...], now: datetime) -> None:
    """See that there is a made certificate for these names that holds for some time.

    Raises:
        StoreError: it cannot be read or written, or others can read the key.
    """
    try:
        is_good = not needs_renewal(_read(files), names, now)
    except (CertificateError, StoreError):
        # Never made, or spoilt. What others could read is replaced as well.
        is_good = False
    if not is_good:
        pair = make_key_pair(names, now)
        save_pair(files, pair.certificate, pair.key)


def server_names(certificate: Certificate) -> tuple[str, ...]:
    """Names that a page can be opened by, in order; a wildcard is none."""
    return tuple(sorted(name for name in certificate.names if "*" not in name))


def _read(files: CertificateFiles) -> Certificate:
    try:
        return read_certificate(files.read())
    except CertificateError as error:
        raise CertificateError(
            f"The certificate {files.certificate} cannot be used: {error}. Give the server's own "
            "certificate first and its chain after it."
        ) from None


def _make_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    # Each renegotiation costs the server more than the client (CVE-2011-1473).
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load_chain(context: ssl.SSLContext, files: CertificateFiles) -> None:
    def refuse() -> str:
        raise CertificateError(
            f"The key {files.key} is protected by a passphrase, which nobody can enter here: "
            "write it without one (openssl pkey -in KEY -out NEW), readable by the server only."
        )

    try:
        context.load_cert_chain(files.certificate, files.key, refuse)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise CertificateError(
                f"The key {files.key} is not the one of the certificate {files.certificate}: give "
                "the two that belong together."
            ) from None
        raise CertificateError(
            f"The certificate {files.certificate} and its key {files.key} cannot be used "
            f"({error.reason or 'unreadable'}): both are PEM files, the key without a passphrase."
        ) from None
    except OSError as error:
        raise CertificateError(
            f"The key {files.key} cannot be read ({type(error).__name__})."
        ) from None
