"""What goes wrong at start is one line with the next step."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

import folkmoot.cli
from folkmoot.addresses import bind_tcp
from folkmoot.cli import app
from tests.fakes.media import FakeMedia


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folkmoot.cli, "make_embedded_sfu", lambda _: FakeMedia())


def test_help_explains_every_flag() -> None:
    code, text = run("serve", "--help")
    assert code == 0
    for flag in ("--host", "--port", "--data", "--config", "--media-port", "--metrics-port"):
        assert flag in text


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, text = run("serve", "--port", port, "--metrics-port", "0", "--data", str(tmp_path))
        again, other = run("serve", "--port", "0", "--metrics-port", port, "--data", str(tmp_path))
    assert (code, again) == (1, 1)
    assert "The port is in use" in text
    assert "--port" in text
    assert "--metrics-port" in other
    assert "Traceback" not in text + other


def test_two_servers_cannot_take_the_same_port() -> None:
    """Symptom: the second server hangs and says nothing.

    Cause: bound but not listening, a port can be bound twice. Who: whoever starts two at once.
    """
    with bind_tcp("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        bind_tcp("127.0.0.1", first.getsockname()[1]).close()


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    code, text = run("serve", "--data", str(tmp_path / "data"))
    assert code == 1
    assert "--data" in text
    assert len(text.strip().splitlines()) == 1


def test_a_wrong_database_url_is_one_line_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLKMOOT_DATABASE_URL", "postgresql+nothing://user:hunter2@host/x")
    code, text = run("serve", "--data", str(tmp_path))
    assert code == 1
    assert "database_url" in text
    assert "hunter2" not in text
    assert len(text.strip().splitlines()) == 1


def test_a_bad_config_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("colour = 1")
    code, text = run("serve", "--config", str(tmp_path / "c.toml"))
    assert code == 1
    assert "Unknown setting" in text


def test_an_unknown_host(tmp_path: Path) -> None:
    code, text = run("serve", "--host", "host.invalid", "--data", str(tmp_path))
    assert code == 1
    assert "--host" in text


def test_migrate_and_version(tmp_path: Path) -> None:
    assert run("migrate", "--data", str(tmp_path))[0] == 0
    assert (tmp_path / "folkmoot.db").is_file()
    code, text = run("version")
    assert code == 0
    assert "0.1.0" in text
