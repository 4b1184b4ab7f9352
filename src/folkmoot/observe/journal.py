"""Logs: structured lines of our own, and of libraries only that something happened and where.

A line never carries an address, room, identity, token or user agent. Our own calls are written so;
what libraries say cannot be known, so their messages are dropped and place and kind kept.
"""

import logging
import sys
from typing import Final, Literal, TextIO

import structlog

Format = Literal["auto", "console", "json"]
Level = Literal["debug", "info", "warning", "error"]

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
# Loggers that write addresses and URLs as a matter of course.
_SILENCED: Final = ("uvicorn.access", "websockets.server", "websockets.client")


class LibraryHandler(logging.Handler):
    """Turns a library's warning into a line without its message."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        kind = record.exc_info[0] if record.exc_info else None
        structlog.get_logger("library").warning(
            "library_message",
            library=record.name,
            severity=record.levelname.lower(),
            where=f"{record.filename}:{record.lineno}",
            kind=kind.__name__ if kind is not None else "",
        )


def set_up_logs(log_format: Format, level: Level, stream: TextIO | None = None) -> None:
    """Configure logging for the process.

    Args:
        log_format: "auto" is console for a terminal and JSON for everything else.
        level: the least that is written.
        stream: where to; standard error by default.
    """
    out = stream if stream is not None else sys.stderr
    is_console = log_format == "console" or (log_format == "auto" and out.isatty())
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if is_console
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [LibraryHandler()]
    root.setLevel(logging.WARNING)
    for name in _SILENCED:
        logging.getLogger(name).disabled = True
