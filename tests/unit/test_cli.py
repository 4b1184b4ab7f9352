"""What goes wrong at start is one line with the next step."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

import folkmoot.cli
from folkmoot.addresses import bind_tcp
from folkmoot.cli import app
from tests.fakes.certificates import OperatorFiles, operator_files
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
    flags = ["--host", "--port", "--data", "--config", "--media-port", "--metrics-port"]
    for flag in [*flags, "--lan", "--cert", "--key", "--http-port"]:
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


def one_line(*words: str) -> str:
    code, text = run("serve", "--port", "0", "--metrics-port", "0", *words)
    assert code == 1
    assert len(text.strip().splitlines()) == 1
    return text


def with_files(tmp_path: Path, files: OperatorFiles) -> list[str]:
    return ["--data", str(tmp_path / "d"), "--cert", str(files.cert), "--key", str(files.key)]


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    files = operator_files(tmp_path)
    files.cert.unlink()
    assert str(files.cert) in one_line(*with_files(tmp_path, files))
    files.cert.mkdir()
    assert "is no file" in one_line(*with_files(tmp_path, files))


def test_a_certificate_without_its_key_is_asked_for(tmp_path: Path) -> None:
    files = operator_files(tmp_path)
    assert "belong together" in one_line("--cert", str(files.cert))
    assert "belong together" in one_line("--key", str(files.key))


def test_a_key_of_another_certificate_is_told_apart(tmp_path: Path) -> None:
    files = operator_files(tmp_path)
    key = files.key.read_text()
    files.write(["localhost"])
    files.key.write_text(key)
    assert "is not the one of the certificate" in one_line(*with_files(tmp_path, files))


def test_a_key_that_others_can_read_is_not_served_with(tmp_path: Path) -> None:
    files = operator_files(tmp_path)
    files.key.chmod(0o644)
    assert "chmod 600" in one_line(*with_files(tmp_path, files))


def test_a_certificate_for_nobody_in_particular_needs_an_origin(tmp_path: Path) -> None:
    files = operator_files(tmp_path, "*.example.org")
    assert "allowed_origins" in one_line(*with_files(tmp_path, files))


def test_the_network_cannot_be_served_on_this_machine_only(tmp_path: Path) -> None:
    assert "leave one out" in one_line("--lan", "--host", "127.0.0.1")
    assert "http_port" in one_line("--http-port", "8000")


def test_the_port_of_the_page_about_the_warning_can_be_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        text = one_line("--lan", "--http-port", port, "--data", str(tmp_path))
    assert "--http-port" in text
