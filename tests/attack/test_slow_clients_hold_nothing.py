"""H-7: whoever says little, or takes nothing, is not waited for without end."""

import socket
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from folkmoot.http.http_protocol import HEAD_S
from tests.fakes.server import RunningServer, running_server

GET: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE: Final = b"GET /rtc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
# What is sent at once, and what every second afterwards.
SLOW: Final = {
    "nothing": (b"", b""),
    "a head that does not end": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n"),
    "an upgrade that does not end": (UPGRADE, b"a: b\r\n"),
    "a second head that does not end": (GET + b"GET /", b"a"),
    "a body that nobody waits for": (GET[:-2] + b"Content-Length: 1000\r\n\r\n", b"x"),
}


def is_open(raw: socket.socket) -> bool:
    """Whether the server has not hung up; takes what it answered."""
    raw.setblocking(False)
    try:
        while raw.recv(65_536):
            pass
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


def held_after(server: RunningServer, seconds: float) -> list[str]:
    """Which slow connections the server still holds."""
    held = {}
    for name, (first, _) in SLOW.items():
        held[name] = socket.create_connection(("127.0.0.1", server.web_port), timeout=5)
        held[name].sendall(first)
    begin = time.monotonic()
    while held and time.monotonic() - begin < seconds:
        time.sleep(1)
        for name, raw in list(held.items()):
            try:
                raw.sendall(SLOW[name][1])
                still_open = is_open(raw)
            except ConnectionError:
                still_open = False
            if not still_open:
                held.pop(name).close()
    names = list(held)
    for raw in held.values():
        raw.close()
    return names


def test_connections_that_do_not_get_on_are_cut(tmp_path: Path) -> None:
    """Symptom: members find the server unreachable, and nothing in its log.

    Cause: a connection on which no whole request came was kept for good, and a process has few.
    Who: anybody who reaches the port.
    """
    with running_server(tmp_path) as server:
        assert held_after(server, HEAD_S + 5) == []
        assert server.lines()[1:] == []


def test_whoever_asks_again_in_time_keeps_the_connection(server: RunningServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.web_port, timeout=5)
    used = set()
    for pause_s in (0.1, 2.0, 0.0):
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b"ok"
        used.add(connection.sock.getsockname())
        time.sleep(pause_s)
    connection.close()
    assert len(used) == 1
