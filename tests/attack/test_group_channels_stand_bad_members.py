"""Strangers, pages of other sites, and members with bad intent at the group's order.

Each test says what the others see, which is: nothing of it.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from folkmoot.groups.mls import WireFormat
from folkmoot.protocol.encoding import to_base64url
from tests.fakes.channel import SUBPROTOCOL, Channel, opened, reached
from tests.fakes.client import joined
from tests.fakes.groups import ack, commit, create, host_commit, message, replace_info, turn
from tests.fakes.member import Host, Member
from tests.fakes.mls import mls_message
from tests.fakes.server import RunningServer, running_server
from tests.fakes.tokens import sign
from tests.fakes.web import fetch

LONG = 512 * 1024


@pytest.fixture
def host(server: RunningServer) -> Host:
    host = Host(os.urandom(32))
    assert host.create(server.http).status == 201
    return host


def ticket_of(server: RunningServer, host: Host) -> str:
    return Member(host.secret).group_ticket(server.http)


@asynccontextmanager
async def victim(server: RunningServer, host: Host) -> AsyncIterator[Channel]:
    """Somebody in a group, whose channel works before and after."""
    async with opened(server, await asyncio.to_thread(ticket_of, server, host)) as channel:
        await channel.ask(create())
        assert (await channel.ask(message(0)))["frame"] == "done"
        yield channel
        epoch = await epoch_of(channel)
        assert (await channel.ask(message(epoch, 999)))["frame"] == "done"


async def epoch_of(channel: Channel) -> int:
    """Where the group stands, as a refusal tells."""
    refused = await channel.ask({"frame": "create", "ref": 998, "group_id": "", "group_info": ""})
    return int(refused["group"]["epoch"])


async def say_hello(server: RunningServer, text: str | bytes) -> int | None:
    async with reached(server) as channel:
        await channel.socket.send(text)
        return await channel.closing()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_site_does_not_even_open_a_websocket(
    server: RunningServer, origin: str
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with reached(server, additional_headers={"Origin": origin}):
            pass
    assert caught.value.response.status_code == 403


async def test_our_own_page_and_programs_reach_it_and_speak_its_protocol_only(
    server: RunningServer, host: Host
) -> None:
    ticket = await asyncio.to_thread(ticket_of, server, host)
    async with opened(server, ticket, additional_headers={"Origin": server.http}) as channel:
        assert channel.socket.subprotocol == SUBPROTOCOL
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"{server.ws}/group"):
            pass
    assert caught.value.response.status_code == 400
    assert fetch(f"{server.http}/group").status == 404


async def test_a_token_in_the_address_or_a_header_is_no_hello(
    server: RunningServer, host: Host
) -> None:
    ticket = await asyncio.to_thread(ticket_of, server, host)
    address = f"{server.ws}/group?access_token={ticket}"
    headers = {"Authorization": f"Bearer {ticket}"}
    async with connect(address, subprotocols=[SUBPROTOCOL], additional_headers=headers) as socket:
        await socket.send(json.dumps(turn()))
        assert await Channel(socket).closing() == 4000
    async with opened(server, ticket):
        pass  # it was not even spent


async def test_stolen_spent_expired_and_foreign_tokens_open_nothing(
    server: RunningServer, host: Host
) -> None:
    member = Member(host.secret)
    for_room, for_group = await asyncio.to_thread(member.tickets, server.http)
    async with opened(server, for_group) as channel:
        session = channel.token
    refused = [
        for_room,
        for_group,
        "",
        "x" * 6000,
        session[:-4] + "AAAA",
        sign({"iss": "FMtestkey", "sub": "eve", "use": "group", "exp": 2**33}),
        sign({"iss": "other", "sub": "eve", "use": "group_session", "exp": 2**33}, "k" * 32),
    ]
    for token in refused:
        hello = json.dumps({"frame": "hello", "token": token, "after": None})
        assert await say_hello(server, hello) == 4002
    for token in (for_group, session):
        with pytest.raises(InvalidStatus) as caught:
            async with joined(server, token):
                pass
        assert caught.value.response.status_code == 401
    async with opened(server, session):
        pass


async def test_of_forty_who_use_one_ticket_at_once_one_gets_in(
    server: RunningServer, host: Host
) -> None:
    ticket = await asyncio.to_thread(ticket_of, server, host)

    async def attempt() -> str:
        async with reached(server) as channel:
            await channel.say({"frame": "hello", "token": ticket})
            try:
                return str((await channel.hear("welcome"))["frame"])
            except ConnectionClosed:
                return "refused"

    outcomes = await asyncio.gather(*(attempt() for _ in range(40)))
    assert outcomes.count("welcome") == 1


@pytest.mark.parametrize(
    "hello",
    [
        "",
        "null",
        "{}",
        '{"frame":"hello"}',
        '{"frame":"hello","token":7}',
        '{"frame":"hello","token":"x","after":-1}',
        '{"frame":"hello","token":"x","after":"all"}',
        "[" * 60_000,
        b"\x00\x01",
    ],
)
async def test_a_first_frame_that_is_no_hello_is_the_last(
    server: RunningServer, hello: str | bytes
) -> None:
    assert await say_hello(server, hello) == 4000


async def test_who_says_nothing_is_sent_away_after_five_seconds(server: RunningServer) -> None:
    async with reached(server) as channel:
        async with asyncio.timeout(9):
            assert await channel.closing() == 4005


async def test_a_stranger_sends_64_kib_at_most_and_a_member_512(
    server: RunningServer, host: Host
) -> None:
    assert await say_hello(server, "x" * (64 * 1024 + 1)) == 1009
    async with victim(server, host):
        for length, code in ((LONG, 4000), (LONG + 1, 1009)):
            ticket = await asyncio.to_thread(ticket_of, server, host)
            async with opened(server, ticket) as eve:
                with_a_reset = await send_and_close(eve, "x" * length)
                assert with_a_reset in (code, None)
        before = server.memory_bytes()
        for _ in range(5):
            ticket = await asyncio.to_thread(ticket_of, server, host)
            async with opened(server, ticket) as eve:
                await send_and_close(eve, "x" * (8 * 1024 * 1024))
        assert server.memory_bytes() - before < 8 * 1024 * 1024


async def send_and_close(channel: Channel, text: str) -> int | None:
    """The code of the end; None when it was lost in the reset that unread bytes cause."""
    try:
        await channel.socket.send(text)
    except ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code
    return await channel.closing()


async def test_malformed_mls_is_refused_to_its_sender_and_nobody_hears_of_it(
    server: RunningServer, host: Host
) -> None:
    """A11: cut at every length, with every odd length field."""
    async with victim(server, host) as ana:
        ticket = await asyncio.to_thread(ticket_of, server, host)
        whole = mls_message(WireFormat.PRIVATE_MESSAGE, b"g" * 32, 0, b"r")
        odd = [whole[:length] for length in range(len(whole) - 1)]
        odd += [b"\x00\x01\x00\x02" + bytes([first]) * 40 for first in range(0, 256, 5)]
        async with opened(server, ticket) as eve:
            for ref, data in enumerate(odd):
                frame = {"frame": "message", "ref": ref, "message": to_base64url(data)}
                answer = await eve.ask(frame)
                assert answer["frame"] == "refused"
                assert answer["why"] in ("malformed", "too_soon", "stale")
                await asyncio.sleep(0.01)
        assert len(ana.entries) == 1


async def test_two_create_at_once_and_there_is_one_group(server: RunningServer, host: Host) -> None:
    async with AsyncExitStack() as stack:
        people = []
        for _ in range(2):
            ticket = await asyncio.to_thread(ticket_of, server, host)
            people.append(await stack.enter_async_context(opened(server, ticket)))
        frames = [create(1, os.urandom(32)) for _ in people]
        answers = await asyncio.gather(
            *(person.ask(frame) for person, frame in zip(people, frames, strict=True))
        )
        assert sorted(each["frame"] for each in answers) == ["done", "refused"]
        winner = [each["frame"] for each in answers].index("done")
        refused = answers[1 - winner]
        assert refused["why"] == "exists"
        assert refused["group"]["group_id"] == frames[winner]["group_id"]


async def test_commit_spam_keeps_nobody_from_committing(server: RunningServer, host: Host) -> None:
    """A6: a hundred commits at once; one is taken, and the host and others go on."""
    async with victim(server, host) as ana:
        ticket = await asyncio.to_thread(ticket_of, server, host)
        async with opened(server, ticket) as eve:
            for ref in range(100):
                await eve.say(commit(ref % 3, ref))
            answers = [await eve.hear("done", "refused") for _ in range(100)]
            taken = [each for each in answers if each["frame"] == "done"]
            assert len(taken) == 1
            epoch = await epoch_of(ana)
            assert epoch == 1
            assert (await ana.ask(commit(epoch)))["frame"] == "done"


async def test_whoever_hoards_turns_delays_a_joiner_by_one_turn_at_most(
    server: RunningServer, host: Host
) -> None:
    """Six devices with the link ask for turn after turn and never commit."""
    async with victim(server, host), AsyncExitStack() as stack:
        hoarders = []
        for _ in range(6):
            ticket = await asyncio.to_thread(ticket_of, server, host)
            hoarders.append(await stack.enter_async_context(opened(server, ticket)))

        async def hoard(channel: Channel) -> None:
            for ref in range(200):
                await channel.say(turn(ref))
                await channel.say({"frame": "ping"})
                await asyncio.sleep(0.25)

        hoarding = [asyncio.create_task(hoard(each)) for each in hoarders]
        await asyncio.sleep(6 * 1.6 + 1)  # each of them has let a turn lapse
        ticket = await asyncio.to_thread(ticket_of, server, host)
        async with opened(server, ticket) as joiner:
            begun = asyncio.get_running_loop().time()
            await joiner.say(turn(1))
            await joiner.hear("turn")
            assert asyncio.get_running_loop().time() - begun < 6
            assert (await joiner.ask(commit(0)))["frame"] == "done"
        for task in hoarding:
            task.cancel()
        await asyncio.gather(*hoarding, return_exceptions=True)


async def test_nobody_but_the_host_goes_first_or_moves_the_head(
    server: RunningServer, host: Host
) -> None:
    async with victim(server, host) as ana:
        assert (await ana.ask(host_commit(0)))["why"] == "malformed", "another host's signature"
        assert (await ana.ask(commit(0, act_head=to_base64url(b"x" * 32))))["why"] == "act_head"
        ticket = await asyncio.to_thread(ticket_of, server, host)
        async with opened(server, ticket) as joiner:
            await joiner.say(turn(1))
            await joiner.hear("turn")
            signed = host_commit(0, 2, host.key)
            assert (await ana.ask(commit(0)))["why"] == "not_your_turn"
            assert (await ana.ask({**signed, "act_head": to_base64url(b"x" * 32)}))["seq"]
            assert (await joiner.hear("turn"))["ref"] == 1


async def test_who_does_not_read_costs_the_others_nothing(tmp_path: Path) -> None:
    host = Host(os.urandom(32))
    with running_server(tmp_path) as server:
        assert host.create(server.http).status == 201
        async with victim(server, host) as ana, AsyncExitStack() as stack:
            slow = []
            for _ in range(10):
                ticket = await asyncio.to_thread(ticket_of, server, host)
                channel = await stack.enter_async_context(opened(server, ticket, max_queue=1))
                channel.socket.transport.pause_reading()
                slow.append(channel)
            before = server.memory_bytes()
            for ref in range(150):
                answer = await ana.ask(message(0, ref, bytes(16_000)))
                if answer["frame"] == "refused":
                    await asyncio.sleep(answer["retry_after_ms"] / 1000)
            # One backlog, not ten: 150 messages of 16 KB are 2.4 MB, and a third more as text.
            assert server.memory_bytes() - before < 16 * 1024 * 1024
            for channel in slow:
                channel.socket.transport.abort()


async def test_a_full_meeting_stays_open_for_who_is_in_it(tmp_path: Path) -> None:
    host = Host(os.urandom(32))
    with running_server(tmp_path, groups={"max_channels": 2}) as server:
        assert host.create(server.http).status == 201
        tickets = [ticket_of(server, host) for _ in range(3)]
        async with opened(server, tickets[0]) as ana, opened(server, tickets[1]):
            hello = json.dumps({"frame": "hello", "token": tickets[2]})
            assert await say_hello(server, hello) == 4003
            async with opened(server, ana.token) as again:
                assert (await again.ask(create()))["frame"] == "done"


async def test_logs_and_metrics_say_nothing_of_a_group(tmp_path: Path) -> None:
    host = Host(os.urandom(32))
    member = Member(host.secret)
    group_id = b"PlantedGroup" + os.urandom(20)
    with running_server(tmp_path) as server:
        assert host.create(server.http).status == 201
        ticket = member.group_ticket(server.http)
        async with opened(server, ticket) as ana:
            await ana.ask(create(1, group_id))
            await ana.ask(replace_info(5))
            await ana.say(ack(0, b"PlantedAck"))
            await ana.hear("acks")
            await ana.say({"frame": "PlantedFrame"})
            assert await ana.closing() == 4000
            token = ana.token
        metrics = fetch(f"http://127.0.0.1:{server.metrics_port}/metrics").body
        assert server.stop() == 0
        log = server.log.read_text()
    assert "folkmoot_group_channels_total 1.0" in metrics
    assert 'folkmoot_group_departures_total{reason="malformed"} 1.0' in metrics
    assert [line["event"] for line in server.lines()] == ["listening", "draining", "stopped"]
    planted = ["Planted", member.identity, host.locator, to_base64url(group_id), group_id.hex()]
    for word in [*planted, ticket, token, "127.0.0.1"]:
        assert word not in log
        assert word not in metrics
