"""Admission against somebody who lacks the link, has it and wants more, or listens and repeats."""

import asyncio
import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from folkmoot.protocol.derivation import identity_of
from folkmoot.protocol.encoding import from_base64url
from folkmoot.protocol.statements import admission_statement, creation_statement
from tests.fakes.client import joined, receive
from tests.fakes.member import KEY, Host, Member, post, public, spelled
from tests.fakes.server import RunningServer, running_server
from tests.fakes.web import Answer

REFUSED = (403, "not_admitted")


@pytest.fixture(scope="module")
def host(server: RunningServer) -> Host:
    host = Host(os.urandom(32))
    assert host.create(server.http).status == 201
    return host


@pytest.fixture
def member(host: Host) -> Member:
    return Member(host.secret)


def outcome(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body).get("error", "")


def test_whoever_has_the_link_is_let_in_and_gets_what_the_host_sealed(
    server: RunningServer, host: Host, member: Member
) -> None:
    request = host.creation(server.http)
    answer = member.ask(server.http)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    body = json.loads(answer.body)
    node = {"node_key", "node_run"}
    assert body.keys() == {"ticket", "group_ticket", "sealed", "host_key", "expires_at_ms"} | node
    assert (body["host_key"], len(body["sealed"])) == (request["host_key"], len(request["sealed"]))


def test_a_nonce_is_good_once(server: RunningServer, member: Member) -> None:
    """Somebody repeats a whole request that was taken."""
    application = member.application(server.http, member.ask_nonce(server.http))
    assert member.apply(server.http, application).status == 200
    assert outcome(member.apply(server.http, application)) == REFUSED


def test_a_nonce_stays_good_while_strangers_try_it(
    server: RunningServer, host: Host, member: Member
) -> None:
    """Else a stranger who saw it could keep a member out."""
    nonce = member.ask_nonce(server.http)
    stranger = Member(os.urandom(32))
    theirs = stranger.application(server.http, nonce)
    assert outcome(member.apply(server.http, theirs)) == REFUSED
    assert member.apply(server.http, member.application(server.http, nonce)).status == 200


def test_a_nonce_of_another_meeting_is_none(server: RunningServer, member: Member) -> None:
    other = Host(os.urandom(32))
    assert other.create(server.http).status == 201
    foreign = Member(other.secret).ask_nonce(server.http)
    assert outcome(member.apply(server.http, member.application(server.http, foreign))) == REFUSED


@pytest.mark.parametrize("place", [0, 5, 6, 15, 16, 31])
def test_a_nonce_that_nobody_issued_is_none(
    server: RunningServer, member: Member, place: int
) -> None:
    """Each part of it counts: the time, the randomness, the proof."""
    nonce = bytearray(member.ask_nonce(server.http))
    nonce[place] ^= 1
    application = member.application(server.http, bytes(nonce))
    assert outcome(member.apply(server.http, application)) == REFUSED


def test_a_nonce_of_another_server_is_none(
    server: RunningServer, host: Host, member: Member, tmp_path: Path
) -> None:
    """A restart is another server, too: its key is new."""
    with running_server(tmp_path) as other:
        foreign = member.ask_nonce(other.http)
    application = member.application(server.http, foreign)
    assert outcome(member.apply(server.http, application)) == REFUSED


def swapped(member: Member, server: RunningServer, **changed: Any) -> dict[str, Any]:
    return member.application(server.http, member.ask_nonce(server.http), **changed)


def test_the_wrong_leaf_cannot_sign(server: RunningServer, member: Member) -> None:
    other = KEY.generate()
    for changed in (
        {"leaf_key": public(other)},
        {"leaf_signature": os.urandom(64)},
        {"admission_signature": os.urandom(64)},
        {"leaf_signature": bytes(64)},
    ):
        answer = member.apply(server.http, swapped(member, server, **changed))
        assert outcome(answer) == REFUSED


def test_another_invitee_cannot_take_over_an_identity(
    server: RunningServer, host: Host, member: Member
) -> None:
    """They have the link, so they can sign with the admission key for anybody's leaf key."""
    mallory = Member(host.secret)
    nonce = mallory.ask_nonce(server.http)
    statement = admission_statement(
        server.http, mallory.keys.locator, nonce, public(member.leaf), member.identity
    )
    application = mallory.application(
        server.http,
        nonce,
        leaf_key=public(member.leaf),
        admission_signature=mallory.keys.admission.sign(statement),
        leaf_signature=mallory.leaf.sign(statement),
    )
    assert outcome(mallory.apply(server.http, application)) == REFUSED
    # Nor with another person's identity in what the own leaf key signs.
    nonce = mallory.ask_nonce(server.http)
    statement = admission_statement(
        server.http, mallory.keys.locator, nonce, public(mallory.leaf), member.identity
    )
    application = mallory.application(
        server.http,
        nonce,
        admission_signature=mallory.keys.admission.sign(statement),
        leaf_signature=mallory.leaf.sign(statement),
    )
    assert outcome(mallory.apply(server.http, application)) == REFUSED


@pytest.mark.parametrize("weak", [b"\1" + bytes(31), bytes(32)], ids=["order 1", "order 4"])
def test_a_key_that_signs_for_anything_is_no_leaf_key(
    server: RunningServer, member: Member, weak: bytes
) -> None:
    """Nobody holds such a key: R = the key and S = 0 fits every statement, or one in four.

    An invitee could be let in as an identity that others can be, too.
    """
    forged, identity = weak + bytes(32), identity_of(weak)
    while True:
        nonce = member.ask_nonce(server.http)
        statement = admission_statement(server.http, member.keys.locator, nonce, weak, identity)
        with contextlib.suppress(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(weak).verify(forged, statement)
            break
    application = member.application(
        server.http,
        nonce,
        leaf_key=weak,
        leaf_signature=forged,
        admission_signature=member.keys.admission.sign(statement),
    )
    assert outcome(member.apply(server.http, application)) == REFUSED


def test_what_was_signed_for_one_server_opens_no_other(
    server: RunningServer, member: Member
) -> None:
    """A relay: somebody's own server passes on what a visitor signed for it."""
    nonce = member.ask_nonce(server.http)
    for origin in ("https://evil.example", server.http + ".evil.example", "http://localhost"):
        application = member.application(origin, nonce)
        assert outcome(member.apply(server.http, application)) == (403, "wrong_origin")
        # And to say another name than the one that was signed does not help.
        application["origin"] = server.http
        assert outcome(member.apply(server.http, application)) == REFUSED
    assert member.apply(server.http, member.application(server.http, nonce)).status == 200


def test_a_meeting_signed_for_another_server_is_not_made_here(server: RunningServer) -> None:
    host = Host(os.urandom(32))
    request = host.creation("https://evil.example")
    assert outcome(post(f"{server.http}/api/meetings", request)) == (403, "wrong_origin")
    request["origin"] = server.http
    assert outcome(post(f"{server.http}/api/meetings", request)) == (403, "bad_signature")


@pytest.mark.parametrize("field", ["locator", "admission_key", "host_key", "sealed", "lifetime_s"])
def test_no_part_of_a_meeting_can_be_swapped_on_the_way(server: RunningServer, field: str) -> None:
    ours, other = Host(os.urandom(32)), Host(os.urandom(32), lifetime_s=4000)
    request = ours.creation(server.http)
    request[field] = other.creation(server.http)[field]
    assert outcome(post(f"{server.http}/api/meetings", request)) == (403, "bad_signature")


@pytest.mark.parametrize("signature", ["admission_signature", "host_signature"])
def test_both_keys_have_to_sign_a_meeting(server: RunningServer, signature: str) -> None:
    request = Host(os.urandom(32)).creation(server.http)
    other = "host_signature" if signature == "admission_signature" else "admission_signature"
    request[signature] = request[other]
    assert outcome(post(f"{server.http}/api/meetings", request)) == (403, "bad_signature")


def test_nobody_takes_a_place_that_is_taken(server: RunningServer, host: Host) -> None:
    """Another invitee has the admission key, and would like to be host."""
    usurper = Host(host.secret)
    assert outcome(usurper.create(server.http)) == (409, "locator_taken")
    body = json.loads(Member(host.secret).ask(server.http).body)
    assert body["host_key"] == host.creation(server.http)["host_key"]


def test_a_lost_answer_can_be_asked_for_again(server: RunningServer) -> None:
    request = Host(os.urandom(32)).creation(server.http)
    first, again = (post(f"{server.http}/api/meetings", request) for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body


def test_an_expired_meeting_lets_nobody_in_and_is_deleted(tmp_path: Path) -> None:
    host = Host(os.urandom(32))
    member = Member(host.secret)
    with running_server(tmp_path) as server:
        assert host.create(server.http).status == 201
        with sqlite3.connect(tmp_path / "data/folkmoot.db") as database:
            database.execute("UPDATE meeting SET expires_at = 1")
        database.close()
        assert outcome(member.ask(server.http)) == REFUSED
        server.stop()
    with running_server(tmp_path) as server:
        server.stop()
    with sqlite3.connect(tmp_path / "data/folkmoot.db") as database:
        assert database.execute("SELECT count(*) FROM meeting").fetchone() == (0,)
    database.close()


async def test_nobody_comes_in_by_making_a_meeting_where_people_are(tmp_path: Path) -> None:
    """The locator stands in the database, and in the log of a proxy; the link does not."""
    host, stranger = Host(os.urandom(32)), KEY.generate()
    with running_server(tmp_path) as server:
        assert host.create(server.http).status == 201
        async with joined(server, Member(host.secret).ticket(server.http)) as socket:
            await receive(socket, "join")
            with sqlite3.connect(tmp_path / "data/folkmoot.db") as database:
                database.execute("UPDATE meeting SET expires_at = 1")
            database.close()
            parts = read_creation(Host(os.urandom(32)).creation(server.http))
            parts |= {"locator": host.keys.locator, "admission_key": public(stranger)}
            key = KEY.generate()
            statement = creation_statement(**{**parts, "host_key": public(key)})
            request = {
                **parts,
                "host_key": public(key),
                "admission_signature": stranger.sign(statement),
                "host_signature": key.sign(statement),
            }
            made = await asyncio.to_thread(post, f"{server.http}/api/meetings", spelled(request))
            assert outcome(made) == (409, "locator_taken")


def read_creation(request: dict[str, Any]) -> dict[str, Any]:
    """What a creation says, without its signatures."""
    return {
        name: from_base64url(value) if isinstance(value, str) and name != "origin" else value
        for name, value in request.items()
        if not name.endswith("_signature")
    }


def test_one_address_cannot_ask_without_end(tmp_path: Path) -> None:
    limits = {"create_per_hour": 3, "admissions_per_minute": 4}
    with running_server(tmp_path, meetings=limits) as server:
        made = [Host(os.urandom(32)).create(server.http) for _ in range(5)]
        assert [answer.status for answer in made] == [201, 201, 201, 429, 429]
        assert 3500 < int(made[-1].headers["retry-after"]) <= 3600
        stranger = Member(os.urandom(32))
        asked = [stranger.ask(server.http) for _ in range(6)]
        assert [answer.status for answer in asked] == [403] * 4 + [429] * 2
        assert 0 < int(asked[-1].headers["retry-after"]) <= 60


def test_where_nobody_may_make_meetings_nobody_does(tmp_path: Path) -> None:
    with running_server(tmp_path, meetings={"create": "nobody"}) as server:
        made = Host(os.urandom(32)).create(server.http)
        assert outcome(made) == (403, "creation_refused")
