"""W-3, W-15: tickets that are repeated, and one person's device that joins twice at once."""

import asyncio
import json
import os
from pathlib import Path

import jwt
import pytest
from livekit.protocol import models, rtc
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.client import joined, receive
from tests.fakes.member import Host, Member
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import SECRET, claims_of, sign, token_of
from tests.fakes.web import fetch


@pytest.fixture(scope="module")
def host(server: RunningServer) -> Host:
    host = Host(os.urandom(32))
    assert host.create(server.http).status == 201
    return host


async def try_to_join(server: RunningServer, token: str) -> str:
    """What became of it in one word or sentence."""
    try:
        async with joined(server, token) as socket:
            await receive(socket, "join")
            return "joined"
    except InvalidStatus as refusal:
        problem = json.loads(refusal.response.body or b"")
        return f"{refusal.response.status_code} {problem['message']}"


async def test_a_ticket_is_good_once(server: RunningServer, host: Host) -> None:
    """W-3."""
    ticket = Member(host.secret).ticket(server.http)
    assert await try_to_join(server, ticket) == "joined"
    assert (
        await try_to_join(server, ticket) == "401 You are not let in: the ticket was used already."
    )


async def test_of_many_who_use_one_ticket_at_once_one_gets_in(
    server: RunningServer, host: Host
) -> None:
    """W-3."""
    ticket = Member(host.secret).ticket(server.http)
    outcomes = await asyncio.gather(*(try_to_join(server, ticket) for _ in range(40)))
    assert outcomes.count("joined") == 1


async def test_to_ask_whether_a_ticket_is_good_does_not_spend_it(
    server: RunningServer, host: Host
) -> None:
    """Clients ask when the WebSocket fails, and addresses that are not there do not count."""
    ticket = Member(host.secret).ticket(server.http)
    address = f"{server.http}/rtc/validate?access_token={ticket}"
    for _ in range(2):
        assert (await asyncio.to_thread(fetch, address)).status == 200
    missing = f"{server.http}/rtc/v1?access_token={ticket}"
    assert (await asyncio.to_thread(fetch, missing)).status == 404
    assert await try_to_join(server, ticket) == "joined"
    assert (await asyncio.to_thread(fetch, address)).status == 401


async def test_a_restart_revives_no_ticket(tmp_path: Path) -> None:
    """W-3: neither a used one nor an unused one; session tokens outlive it."""
    host = Host(os.urandom(32))
    with running_server(tmp_path) as server:
        assert host.create(server.http).status == 201
        used, unused = (Member(host.secret).ticket(server.http) for _ in range(2))
        async with joined(server, used) as socket:
            token = (await receive(socket, "refresh_token")).refresh_token
        server.stop()
    with running_server(tmp_path) as server:
        assert "expired" in await try_to_join(server, used)
        assert "expired" in await try_to_join(server, unused)
        assert await try_to_join(server, token) == "joined"


def test_a_ticket_lives_for_a_minute_and_no_second_longer(
    server: RunningServer, host: Host
) -> None:
    """W-3: clocks need no leeway where only one clock is read."""
    claims = jwt.decode(
        Member(host.secret).ticket(server.http), SECRET, ["HS256"], {"verify_signature": False}
    )
    assert claims["exp"] - claims["nbf"] == 60
    claims["exp"] = claims["nbf"] - 1
    stale = fetch(f"{server.http}/rtc/validate", Authorization=f"Bearer {sign(claims)}")
    assert (stale.status, "expired" in stale.body) == (401, True)


async def test_a_broken_connection_comes_back_with_the_session_token(
    server: RunningServer, host: Host
) -> None:
    member = Member(host.secret)
    async with joined(server, member.ticket(server.http, "Ana")) as socket:
        join = (await receive(socket, "join")).join
        token = (await receive(socket, "refresh_token")).refresh_token
        name = join.participant.attributes["name"]
    for _ in range(3):
        async with joined(server, token) as socket:
            again = (await receive(socket, "join")).join
            token = (await receive(socket, "refresh_token")).refresh_token
            assert again.participant.identity == member.identity
            assert again.room.name == host.locator
            assert again.participant.attributes["name"] == name
            assert len(name) == 427


async def test_nobody_can_say_more_than_they_were_admitted_for(
    server: RunningServer, host: Host
) -> None:
    """Names are sealed, and data has no place here: a member may be heard and seen."""
    async with joined(server, Member(host.secret).ticket(server.http)) as socket:
        rights = (await receive(socket, "join")).join.participant.permission
        assert (rights.can_publish, rights.can_subscribe) == (True, True)
        assert not rights.can_publish_data
        assert not rights.can_update_metadata
        change = rtc.UpdateParticipantMetadata(name="somebody else", attributes={"name": "x"})
        await socket.send(rtc.SignalRequest(update_metadata=change).SerializeToString())
        refusal = (await receive(socket, "request_response")).request_response
        assert refusal.reason == rtc.RequestResponse.NOT_ALLOWED


@pytest.mark.parametrize("use", [None, "", "both", 1])
def test_a_token_that_does_not_say_what_it_is_for_opens_nothing(
    server: RunningServer, use: object
) -> None:
    """What LiveKit's own libraries make with the key is no admission."""
    claims = claims_of()
    del claims["use"]
    token = sign(claims if use is None else {**claims, "use": use})
    answer = fetch(f"{server.http}/rtc/validate", Authorization=f"Bearer {token}")
    assert answer.status == 401
    assert "the claim use" in json.loads(answer.body)["message"]


async def last_word(socket: ClientConnection) -> models.DisconnectReason | None:
    """Why the server ended a session; None while it lives."""
    try:
        async with asyncio.timeout(5):
            return (await receive(socket, "leave")).leave.reason
    except TimeoutError:
        return None
    except ConnectionClosed:
        raise AssertionError("a session ended without a reason") from None


async def test_the_same_person_twice_leaves_the_newer_and_tells_the_older(
    server: RunningServer,
) -> None:
    """W-15: 100 double joins at once; each ends with one session, and the other knows why."""

    async def double(number: int) -> list[models.DisconnectReason | None]:
        token = token_of(f"twin{number}", f"twins{number % 10}")
        async with joined(server, token) as one, joined(server, token) as other:
            return list(await asyncio.gather(last_word(one), last_word(other)))

    words = await asyncio.gather(*(double(number) for number in range(100)))
    replaced = models.DisconnectReason.DUPLICATE_IDENTITY
    assert words == [[replaced, None]] * 100
    # Numbers are observed once a second.
    for _ in range(50):
        sessions = await asyncio.to_thread(server.metric, "sessions")
        if sessions == 0:
            break
        await asyncio.sleep(0.2)
    assert sessions == 0
    assert await asyncio.to_thread(server.metric, "rooms") == 0


async def test_two_joins_of_one_person_that_race_leave_one(server: RunningServer) -> None:
    """W-15: nobody can say which of the two is the newer one; there is one all the same."""

    async def join_and_wait(token: str, words: list[models.DisconnectReason | None]) -> None:
        async with joined(server, token) as socket:
            await receive(socket, "join")
            words.append(await last_word(socket))

    async def race(number: int) -> list[models.DisconnectReason | None]:
        words: list[models.DisconnectReason | None] = []
        token = token_of(f"racer{number}", "race")
        await asyncio.gather(*(join_and_wait(token, words) for _ in range(2)))
        return words

    for words in await asyncio.gather(*(race(number) for number in range(50))):
        assert sorted(words, key=str) == [models.DisconnectReason.DUPLICATE_IDENTITY, None]
