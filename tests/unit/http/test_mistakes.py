"""A mistake of the server is told with a next step, and without a word about its inside."""

from typing import Any

import httpx
import pytest

from folkmoot.http.about import AboutServer
from folkmoot.http.gate import Gate
from folkmoot.http.group import GroupEndpoint
from folkmoot.http.meetings import MeetingsEndpoint
from folkmoot.http.probes import Probes
from folkmoot.http.readiness import Readiness
from folkmoot.http.routes import Surface, build_app
from folkmoot.http.rtc import RtcEndpoint


async def check() -> bool:
    raise ValueError("a detail")


async def test_a_mistake_of_the_server_is_told_with_a_next_step(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Symptom: "Internal Server Error" as bare text.

    Cause: Starlette answered before our own last line of defence could. Who: anybody, when
    something is broken.
    """
    nobody: Any = None
    parts = [nobody] * 6
    nobody_meets = MeetingsEndpoint(Gate(nobody, (), ()), *parts)
    probes = Probes(Readiness({"database": check}))
    gate = Gate(nobody, (), ())
    about = AboutServer("", "", can_create=False, gate=gate)
    rtc, group = RtcEndpoint(gate, nobody), GroupEndpoint(gate, nobody)
    surface = Surface(rtc, group, probes, nobody_meets, about, None)
    app: Any = build_app(surface)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 500
    assert answer.json().keys() == {"error", "message", "next_step"}
    assert "content-security-policy" in answer.headers
    logged = capsys.readouterr().out
    assert "unhandled_error" in logged
    assert "a detail" not in answer.text + logged
