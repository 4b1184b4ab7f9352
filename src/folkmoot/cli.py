"""The command line."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from folkmoot import announcement
from folkmoot.app import Ports, make_embedded_sfu, prepare_store
from folkmoot.app import serve as serve_until_stopped
from folkmoot.config import ConfigError, Settings, load_settings
from folkmoot.doors import Encryption, StartError
from folkmoot.observe.clock import SystemClock, utc_of
from folkmoot.observe.journal import set_up_logs
from folkmoot.protocol.record import MAX_RECORD_BYTES, RecordError, check_record
from folkmoot.store.errors import StoreError
from folkmoot.store.folder import hold_folder
from folkmoot.tls.certificate import CertificateError

app = typer.Typer(
    help="Folkmoot: video meetings that no insider can quietly betray.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True)

Config = Annotated[
    Path | None, typer.Option(help="TOML file with settings; see docs/reference/settings.md.")
]
Data = Annotated[Path | None, typer.Option(help="Folder for the database and keys. [./data]")]


@app.command()
def serve(  # noqa: PLR0913, PLR0917  # one for each flag
    host: Annotated[str | None, typer.Option(help="Address to listen on. [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port for pages. [7880]")] = None,
    data: Data = None,
    config: Config = None,
    lan: Annotated[
        bool,
        typer.Option("--lan", help="Serve your network by https, with a certificate made here."),
    ] = False,
    cert: Annotated[
        Path | None, typer.Option(help="PEM file with the server's certificate: serves by https.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file with the certificate's key.")] = None,
    http_port: Annotated[
        int | None,
        typer.Option(help="With --lan: TCP port of the page about the browser's warning. [7881]"),
    ] = None,
    media_port: Annotated[int | None, typer.Option(help="UDP port for media. [7882]")] = None,
    metrics_port: Annotated[
        int | None, typer.Option(help="TCP port for metrics, on 127.0.0.1. [7883]")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Threads of the media engine. [1]")] = None,
    open_url: Annotated[bool, typer.Option("--open-url", help="Open a browser.")] = False,
) -> None:
    """Run the server until Ctrl+C or SIGTERM. Every setting also works as FOLKMOOT_<NAME>."""
    flags = {
        "host": host,
        "port": port,
        "data": data,
        "lan": lan or None,
        "cert": cert,
        "key": key,
        "http_port": http_port,
        "media_port": media_port,
        "metrics_port": metrics_port,
        "workers": workers,
    }

    def run() -> Coroutine[Any, Any, None]:
        settings = load_settings(flags, config)
        set_up_logs(settings.log_format, settings.log_level)

        def announce(ports: Ports, encryption: Encryption | None) -> None:
            _announce(settings, ports, encryption)
            if open_url:
                typer.launch(announcement.page_url(settings, ports.web, encryption))

        return serve_until_stopped(settings, make_embedded_sfu, announce)

    _run_or_explain(run)


@app.command()
def migrate(data: Data = None, config: Config = None) -> None:
    """Bring the database up to date and stop. `serve` does it too."""

    async def upgrade(settings: Settings) -> None:
        with hold_folder(settings.data):
            engine = await prepare_store(settings)
            await engine.dispose()

    _run_or_explain(lambda: upgrade(load_settings({"data": data}, config)))
    _out.print("The database is up to date.")


@app.command(name="version")
def show_version() -> None:
    """Print the version."""
    try:
        _out.print(version("folkmoot"), highlight=False)
    except PackageNotFoundError:
        _out.print("0.1.0 (not installed)", highlight=False)


@app.command(name="verify-record")
def verify_record(
    file: Annotated[Path, typer.Argument(help="What a browser saved when a call was over.")],
) -> None:
    """Check who signed what in the record of a call. What its writer claims, it can't prove."""
    try:
        with file.open("rb") as opened:
            record = check_record(opened.read(MAX_RECORD_BYTES + 1))
    except OSError as error:
        _err.print(f"{file} cannot be read: {error.strerror}.", markup=False, highlight=False)
        raise typer.Exit(1) from None
    except RecordError as error:
        _err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from None
    for line in announcement.record_lines(record):
        _out.print(line, markup=False, highlight=False)


def main() -> None:
    """Run the command line."""
    app()


def _run_or_explain(make: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end; what people can put right is one line and exit code 1."""
    try:
        asyncio.run(make())
    except KeyboardInterrupt:
        # Before the server catches signals itself; afterwards they end it in order.
        raise typer.Exit(130) from None
    except (CertificateError, ConfigError, StartError, StoreError) as error:
        _err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from None


def _announce(settings: Settings, ports: Ports, encryption: Encryption | None) -> None:
    now = utc_of(SystemClock().now())
    where, *warnings = announcement.announce_pages(settings, ports.web, encryption, now)
    lines = [where, f"Metrics: http://127.0.0.1:{ports.metrics}/metrics", *warnings]
    if ports.notice is not None and encryption is not None:
        lines += announcement.announce_notice(ports.notice, encryption)
    elif encryption is None and announcement.is_on_loopback(settings.host):
        lines += announcement.announce_nobody_else()
    for line in lines:
        _out.print(line, markup=False, highlight=False)
    if ports.notice is not None and encryption is not None and _out.is_terminal:
        code = announcement.qr_code(announcement.notice_url(ports.notice, encryption))
        # On terminals of any colour: cameras want the light squares light.
        _out.print(code, markup=False, highlight=False, style="bright_white on black")
