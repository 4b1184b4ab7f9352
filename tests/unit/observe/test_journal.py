"""Libraries cannot talk in our logs."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from folkmoot.observe.journal import set_up_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    text = io.StringIO()
    set_up_logs("json", "info", text)
    yield text
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


def test_a_library_warning_keeps_its_place_and_loses_its_words(stream: io.StringIO) -> None:
    try:
        raise ValueError("token=eyJ from 192.0.2.7")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("192.0.2.7 sent %s", "eyJ")
    (line,) = stream.getvalue().splitlines()
    assert "192.0.2.7" not in line
    assert "eyJ" not in line
    assert json.loads(line)["library"] == "uvicorn.error"
    assert json.loads(line)["kind"] == "ValueError"


def test_a_library_that_only_chats_is_not_heard(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info(
        '192.0.2.7 - "WebSocket /rtc?access_token=e" [accepted]'
    )
    logging.getLogger("uvicorn.access").error("192.0.2.7")
    assert stream.getvalue() == ""


def test_our_own_lines_are_structured(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("listening")
    structlog.get_logger("x").debug("not at this level")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "listening"
