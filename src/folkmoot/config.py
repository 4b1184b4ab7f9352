"""Settings: flags, then environment, then a TOML file, then defaults.

Unknown keys are errors everywhere: a misspelt security setting must not be silently ignored.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX: Final = "FOLKMOOT_"
NESTED: Final = "__"
"""Between a section and its setting, in the environment."""
_MAX_PORT: Final = 65_535
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  # what lan is for
Port = Annotated[int, Field(ge=0, le=_MAX_PORT)]
Words = Annotated[list[str], NoDecode]
Label = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*\z")]


class ConfigError(Exception):
    """The configuration cannot be used. The text says which setting, why, and what to do."""


class MeetingSettings(BaseModel):
    """The section `meetings`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    create: Literal["anyone", "nobody"] = Field(
        default="anyone", description="Who may start meetings: `anyone`, or `nobody`."
    )
    create_per_hour: int = Field(
        default=20,
        ge=1,
        le=1_000_000,
        description="Security limit: meetings that one address may start in an hour. An address "
        "is held in memory for that long, and written nowhere.",
    )
    max_lifetime_days: int = Field(
        default=366, ge=1, le=3660, description="Days that a meeting can be kept at most."
    )
    max_count: int = Field(
        default=100_000,
        ge=1,
        le=100_000_000,
        description="Security limit: meetings kept at once, each of up to 9 KiB.",
    )
    admissions_per_minute: int = Field(
        default=120,
        ge=1,
        le=1_000_000,
        description="Security limit: times in a minute that one address may ask to be let in. "
        "Everybody behind one router has one address.",
    )


class GroupSettings(BaseModel):
    """The section `groups`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_channels: int = Field(
        default=200,
        ge=2,
        le=500,
        description="Security limit: devices that agree on keys in one meeting at once. Each "
        "join costs every one of them work that grows with their number.",
    )


class Settings(BaseSettings):
    """Everything that can be set. The descriptions are the reference page."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=NESTED,
        extra="forbid",
        frozen=True,
        case_sensitive=False,
    )

    host: str = Field("127.0.0.1", description="Address that pages and signalling listen on.")
    port: Port = Field(7880, description="TCP port for pages and signalling; 0 picks a free one.")
    lan: bool = Field(
        False,
        description="Serve the network that this machine is in: on all its addresses (unless "
        "`host` is one of them), by https, with a certificate that is made here unless `cert` "
        "gives one. Browsers warn of a certificate made here; a page by plain HTTP explains that.",
    )
    http_port: Port | None = Field(
        None,
        description="TCP port of the page that explains the browser's warning, with `lan` and "
        "without `cert`; 0 picks a free one. Default: the one after `port`.",
    )
    cert: Path | None = Field(
        None,
        description="PEM file with the server's certificate and its chain: pages are served by "
        "https, and browsers are told to come by nothing else for a year. Read again when it "
        "changes, and on SIGHUP.",
    )
    key: Path | None = Field(
        None,
        description="PEM file with the certificate's private key, without a passphrase, readable "
        "by the server's user only.",
    )
    media_port: Port = Field(7882, description="UDP port for media; 0 picks a free one.")
    media_addresses: Words = Field(
        default_factory=list,
        description="Addresses that participants send media to, as they see them; with or without "
        "a port. Default: `host`, or for a wildcard host the machine's own addresses. A loopback "
        "host comes with these too, because Firefox sends no media to loopback; other machines are "
        "not listened to all the same.",
    )
    metrics_port: Port = Field(
        7883, description="TCP port for metrics, always on 127.0.0.1; 0 picks a free one."
    )
    workers: int = Field(
        1, ge=1, le=64, description="Threads of the media engine; a room lives on one of them."
    )
    data: Path = Field(Path("data"), description="Folder for the database and keys.")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the database. Default: SQLite in the data folder."
    )
    web_dir: Path | None = Field(
        None, description="Folder of the built web client. Default: the one that came along."
    )
    allowed_origins: Words = Field(
        default_factory=list,
        description="Origins besides the server's own whose pages may connect, such as "
        "`https://meet.example.org` behind a proxy that ends TLS. Whoever serves these pages can "
        "act as the people who open them.",
    )
    operator_name: Label = Field(
        "",
        description="Who runs this server, shown before people join. Unchecked; say what is true.",
    )
    operator_place: Label = Field(
        "", description="The country or place where it runs, shown before people join."
    )
    meetings: MeetingSettings = Field(
        default_factory=MeetingSettings, description="What people may do with meetings."
    )
    groups: GroupSettings = Field(
        default_factory=GroupSettings, description="How people's devices agree on keys."
    )
    engine_key: str | None = Field(
        None, description="Key id in session tokens. Default: made at first start."
    )
    engine_secret: SecretStr | None = Field(
        None,
        description="Secret that signs session tokens, at least 32 random bytes. Whoever has it "
        "can let anybody into any room's transport. Default: made at first start.",
    )
    token_lifetime_s: int = Field(
        600, ge=60, le=86_400, description="Seconds that a refreshed session token is valid."
    )
    token_refresh_s: int = Field(
        300, ge=1, le=86_400, description="Seconds between fresh tokens to a live session."
    )
    first_message_s: int = Field(
        15, ge=1, le=300, description="Security limit: seconds a new session may stay silent."
    )
    ping_interval_s: int = Field(5, ge=1, le=60, description="Seconds between pings of a client.")
    ping_timeout_s: int = Field(
        15, ge=2, le=300, description="Seconds of silence after which a session is lost."
    )
    max_send_queue_bytes: int = Field(
        262_144,
        ge=65_536,
        le=16_777_216,
        description="Security limit: bytes of signalling that wait for one slow "
        "participant, behind the message that is on its way.",
    )
    drain_s: float = Field(
        2.0,
        ge=0,
        le=15,
        description="Seconds at shutdown in which new joins are told to come back later.",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`console` for people, `json` for machines; `auto` asks the terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )

    @field_validator("media_addresses", "allowed_origins", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        """Take a comma-separated text, as flags and environment have it."""
        if isinstance(value, str):
            return [word.strip() for word in value.split(",") if word.strip()]
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.ping_interval_s >= self.ping_timeout_s:
            raise ValueError("ping_interval_s must be less than ping_timeout_s, or all are lost")
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key belong together; give both or neither")
        if self.http_port is not None and (not self.lan or self.cert is not None):
            raise ValueError(
                "http_port is for the page about a certificate made here, so it needs lan and "
                "no cert; leave it out"
            )
        if self.lan and "host" in self.model_fields_set and self.host in _LOOPBACK:
            raise ValueError(
                f"lan serves the network, and host {self.host} only this machine; leave one out"
            )
        if self.web_dir is not None and not (self.web_dir / "index.html").is_file():
            raise ValueError(
                f"web_dir {self.web_dir} has no index.html; build the web client first"
            )
        return self

    @property
    def listen_host(self) -> str:
        """Where pages, signalling and media listen."""
        return _EVERYWHERE if self.lan and "host" not in self.model_fields_set else self.host

    @property
    def notice_port(self) -> int:
        """TCP port of the page about the browser's warning; 0 picks one."""
        if self.http_port is not None:
            return self.http_port
        return self.port + 1 if 0 < self.port < _MAX_PORT else 0

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # named by the base class
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use flags, environment and the TOML file; no dotenv, no secrets folder."""
        path = cls.model_config.get("toml_file")
        if path is None:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)


def setting_fields(section: type[BaseModel] = Settings, prefix: str = "") -> dict[str, FieldInfo]:
    """Every setting by its dotted name, those of sections included."""
    found: dict[str, FieldInfo] = {}
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= setting_fields(field.annotation, f"{prefix}{name}.")
        else:
            found[prefix + name] = field
    return found


def variable_of(setting: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + setting.replace(".", NESTED).upper()


def load_settings(flags: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Load the settings.

    Args:
        flags: settings given on the command line; None means "not given".
        config: TOML file, if any.

    Raises:
        ConfigError: a file that cannot be read, an unknown key, or a value out of range.
    """
    _refuse_unknown(
        [key for key in os.environ if key.upper().startswith(PREFIX)],
        known={variable_of(name) for name in setting_fields()},
        where="the environment",
    )
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return _with_file(config)(**given)
    except ValidationError as error:
        raise ConfigError(_describe(error)) from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The file {config} cannot be read ({type(error).__name__}): check its name and that "
            "it is TOML."
        ) from None


def _with_file(config: Path | None) -> type[Settings]:
    if config is None:
        return Settings
    if not config.is_file():
        raise ConfigError(f"There is no file {config}: give --config the path of a TOML file.")

    _refuse_open_secrets(config)

    class FileSettings(Settings):
        model_config = SettingsConfigDict(toml_file=config)

    return FileSettings


def _refuse_open_secrets(config: Path) -> None:
    """A file that others may read is no place for a secret."""
    is_open = config.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if is_open and "engine_secret" in tomllib.loads(config.read_text("utf-8")):
        raise ConfigError(
            f"The file {config} has engine_secret in it and others may read it: run "
            f"chmod 600 {config}."
        )


def _describe(error: ValidationError) -> str:
    """One line for the first error. The value is left out: it may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    if not first["loc"]:
        return f"The settings do not fit together: {first['msg'].removeprefix('Value error, ')}."
    name = ".".join(str(part) for part in first["loc"][:2] if isinstance(part, str))
    if first["type"] == "extra_forbidden":
        return _unknown([name], "the configuration")
    return f"The setting {name} cannot be used: {first['msg']}. Correct it and start again."


def _refuse_unknown(keys: list[str], known: set[str], where: str) -> None:
    unknown = sorted(key for key in keys if key.upper() not in known)
    if unknown:
        raise ConfigError(_unknown(unknown, where))


def _unknown(names: list[str], where: str) -> str:
    known = ", ".join(sorted(setting_fields()))
    return f"Unknown setting in {where}: {', '.join(names)}. Known settings: {known}."
