"""A misspelt setting is named, not ignored."""

from pathlib import Path

import pytest

from folkmoot.config import ConfigError, load_settings, setting_fields, variable_of
from tools.settings_reference import PAGE, render


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setting_fields():
        monkeypatch.delenv(variable_of(name), raising=False)


pytestmark = pytest.mark.usefixtures("no_environment")


def test_defaults_stay_on_this_machine() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.media_port) == ("127.0.0.1", 7880, 7882)


def test_flags_win_over_environment_over_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "folkmoot.toml"
    file.write_text(
        'port = 1\nmedia_port = 2\nworkers = 3\nallowed_origins = ["https://a.example"]'
    )
    monkeypatch.setenv("FOLKMOOT_MEDIA_PORT", "20")
    monkeypatch.setenv("FOLKMOOT_MEDIA_ADDRESSES", "192.0.2.1, 192.0.2.2")
    monkeypatch.setenv("FOLKMOOT_PORT", "10")
    settings = load_settings({"port": 100, "host": None}, file)
    assert (settings.port, settings.media_port, settings.workers) == (100, 20, 3)
    assert settings.allowed_origins == ["https://a.example"]
    assert settings.media_addresses == ["192.0.2.1", "192.0.2.2"]


def test_an_unknown_key_in_the_file_is_named_with_the_known_ones(tmp_path: Path) -> None:
    file = tmp_path / "folkmoot.toml"
    file.write_text("prot = 1")
    with pytest.raises(ConfigError, match=r"Unknown setting .*: prot\. Known settings: .*port"):
        load_settings({}, file)


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_HOTS", "x")
    with pytest.raises(ConfigError, match="FOLKMOOT_HOTS"):
        load_settings({})


@pytest.mark.parametrize("text", ["port = 99999", 'port = "x"', "workers = 0", "port = ", "\xff"])
def test_a_bad_value_is_one_line_without_the_value(tmp_path: Path, text: str) -> None:
    file = tmp_path / "folkmoot.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load_settings({}, file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no file"):
        load_settings({}, tmp_path / "none.toml")


def test_a_secret_is_not_repeated_in_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_ENGINE_SECRET", "hunter2-hunter2")
    assert "hunter2" not in repr(load_settings({}))


def test_every_setting_is_on_the_reference_page() -> None:
    page = PAGE.read_text()
    for name, field in setting_fields().items():
        assert f"## `{name}`" in page
        assert field.description
    assert page == render(), "run: python tools/settings_reference.py"


def test_an_unknown_variable_in_small_letters_is_an_error_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("folkmoot_prot", "1")
    with pytest.raises(ConfigError, match="folkmoot_prot"):
        load_settings({})


def test_settings_that_contradict_each_other_are_explained() -> None:
    with pytest.raises(ConfigError, match="ping_interval_s must be less than ping_timeout_s"):
        load_settings({"ping_interval_s": 60, "ping_timeout_s": 2})


def test_a_web_folder_without_a_page_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no index\.html"):
        load_settings({"web_dir": tmp_path})


def test_a_secret_in_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "folkmoot.toml"
    config.write_text(f'engine_secret = "{"s" * 40}"\n')
    config.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_settings({}, config)
    config.chmod(0o600)
    assert load_settings({}, config).engine_secret is not None


def test_a_section_is_set_by_file_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "folkmoot.toml"
    file.write_text('meetings.create = "nobody"\nmeetings.create_per_hour = 3')
    monkeypatch.setenv("FOLKMOOT_MEETINGS__CREATE_PER_HOUR", "4")
    meetings = load_settings({}, file).meetings
    assert (meetings.create, meetings.create_per_hour) == ("nobody", 4)


@pytest.mark.parametrize("text", ["meetings.crate = 1", "[meetings]\ncrate = 1"])
def test_an_unknown_key_in_a_section_is_named_with_the_known_ones(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "folkmoot.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"Unknown .*: meetings\.crate\. .*meetings\.create,"):
        load_settings({}, file)


@pytest.mark.parametrize("name", ["FOLKMOOT_MEETINGS", "FOLKMOOT_MEETINGS__CRATE"])
def test_an_unknown_variable_of_a_section_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(ConfigError, match=f"Unknown .*: {name}"):
        load_settings({})


def test_a_bad_value_in_a_section_is_named_whole(tmp_path: Path) -> None:
    file = tmp_path / "folkmoot.toml"
    file.write_text('meetings.create = "somebody"')
    with pytest.raises(ConfigError, match=r"The setting meetings\.create cannot be used"):
        load_settings({}, file)
    file.write_text("meetings = 1")
    with pytest.raises(ConfigError, match="The setting meetings cannot be used"):
        load_settings({}, file)


@pytest.mark.parametrize("text", ["x" * 121, "two\nlines"])
def test_who_runs_the_server_is_one_short_line(text: str) -> None:
    with pytest.raises(ConfigError, match="operator_name"):
        load_settings({"operator_name": text})
