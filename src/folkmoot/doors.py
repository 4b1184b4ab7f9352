"""What answers on TCP: the pages, encrypted or not, and the page about the browser's warning."""

import asyncio
import errno
import itertools
import os
import signal
import socket
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import ASGIApp

from folkmoot.addresses import bind_tcp, own_addresses, own_names, resolve
from folkmoot.config import Settings
from folkmoot.http.notice import Notice, build_notice_app
from folkmoot.http.own_origins import origins_at
from folkmoot.http.server import build_server
from folkmoot.observe.clock import Clock, utc_of
from folkmoot.store.certificate_files import CertificateFiles, own_files
from folkmoot.store.errors import StoreError
from folkmoot.tls.certificate import needs_renewal
from folkmoot.tls.live import LiveCertificate, ensure_own, server_names

LOOK_S: Final = 3.0
"""How often the certificate's files are looked at."""
LOOKS_PER_RENEWAL: Final = 1200
"""An hour: a certificate that cannot be renewed is not to fill the log."""

_WILDCARDS: Final = ("0.0.0.0", "::")  # noqa: S104  # compared, not bound

_log = structlog.get_logger("doors")


class StartError(Exception):
    """The server cannot start. The text says why and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """The certificate that pages are served with."""

    live: LiveCertificate
    files: CertificateFiles
    names: tuple[str, ...]
    """By which pages are opened, the one to tell others first."""
    is_self_made: bool

    def renew(self, clock: Clock) -> None:
        """Replace a certificate that we made, in time."""
        now = utc_of(clock.now())
        if self.is_self_made and needs_renewal(self.live.certificate, self.names, now):
            try:
                ensure_own(self.files, self.names, now)
            except StoreError as error:
                _log.error("certificate_not_renewed", reason=str(error))
        self.live.reload_if_changed()

    async def keep_fresh(self, clock: Clock) -> None:
        """Take in new files for as long as the server runs, and when told to by SIGHUP."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self.live.reload)
        try:
            for look in itertools.count():
                await asyncio.sleep(LOOK_S)
                self.live.reload_if_changed()
                if look % LOOKS_PER_RENEWAL == 0:
                    self.renew(clock)
        finally:
            loop.remove_signal_handler(signal.SIGHUP)


def open_encryption(settings: Settings, clock: Clock) -> Encryption | None:
    """Load the certificate that the settings name, or make one for `lan`; None serves in clear.

    Raises:
        CertificateError: it cannot be shown.
        StartError: nobody can tell by which name people come.
        StoreError: it cannot be read, others can read its key, or it cannot be kept.
    """
    if settings.cert is not None and settings.key is not None:
        files = CertificateFiles(settings.cert, settings.key)
        live = LiveCertificate(files)
        names = server_names(live.certificate)
        if not names and not settings.allowed_origins:
            raise StartError(
                f"The certificate {settings.cert} names no host, or only wildcards: name this "
                "server's origin in allowed_origins, such as https://meet.example.org."
            )
        return Encryption(live, files, names, is_self_made=False)
    if not settings.lan:
        return None
    files = own_files(settings.data)
    names = names_in_network(settings.listen_host)
    ensure_own(files, names, utc_of(clock.now()))
    return Encryption(LiveCertificate(files), files, names, is_self_made=True)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where people knock: bound, and not answered yet."""

    web: socket.socket
    """Pages and signalling."""
    notice: socket.socket | None
    """The page about the browser's warning, where there is one."""
    encryption: Encryption | None

    @property
    def web_port(self) -> int:
        """The TCP port of pages."""
        return int(self.web.getsockname()[1])

    @property
    def notice_port(self) -> int | None:
        """The TCP port of the page about the warning."""
        return None if self.notice is None else int(self.notice.getsockname()[1])

    @property
    def origins(self) -> frozenset[str]:
        """The origins that the certificate speaks for; empty without one."""
        names = self.encryption.names if self.encryption is not None else ()
        return origins_at("https", names, self.web_port)

    def close(self) -> None:
        """Give the ports back."""
        self.web.close()
        if self.notice is not None:
            self.notice.close()


class Servers:
    """What answers at the doors."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        """Configure; nothing is answered yet."""
        encryption = doors.encryption
        context = encryption.live.context if encryption is not None else None
        self._all = [(build_server(app, context), doors.web)]
        if doors.notice is not None and encryption is not None:
            live = encryption.live
            notice = Notice(lambda: live.certificate.fingerprint, encryption.names, doors.web_port)
            page = build_notice_app(notice)
            self._all.append((build_server(page, has_websockets=False), doors.notice))

    async def serve(self) -> None:
        """Answer until told to stop."""
        await asyncio.gather(*(server.serve(sockets=[at]) for server, at in self._all))

    async def wait_until_listening(self) -> None:
        """Return once every door is answered."""
        for server, _ in self._all:
            await server.listening.wait()

    def stop(self) -> None:
        """Let `serve` end: nobody new, and those who are there finish."""
        for server, _ in self._all:
            server.should_exit = True


def open_doors(settings: Settings, clock: Clock) -> Doors:
    """Find the certificate and bind the ports.

    Raises:
        CertificateError: the certificate cannot be shown.
        StartError: a port is not to be had, or the certificate names no host.
        StoreError: the certificate cannot be read or kept, or others can read its key.
    """
    encryption = open_encryption(settings, clock)
    web = bind(settings.listen_host, settings.port, "--host and --port")
    if encryption is None or not encryption.is_self_made:
        return Doors(web, None, encryption)
    try:
        notice = bind(settings.listen_host, settings.notice_port, "--http-port")
    except StartError:
        web.close()
        raise
    return Doors(web, notice, encryption)


def bind(host: str, port: int, flags: str) -> socket.socket:
    """Bind a TCP port.

    Args:
        flags: by which people choose another.

    Raises:
        StartError: it is not to be had.
    """
    try:
        return bind_tcp(resolve(host), port)
    except OSError as error:
        raise StartError(
            f"{why(error)} ({host}, TCP port {port}): stop what uses it, or choose others with "
            f"{flags}."
        ) from None


def why(error: OSError) -> str:
    """Why a port cannot be bound."""
    if error.errno == errno.EADDRINUSE:
        return "The port is in use"
    return f"The server cannot listen: {os.strerror(error.errno) if error.errno else 'no address'}"


def names_in_network(listen_host: str) -> tuple[str, ...]:
    """What this machine's pages are opened by, the one to tell others first.

    Args:
        listen_host: one name or address that is served, or a wildcard.
    """
    addresses = own_addresses()
    # Others can always come by an address; by a name only where their network knows it.
    best = addresses if listen_host in _WILDCARDS else [listen_host.lower()]
    return tuple(dict.fromkeys([*best, *own_names(addresses, socket.gethostname())]))
