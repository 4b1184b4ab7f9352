"""What people knock at: under which names, and with a certificate that stays good."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import folkmoot.doors
from folkmoot.addresses import bind_tcp
from folkmoot.config import load_settings
from folkmoot.doors import Doors, Encryption, names_in_network, open_encryption
from folkmoot.observe.clock import Instant
from folkmoot.observe.journal import set_up_logs
from tests.fakes.certificates import operator_files

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> Instant:
        return Instant(int(self.time.timestamp() * 1000), 0)


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folkmoot.doors, "own_addresses", lambda: ["192.168.1.5", "10.0.0.7"])
    monkeypatch.setattr("socket.gethostname", lambda: "desk")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def own(tmp_path: Path, clock: SetClock) -> Encryption:
    encryption = open_encryption(load_settings({"lan": True, "data": tmp_path}), clock)
    assert encryption is not None
    return encryption


@pytest.fixture
def doors(own: Encryption) -> Iterator[Doors]:
    doors = Doors(bind_tcp("127.0.0.1", 0), None, own)
    yield doors
    doors.close()


def test_without_a_certificate_pages_are_served_in_clear(tmp_path: Path, clock: SetClock) -> None:
    assert open_encryption(load_settings({"data": tmp_path}), clock) is None


def test_the_certificate_speaks_for_every_name_and_the_best_address_is_told_first(
    own: Encryption,
) -> None:
    assert own.names[0] == "192.168.1.5"
    assert own.live.certificate.names == set(own.names)
    assert own.live.certificate.names >= {"10.0.0.7", "desk", "desk.local", "localhost", "::1"}


@pytest.mark.parametrize("host", ["10.0.0.7", "Desk.Example.Org"])
def test_the_one_name_that_is_served_is_told_first_and_is_in_the_certificate(host: str) -> None:
    assert names_in_network(host)[0] == host.lower()


def test_the_servers_origins_are_the_names_of_its_certificate(doors: Doors) -> None:
    assert f"https://192.168.1.5:{doors.web_port}" in doors.origins
    assert f"https://[::1]:{doors.web_port}" in doors.origins
    assert not [origin for origin in doors.origins if not origin.startswith("https://")]


def test_a_wildcard_is_no_origin(tmp_path: Path, clock: SetClock) -> None:
    files = operator_files(tmp_path, "*.example.org", "meet.example.org")
    settings = load_settings({"cert": files.cert, "key": files.key, "data": tmp_path})
    encryption = open_encryption(settings, clock)
    doors = Doors(bind_tcp("127.0.0.1", 0), None, encryption)
    assert doors.origins == {f"https://meet.example.org:{doors.web_port}"}
    doors.close()


def test_a_server_that_runs_for_a_year_shows_a_new_certificate_in_time(
    own: Encryption, clock: SetClock
) -> None:
    first = own.live.certificate
    own.renew(clock)
    assert own.live.certificate == first
    clock.time = first.not_after - timedelta(days=29)
    own.renew(clock)
    assert own.live.certificate.fingerprint != first.fingerprint
    assert own.live.certificate.names == first.names
    assert own.live.certificate.not_after > first.not_after


def test_a_certificate_that_cannot_be_renewed_is_kept_and_said_to_be(
    own: Encryption, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json", "info")
    first = own.live.certificate
    own.files.key.parent.chmod(0o755)
    clock.time = first.not_after - timedelta(days=1)
    own.renew(clock)
    assert own.live.certificate == first
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "certificate_not_renewed"
