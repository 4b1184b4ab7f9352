"""The composition root: the only file that knows every part."""

import asyncio
import os
import secrets
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from folkmoot.addresses import media_door, resolve
from folkmoot.config import Settings
from folkmoot.domain.group import BookError
from folkmoot.domain.ids import RoomName
from folkmoot.doors import Doors, Encryption, Servers, StartError, open_doors, why
from folkmoot.groups.exchange import Exchange
from folkmoot.groups.frames import encode_drain
from folkmoot.groups.websocket import WebSocketChannels
from folkmoot.http.about import AboutServer
from folkmoot.http.gate import Gate
from folkmoot.http.group import GroupEndpoint
from folkmoot.http.meetings import MeetingsEndpoint
from folkmoot.http.own_origins import OwnOrigins, own_origins
from folkmoot.http.probes import Probes
from folkmoot.http.readiness import Readiness
from folkmoot.http.routes import Surface, build_app
from folkmoot.http.rtc import RtcEndpoint
from folkmoot.identity.access_token import EngineKey
from folkmoot.identity.doorkeeper import TokenDoorkeeper
from folkmoot.identity.group_doorkeeper import TokenGroupDoorkeeper
from folkmoot.identity.node_key import NodeKey
from folkmoot.media.port import MediaPort
from folkmoot.meetings.admission import Admissions
from folkmoot.meetings.book import MeetingBook
from folkmoot.meetings.creation import DAY_S, CreationRules, Creations
from folkmoot.meetings.nonces import Nonces
from folkmoot.observe.clock import Clock, SystemClock, day_of
from folkmoot.observe.metrics import Metrics
from folkmoot.protocol.encoding import to_base64url
from folkmoot.signalling.admission import SessionTimes
from folkmoot.signalling.switchboard import Switchboard
from folkmoot.signalling.websocket import WebSocketSessions
from folkmoot.signalling.wire.greeting import ServerFacts
from folkmoot.store.database import database_url, is_answering, open_database
from folkmoot.store.folder import hold_folder, prepare_folder
from folkmoot.store.groups import GroupRows
from folkmoot.store.meetings import MeetingRows
from folkmoot.store.migrate import migrate
from folkmoot.store.secret_files import load_engine_key, load_node_seed
from folkmoot.store.server_row import load_node_id

TICK_S: Final = 1.0
"""How often deadlines are looked at."""
GROUPS_TICK_S: Final = 0.1
"""How often groups' turns and bundles are looked at."""
EXPIRY_S: Final = 60.0
"""How often expired meetings are deleted."""
FAREWELL_S: Final = 0.1
"""How long the word that the node stops may take to leave: what is closed sends nothing more."""
FLUSH_S: Final = 0.5
"""How long closing messages may take to leave at shutdown."""

_log = structlog.get_logger("app")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a running server listens."""

    web: int
    metrics: int
    notice: int | None
    """Of the page about the browser's warning, where there is one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the surface is put together from."""

    database: AsyncEngine
    book: MeetingBook
    engine_key: EngineKey
    node_key: NodeKey
    clock: Clock
    metrics: Metrics
    switchboard: Switchboard
    exchange: Exchange
    origins: OwnOrigins


@dataclass(frozen=True, slots=True)
class Live:
    """A running server's parts, as shutdown needs them."""

    servers: Servers
    switchboard: Switchboard
    exchange: Exchange
    gate: Gate
    readiness: Readiness
    farewell: Callable[[], str]
    """Spells the node's signed word that it stops."""


MakeMedia = Callable[[Settings], MediaPort]
Announce = Callable[[Ports, Encryption | None], None]


def make_embedded_sfu(settings: Settings) -> MediaPort:
    """Make the media engine in this process.

    Raises:
        StartError: its port cannot be bound.
    """
    # Only here, so that everything else also runs where the engine is not built.
    from folkmoot._sfu import Sfu, SfuError  # noqa: PLC0415
    from folkmoot.media.sfu import EmbeddedSfu  # noqa: PLC0415

    door = media_door(resolve(settings.listen_host), settings.media_addresses)
    try:
        engine = Sfu(
            bind=door.socket_address(settings.media_port),
            candidates=list(door.candidates),
            local_only=door.local_only,
            workers=settings.workers,
        )
    except SfuError as error:
        raise StartError(
            f"The media engine cannot start on UDP port {settings.media_port}: {error}. "
            "Stop what uses the port, or choose another with --media-port."
        ) from None
    return EmbeddedSfu(engine)


async def prepare_store(settings: Settings) -> AsyncEngine:
    """Open the data folder and bring the database up to date.

    Raises:
        StoreError: the folder or the database cannot be used.
    """
    folder = prepare_folder(settings.data)
    engine = open_database(database_url(folder.resolve(), settings.database_url))
    try:
        await migrate(engine)
    except BaseException:
        await engine.dispose()
        raise
    return engine


async def serve(settings: Settings, make_media: MakeMedia, announce: Announce) -> None:
    """Run the server until it is told to stop (SIGTERM or SIGINT).

    Args:
        settings: how.
        make_media: makes the media engine.
        announce: called once the server listens.

    Raises:
        StartError: a port or the media engine is not to be had.
        StoreError: data folder, keys or database cannot be used.
    """
    with hold_folder(settings.data):
        await _serve(settings, make_media, announce)


async def _serve(settings: Settings, make_media: MakeMedia, announce: Announce) -> None:
    clock = SystemClock()
    database = await prepare_store(settings)
    try:
        engine_key = _load_key(settings)
        node_key = NodeKey(load_node_seed(settings.data))
        node_id = await load_node_id(database, day_of(clock.now()))
        with ExitStack() as stack:
            doors = open_doors(settings, clock)
            stack.callback(doors.close)
            metrics = Metrics()
            stack.callback(metrics.close)
            metrics_port = _serve_metrics(metrics, settings.metrics_port)
            media = make_media(settings)
            stack.callback(media.close)
            switchboard = Switchboard(
                media,
                ServerFacts(node_id, secrets.token_bytes(16)),
                _times(settings),
                clock,
                metrics,
            )
            media.start(switchboard.take_media_events)
            ports = Ports(doors.web_port, metrics_port, doors.notice_port)
            book = MeetingRows(database)
            exchange = await _open_exchange(database, settings, clock, metrics)
            origins = _own_origins(settings, doors)
            parts = Parts(
                database, book, engine_key, node_key, clock, metrics, switchboard, exchange, origins
            )
            live = _assemble(settings, parts, doors)
            routines = [
                _tick(live, media, metrics),
                _tick_groups(exchange),
                _delete_expired(book, clock),
            ]
            if doors.encryption is not None:
                routines.append(doors.encryption.keep_fresh(clock))
            for routine in routines:
                stack.callback(asyncio.create_task(routine).cancel)
            await _run(live, settings, lambda: announce(ports, doors.encryption))
    finally:
        await database.dispose()


def _assemble(settings: Settings, parts: Parts, doors: Doors) -> Live:
    readiness = Readiness({"database": lambda: is_answering(parts.database)})
    doorkeeper = TokenDoorkeeper(parts.engine_key, parts.clock, settings.token_lifetime_s)
    gate = Gate(doorkeeper, parts.origins, settings.allowed_origins)
    sessions = WebSocketSessions(parts.switchboard, settings.max_send_queue_bytes)
    creations = Creations(
        parts.book,
        parts.origins,
        _creation_rules(settings),
        parts.clock,
        lambda locator: parts.switchboard.has_room(RoomName(to_base64url(locator))),
    )
    admissions = Admissions(
        parts.book,
        Nonces(parts.clock),
        parts.origins,
        settings.meetings.admissions_per_minute,
        parts.clock,
    )
    operator, place = settings.operator_name, settings.operator_place
    groups = TokenGroupDoorkeeper(parts.engine_key, parts.clock)
    surface = Surface(
        rtc=RtcEndpoint(gate, sessions),
        group=GroupEndpoint(gate, WebSocketChannels(parts.exchange, groups)),
        probes=Probes(readiness),
        meetings=MeetingsEndpoint(
            gate, creations, admissions, doorkeeper, groups, parts.node_key, parts.metrics
        ),
        about=AboutServer(operator, place, creations.can_create, gate),
        web_dir=settings.web_dir or _packaged_web(),
        has_trusted_certificate=doors.encryption is not None and not doors.encryption.is_self_made,
    )
    servers = Servers(build_app(surface), doors)

    def farewell() -> str:
        drain = parts.node_key.sign_drain(parts.clock.now().wall_ms)
        return encode_drain(drain.at_ms, drain.signature)

    return Live(servers, parts.switchboard, parts.exchange, gate, readiness, farewell)


def _own_origins(settings: Settings, doors: Doors) -> OwnOrigins:
    if doors.encryption is not None:
        return OwnOrigins(doors.origins).extended(settings.allowed_origins)
    return own_origins("http", settings.host, doors.web_port, settings.allowed_origins)


def _creation_rules(settings: Settings) -> CreationRules:
    meetings = settings.meetings
    return CreationRules(
        can_create=meetings.create == "anyone",
        per_hour=meetings.create_per_hour,
        max_lifetime_s=meetings.max_lifetime_days * DAY_S,
        max_meetings=meetings.max_count,
    )


async def _run(live: Live, settings: Settings, announce: Callable[[], None]) -> None:
    """Serve until a signal, then drain. A second signal ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    serving = asyncio.create_task(live.servers.serve())
    try:
        await live.servers.wait_until_listening()
        announce()
        _log.info("listening")
        await stop.wait()
        await _drain(live, settings.drain_s)
    finally:
        live.servers.stop()
        await serving
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        _log.info("stopped")


async def _drain(live: Live, drain_s: float) -> None:
    """Refuse new joins, send everybody away with a reason, and give them time to hear it."""
    _log.info("draining", sessions=live.switchboard.session_count)
    live.readiness.is_draining = True
    live.gate.is_closed = True
    # First: who is sent away has to know by then that it is no cut.
    await live.exchange.announce(live.farewell())
    await asyncio.sleep(FAREWELL_S)
    live.switchboard.drain()
    await live.exchange.drain()
    await asyncio.sleep(max(drain_s, FLUSH_S))


async def _open_exchange(
    database: AsyncEngine, settings: Settings, clock: Clock, metrics: Metrics
) -> Exchange:
    exchange = Exchange(GroupRows(database), settings.groups.max_channels, clock, metrics)
    try:
        await exchange.start()
    except BookError:
        raise StartError(
            "The database cannot be read: check the data folder, or database_url."
        ) from None
    return exchange


async def _tick_groups(exchange: Exchange) -> None:
    while True:
        await exchange.tick()
        await asyncio.sleep(GROUPS_TICK_S)


async def _tick(live: Live, media: MediaPort, metrics: Metrics) -> None:
    while True:
        live.switchboard.tick()
        sizes = {
            "sessions": live.switchboard.session_count,
            "rooms": live.switchboard.room_count,
            "channels": live.exchange.channel_count,
            "orders": live.exchange.order_count,
            "tasks": len(asyncio.all_tasks()),
        }
        engine = {f"engine_{name}": value for name, value in media.counters().items()}
        metrics.observe({**sizes, **engine})
        await asyncio.sleep(TICK_S)


async def _delete_expired(book: MeetingBook, clock: Clock) -> None:
    """Delete what has expired, now and then; a database that is away for a while is no end."""
    while True:
        try:
            await book.delete_expired(clock.now().wall_ms)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("expired_meetings_stay", kind=type(error).__name__)
        await asyncio.sleep(EXPIRY_S)


def _load_key(settings: Settings) -> EngineKey:
    secret = settings.engine_secret
    key, secret_text = load_engine_key(
        settings.data, settings.engine_key, secret.get_secret_value() if secret else None
    )
    return EngineKey(key, secret_text)


def _serve_metrics(metrics: Metrics, port: int) -> int:
    try:
        return metrics.serve(port)
    except OSError as error:
        raise StartError(
            f"{why(error)} (metrics, TCP port {port}): stop what uses it, or choose another with "
            "--metrics-port."
        ) from None


def _times(settings: Settings) -> SessionTimes:
    return SessionTimes(
        first_message_s=settings.first_message_s,
        ping_interval_s=settings.ping_interval_s,
        ping_timeout_s=settings.ping_timeout_s,
        token_refresh_s=settings.token_refresh_s,
    )


def _packaged_web() -> Path | None:
    """The web client built in the repository, or the one that came with the package."""
    here = Path(__file__).parent
    for folder in (here.parent.parent / "web" / "dist", here / "web"):
        if (folder / "index.html").is_file():
            return folder
    return None
