"""A-8: somebody who tries locators learns nothing from what comes back, or from how fast."""

import json
import os
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import pytest

from tests.fakes.member import Host, Member
from tests.fakes.server import RunningServer, running_server

SAMPLES: Final = 60
APART_MS: Final = 5.0
"""The row's bound. What is measured is far below it; a branch that waits is above."""

Ask = Callable[[], tuple[Member, dict[str, Any]]]


class Guesses:
    """Requests that are not let in, each for a reason of its own."""

    def __init__(self, server: RunningServer, database: Path) -> None:
        self.server = server
        self.live, self.expired = Host(os.urandom(32)), Host(os.urandom(32))
        for host in (self.live, self.expired):
            assert host.create(server.http).status == 201
        with sqlite3.connect(database) as connection:
            connection.execute(
                "UPDATE meeting SET expires_at = ? WHERE locator = ?",
                # Just now, so that it is not deleted yet.
                (int(time.time() * 1000) - 1, self.expired.keys.locator),
            )
        connection.close()

    def reasons(self) -> dict[str, Ask]:
        return {
            "unknown meeting": lambda: self._ask(os.urandom(32)),
            "expired meeting": lambda: self._ask(self.expired.secret),
            "bad signature": lambda: self._ask(self.live.secret, admission_signature=b"\7" * 64),
            "another leaf": lambda: self._ask(self.live.secret, leaf_signature=b"\7" * 64),
            "unknown nonce": lambda: self._ask(self.live.secret, nonce=b"\7" * 32),
        }

    def _ask(self, secret: bytes, **changed: Any) -> tuple[Member, dict[str, Any]]:
        member = Member(secret)
        nonce = changed.pop("nonce", None) or member.ask_nonce(self.server.http)
        return member, member.application(self.server.http, nonce, **changed)


@pytest.fixture(scope="module")
def guesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guesses]:
    folder = tmp_path_factory.mktemp("server")
    limits = {"create_per_hour": 100, "admissions_per_minute": 100_000}
    with running_server(folder, meetings=limits) as server:
        yield Guesses(server, folder / "data/folkmoot.db")


def timed(connection: HTTPConnection, ask: Ask) -> tuple[float, int, bytes, dict[str, str]]:
    member, application = ask()
    path, body = f"/api/meetings/{member.locator}/admissions", json.dumps(application)
    begun = time.perf_counter()
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    took_ms = (time.perf_counter() - begun) * 1000
    headers = {name.lower(): value for name, value in answer.getheaders()}
    del headers["date"]
    return took_ms, answer.status, text, headers


def test_every_refusal_is_the_same_answer_after_the_same_time(guesses: Guesses) -> None:
    connection = HTTPConnection("127.0.0.1", guesses.server.web_port, timeout=10)
    times: dict[str, list[float]] = {reason: [] for reason in guesses.reasons()}
    answers = set()
    for _ in range(SAMPLES):
        # In turns, so that whatever else the machine does hits all of them alike.
        for reason, ask in guesses.reasons().items():
            took_ms, status, text, headers = timed(connection, ask)
            times[reason].append(took_ms)
            answers.add((status, text, json.dumps(headers, sort_keys=True)))
    connection.close()
    ((status, text, _),) = answers
    assert (status, json.loads(text)["error"]) == (403, "not_admitted")
    medians = {reason: statistics.median(values) for reason, values in times.items()}
    assert max(medians.values()) - min(medians.values()) <= APART_MS, medians


def test_a_nonce_is_issued_for_every_locator_alike(guesses: Guesses) -> None:
    connection = HTTPConnection("127.0.0.1", guesses.server.web_port, timeout=10)
    secrets = {"known": guesses.live.secret, "expired": guesses.expired.secret}
    times: dict[str, list[float]] = {}
    shapes = set()
    for _ in range(SAMPLES):
        for kind, secret in (*secrets.items(), ("unknown", os.urandom(32))):
            begun = time.perf_counter()
            connection.request("POST", f"/api/meetings/{Member(secret).locator}/nonces")
            answer = connection.getresponse()
            shapes.add((answer.status, len(answer.read())))
            times.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
    connection.close()
    assert len(shapes) == 1
    medians = {kind: statistics.median(values) for kind, values in times.items()}
    assert max(medians.values()) - min(medians.values()) <= APART_MS, medians


def test_no_address_lists_or_looks_up_meetings(guesses: Guesses) -> None:
    connection = HTTPConnection("127.0.0.1", guesses.server.web_port, timeout=10)
    locator = guesses.live.locator
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        for path, status in (
            ("/api/meetings", 405),
            (f"/api/meetings/{locator}", 404),
            (f"/api/meetings/{locator}/admissions", 405),
            (f"/api/meetings/{locator}/nonces", 405),
            ("/api/rooms", 404),
        ):
            connection.request(method, path)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (status, b""), (method, path)
    connection.close()
