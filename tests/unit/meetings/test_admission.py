"""Whatever is wrong, the work and the answer are the same; what is right is let in."""

import os
from typing import Any

import pytest

import folkmoot.meetings.admission as module
from folkmoot.meetings.admission import Admissions, Application
from folkmoot.meetings.creation import DAY_S, Creation, CreationRules, Creations
from folkmoot.meetings.errors import (
    CreationRefusedError,
    LocatorTakenError,
    MeetingError,
    NotAdmittedError,
    TooManyError,
    UnusableFieldError,
    WrongOriginError,
)
from folkmoot.meetings.nonces import Nonces
from folkmoot.protocol.encoding import from_base64url
from tests.fakes.book import MemoryBook
from tests.fakes.clock import FakeClock
from tests.fakes.member import Host, Member

ORIGIN = "https://meet.example.org"


class House:
    """Both services over one book, and a clock that stands still."""

    def __init__(self, **rules: Any) -> None:
        self.clock, self.book = FakeClock(), MemoryBook()
        chosen = {"can_create": True, "per_hour": 1000, "max_lifetime_s": 366 * DAY_S}
        limits = CreationRules(**{**chosen, "max_meetings": 1000, **rules})
        self.occupied: set[bytes] = set()
        self.creations = Creations(
            self.book, {ORIGIN}, limits, self.clock, self.occupied.__contains__
        )
        self.admissions = Admissions(self.book, Nonces(self.clock), {ORIGIN}, 1000, self.clock)

    async def create(self, host: Host, origin: str = ORIGIN, **changed: Any) -> int:
        parts = host.creation(origin, **changed)
        return await self.creations.create(Creation(**read(parts)), "here")

    def application(self, member: Member, origin: str = ORIGIN, **changed: Any) -> Application:
        locator = member.keys.locator
        nonce = changed.pop("nonce", None) or self.admissions.issue_nonce(locator)
        parts = read(member.application(origin, nonce, **changed))
        return Application(locator=locator, **parts)

    async def admit(self, application: Application) -> str:
        return (await self.admissions.admit(application, "here")).identity


def read(parts: dict[str, Any]) -> dict[str, Any]:
    """Bytes again, as the endpoint makes them."""
    return {
        name: from_base64url(value) if isinstance(value, str) and name != "origin" else value
        for name, value in parts.items()
    }


@pytest.fixture
def host() -> Host:
    return Host(os.urandom(32))


@pytest.fixture
def member(host: Host) -> Member:
    return Member(host.secret)


async def test_the_link_lets_in_until_the_meeting_expires(host: Host, member: Member) -> None:
    house = House()
    host.lifetime_s = 3600
    expires_at_ms = await house.create(host)
    assert expires_at_ms == house.clock.now().wall_ms + 3_600_000
    house.clock.advance(3599)
    assert await house.admit(house.application(member)) == member.identity
    house.clock.advance(1)
    with pytest.raises(NotAdmittedError):
        await house.admit(house.application(member))


async def test_every_refusal_costs_the_same_work(
    host: Host, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-8: one look-up and two signatures each; who measures the time learns nothing."""
    house = House()
    await house.create(host)
    checked: list[bytes] = []

    def count(key: bytes, statement: bytes, signature: bytes) -> bool:
        checked.append(key)
        return is_signed(key, statement, signature)

    is_signed = module.is_signed  # type: ignore[attr-defined]  # imported there
    monkeypatch.setattr(module, "is_signed", count)
    late = house.application(member)
    good = house.application(member)
    wrongs = {
        "unknown": house.application(Member(os.urandom(32))),
        "signature": house.application(member, admission_signature=bytes(64)),
        "leaf": house.application(member, leaf_signature=bytes(64)),
        "nonce": house.application(member, nonce=bytes(32)),
        "both": house.application(member, leaf_signature=b"x" * 64, admission_signature=bytes(64)),
    }
    for reason, application in [*wrongs.items(), ("none", good), ("used", good)]:
        checked.clear()
        house.book.loads = 0
        try:
            await house.admit(application)
            assert reason == "none"
        except NotAdmittedError:
            assert reason != "none"
        assert (house.book.loads, len(checked)) == (1, 2), reason
    house.clock.advance(30)
    with pytest.raises(NotAdmittedError):
        await house.admit(late)


async def test_only_who_has_the_link_uses_a_nonce_up(host: Host, member: Member) -> None:
    house = House()
    await house.create(host)
    nonce = house.admissions.issue_nonce(member.keys.locator)
    stranger = house.application(member, nonce=nonce, admission_signature=bytes(64))
    invitee = house.application(member, nonce=nonce, leaf_signature=bytes(64))
    with pytest.raises(NotAdmittedError):
        await house.admit(stranger)
    with pytest.raises(NotAdmittedError):
        await house.admit(invitee)
    with pytest.raises(NotAdmittedError):
        await house.admit(house.application(member, nonce=nonce))


async def test_an_expired_meeting_can_be_made_again_and_a_living_one_not(host: Host) -> None:
    house = House()
    host.lifetime_s = 3600
    await house.create(host)
    with pytest.raises(LocatorTakenError):
        await house.create(Host(host.secret))
    house.clock.advance(3600)
    await house.create(Host(host.secret))


async def test_nobody_makes_a_meeting_where_people_of_another_are_still_together() -> None:
    """Symptom: a stranger in the room, let in by a meeting of their own.

    Cause: an expired meeting's place was free at once, while its people stay in the room. Who:
    whoever knows the locator without the link, from the database or a proxy's log.
    """
    house, host = House(), Host(os.urandom(32), lifetime_s=3600)
    first = await house.create(host)
    house.occupied.add(host.keys.locator)
    assert await house.create(host, sealed=house.book.kept[host.keys.locator].sealed) == first
    house.clock.advance(3600)
    for _ in ("expired", "deleted"):
        with pytest.raises(LocatorTakenError):
            await house.create(Host(host.secret))
        await house.book.delete_expired(house.clock.now().wall_ms)
    house.occupied.clear()
    await house.create(Host(host.secret))


async def test_a_full_server_takes_no_more_meetings() -> None:
    house = House(max_meetings=2)
    for _ in range(2):
        await house.create(Host(os.urandom(32)))
    with pytest.raises(TooManyError):
        await house.create(Host(os.urandom(32)))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"lifetime_s": 3599}, UnusableFieldError),
        ({"lifetime_s": 366 * DAY_S + 1}, UnusableFieldError),
        ({"sealed": bytes(513)}, UnusableFieldError),
        ({"host_key": bytes(32)}, UnusableFieldError),
        ({"admission_key": b"\1" + bytes(31)}, UnusableFieldError),
        ({"origin": "https://evil.example"}, WrongOriginError),
        ({"origin": ORIGIN + "/"}, WrongOriginError),
    ],
)
async def test_a_meeting_within_no_bounds_is_not_made(
    host: Host, changed: dict[str, Any], error: type[MeetingError]
) -> None:
    house = House()
    with pytest.raises(error):
        await house.create(host, **{"origin": ORIGIN, **changed})
    assert house.book.kept == {}


async def test_a_server_that_lets_nobody_make_meetings_counts_nobody(host: Host) -> None:
    house = House(can_create=False, per_hour=1)
    for _ in range(3):
        with pytest.raises(CreationRefusedError):
            await house.create(host)
