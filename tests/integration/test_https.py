"""Pages and signalling by https: with the operator's certificate, and with one made here."""

import asyncio
import hashlib
import re
import signal
import socket
import ssl
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from livekit.protocol import models, rtc

from tests.fakes.certificates import OperatorFiles, operator_files, trusting
from tests.fakes.client import joined, receive
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import token_of
from tests.fakes.web import fetch, fetch_trusting

NOTICED_WITHIN_S = 15.0


def log_lines(server: RunningServer, event: str) -> list[dict[str, Any]]:
    return [line for line in server.lines() if line.get("event") == event]


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + NOTICED_WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.1)


def certificate_shown(port: int) -> str:
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=5)


async def test_pages_and_signalling_come_encrypted_by_the_name_of_the_certificate(
    tmp_path: Path,
) -> None:
    files = operator_files(tmp_path)
    with running_server(tmp_path, cert=str(files.cert), key=str(files.key)) as server:
        assert fetch_trusting(files.trust(), server.http + "/readyz").status == 200
        async with joined(server, ssl=files.trust()) as ada:
            assert (await receive(ada, "join")).join.participant.identity == "ada"
        page = {"Origin": server.http}
        async with joined(server, ssl=files.trust(), headers=page) as from_page:
            await receive(from_page, "join")


async def test_a_new_certificate_is_shown_to_those_who_come_and_those_who_are_there_stay(
    tmp_path: Path,
) -> None:
    files = operator_files(tmp_path)
    old_trust = files.trust()
    with running_server(tmp_path, cert=str(files.cert), key=str(files.key)) as server:
        async with joined(server, ssl=old_trust) as ada:
            await receive(ada, "join")
            files.write(["localhost", "127.0.0.1"])
            await until(lambda: certificate_shown(server.web_port) == files.cert.read_text())
            async with joined(server, token_of("grace"), ssl=files.trust()) as grace:
                await receive(grace, "join")
                update = (await receive(ada, "update")).update
                assert update.participants[0].identity == "grace"
            pong = await ada.ping()
            await asyncio.wait_for(pong, 5)
        with pytest.raises(OSError, match="certificate verify failed"):
            async with joined(server, ssl=old_trust):
                pass


async def test_a_certificate_that_does_not_fit_its_key_changes_nothing(tmp_path: Path) -> None:
    files = operator_files(tmp_path)
    with running_server(tmp_path, cert=str(files.cert), key=str(files.key)) as server:
        before = certificate_shown(server.web_port)
        key = files.key.read_text()
        files.write(["localhost"])
        files.key.write_text(key)
        await until(lambda: bool(log_lines(server, "certificate_kept")))
        assert certificate_shown(server.web_port) == before
        (line,) = log_lines(server, "certificate_kept")
        assert "belong together" in line["reason"]


async def test_sighup_reads_the_certificate_again_and_does_not_stop_the_server(
    tmp_path: Path,
) -> None:
    files = operator_files(tmp_path)
    with running_server(tmp_path, cert=str(files.cert), key=str(files.key)) as server:
        await until(lambda: fetch_trusting(files.trust(), server.http + "/healthz").status == 200)
        server.process.send_signal(signal.SIGHUP)
        await until(lambda: bool(log_lines(server, "certificate_loaded")))
        assert fetch_trusting(files.trust(), server.http + "/healthz").body == "ok"


async def test_browsers_are_told_to_come_by_https_only_with_the_operators_certificate(
    tmp_path: Path,
) -> None:
    """With one made here nobody could get past the warning; localhost belongs to others, too."""
    header = "strict-transport-security"
    files = operator_files(tmp_path)
    with running_server(tmp_path, cert=str(files.cert), key=str(files.key)) as server:
        trust = files.trust()
        for path in ("/", "/nothing", "/healthz"):
            url = server.http + path
            assert header in fetch_trusting(trust, url, Host="meet.example").headers
            assert header not in fetch_trusting(trust, url, Host="localhost:7880").headers
    (tmp_path / "lan").mkdir()
    with running_server(tmp_path / "lan", lan=True, http_port=0) as lan:
        own = own_trust(lan)
        assert header not in fetch_trusting(own, lan.http + "/", Host="meet.example").headers


def own_trust(server: RunningServer) -> ssl.SSLContext:
    return trusting((server.log.parent / "data/keys/own.crt").read_text())


@pytest.fixture
def lan(tmp_path: Path) -> Any:
    with running_server(tmp_path, lan=True, http_port=0) as server:
        yield server


def test_a_machine_in_a_network_answers_by_each_of_its_names(lan: RunningServer) -> None:
    own = (lan.log.parent / "data/keys/own.crt").read_text()
    assert certificate_shown(lan.web_port).strip() == own.strip()
    for name in ("127.0.0.1", "localhost"):
        url = f"https://{name}:{lan.web_port}/readyz"
        assert fetch_trusting(own_trust(lan), url).status == 200


def test_the_page_about_the_warning_names_the_certificate_and_leads_to_it(
    lan: RunningServer,
) -> None:
    page = fetch(f"http://127.0.0.1:{lan.notice_port}/")
    assert page.status == 200
    assert f'href="https://127.0.0.1:{lan.web_port}/"' in page.body
    der = ssl.PEM_cert_to_DER_cert(certificate_shown(lan.web_port))
    shown = "".join(re.findall(r"<span>([0-9A-F]{4})</span>", page.body))
    assert shown == fingerprint(der)
    assert fetch(f"http://127.0.0.1:{lan.notice_port}/rtc").status == 404


def fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest().upper()


async def test_somebody_who_talks_no_tls_is_turned_away_and_nobody_else_notices(
    lan: RunningServer,
) -> None:
    half_a_hello = b"\x16\x03\x01\xff\xff" + b"x" * 9000
    for words in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", half_a_hello, b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", lan.web_port)
        writer.write(words)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        assert b"HTTP" not in answer
        writer.close()
    assert fetch_trusting(own_trust(lan), lan.http + "/readyz").status == 200
    lan.stop()
    assert not [line for line in lan.lines() if line["level"] == "error"]


def test_an_old_tls_is_not_spoken(lan: RunningServer) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", lan.web_port), timeout=5) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(plain)


async def test_a_participant_who_does_not_read_is_cut_behind_encryption_too(
    tmp_path: Path,
) -> None:
    files = operator_files(tmp_path)
    cert, key = str(files.cert), str(files.key)
    with running_server(tmp_path, max_send_queue_bytes=65_536, cert=cert, key=key) as server:
        async with joined(server, token_of("slow"), max_queue=1, ssl=files.trust()) as slow:
            await receive(slow, "join")
            slow.transport.pause_reading()
            gone = await talk_until_somebody_leaves(server, files)
            assert (gone.identity, gone.state) == ("slow", models.ParticipantInfo.DISCONNECTED)
        server.stop()
        assert "too_slow" in [line.get("reason") for line in server.lines()]


async def talk_until_somebody_leaves(
    server: RunningServer, files: OperatorFiles
) -> models.ParticipantInfo:
    grant = token_of("talker", canUpdateOwnMetadata=True)
    async with joined(server, grant, ssl=files.trust()) as talker:
        await receive(talker, "join")
        for number in range(1500):
            body = rtc.UpdateParticipantMetadata(metadata=f"{number}" + "x" * 15_000)
            await talker.send(rtc.SignalRequest(update_metadata=body).SerializeToString())
            told = (await receive(talker, "update")).update.participants[0]
            if told.identity != "talker":
                return told
    raise AssertionError("nobody was cut")
