"""What the terminal says once the server listens: where, for whom, and what to do next."""

import io
import ipaddress
from datetime import datetime

import segno

from folkmoot.config import Settings
from folkmoot.doors import Encryption
from folkmoot.http.notice_page import in_groups
from folkmoot.http.own_origins import origins_at
from folkmoot.protocol.record import CheckedRecord

_STOP = "(Ctrl+C stops it)"


def announce_pages(
    settings: Settings, port: int, encryption: Encryption | None, now: datetime
) -> list[str]:
    """Where the pages are and who reaches them, and what is wrong with that.

    Args:
        port: of the pages.
    """
    url = page_url(settings, port, encryption)
    begin = f"Open {url} and press Start a meeting. {_STOP}"
    if encryption is None and is_on_loopback(settings.host):
        return [f"Folkmoot is running, for this machine only. {begin}"]
    lines = [f"Folkmoot is running, for everybody who can reach this machine. {begin}"]
    if encryption is None:
        lines.append(
            "Warning: browsers give camera and microphone to https pages only. Use --lan in your "
            "own network, --cert and --key with a certificate, or a proxy that ends TLS (name its "
            "origin in allowed_origins)."
        )
    elif encryption.live.certificate.is_expired(now):
        day = encryption.live.certificate.not_after.date().isoformat()
        lines.append(
            f"Warning: the certificate ran out on {day}, and browsers refuse it. Renew it; the "
            "new files are taken without a restart."
        )
    return lines


def announce_notice(port: int, encryption: Encryption) -> list[str]:
    """How others come, past the browser's warning.

    Args:
        port: of the page that explains it.
    """
    groups = in_groups(encryption.live.certificate.fingerprint)
    half = len(groups) // 2
    return [
        f"Others open {notice_url(port, encryption)} first: it explains their browser's warning.",
        "Fingerprint of the certificate (SHA-256), to compare:",
        "  " + " ".join(groups[:half]),
        "  " + " ".join(groups[half:]),
    ]


def announce_nobody_else() -> list[str]:
    """The next step after trying it out alone."""
    return ["To let others in your network join: folkmoot serve --lan"]


def page_url(settings: Settings, port: int, encryption: Encryption | None) -> str:
    """The address to open first."""
    if encryption is not None and encryption.names:
        return _origin("https", encryption.names[0], port)
    scheme = "http" if encryption is None else "https"
    return _origin(scheme, "localhost" if _is_local(settings.host) else settings.host, port)


def notice_url(port: int, encryption: Encryption) -> str:
    """The address to tell others."""
    return _origin("http", encryption.names[0], port)


def qr_code(text: str) -> str:
    """A text as a code for cameras, two rows of it in one line of the terminal."""
    out = io.StringIO()
    segno.make(text, micro=False).terminal(out, border=2, compact=True)
    return out.getvalue().strip("\n")


def is_on_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_local(host: str) -> bool:
    return is_on_loopback(host) or host in ("0.0.0.0", "::")  # noqa: S104  # compared, not bound


def _origin(scheme: str, name: str, port: int) -> str:
    (origin,) = origins_at(scheme, [name], port)
    return origin


def record_lines(record: CheckedRecord) -> list[str]:
    """What is proved by a record whose signatures are genuine, and what is not."""
    seen = len(record.members - {record.device})
    signed, absent = len(record.witnesses), len(record.members - record.witnesses - {record.device})
    claimed = f"the ending ({record.ending!r}), and who was there ({seen} besides the writer)"
    lines = [
        "Every signature in this record is genuine, and nothing was changed since.",
        f"Claimed by its writer, and proved by nothing: {claimed}.",
        f"Others whose signed statements are in it: {signed}. Members who signed none: {absent}.",
    ]
    others = record.roster - {record.device}
    lines.append(
        f"Others who signed who was in the group at last: {len(record.cosigners)} of {len(others)}."
    )
    if record.is_drain_signed:
        lines.append("It holds a server's signed word that it stops. Compare its node key.")
    return lines
