"""A ticket is good once, for a minute, in one life of the server."""

import pytest

from folkmoot.domain.participant import ClientTraits
from folkmoot.identity.access_token import EngineKey, read_token
from folkmoot.identity.doorkeeper import MEMBER_RIGHTS, TokenDoorkeeper
from folkmoot.identity.tickets import Tickets
from folkmoot.signalling.errors import TokenError
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import KEY, SECRET

ENGINE = EngineKey(KEY, SECRET)


def doorkeeper(clock: FakeClock) -> TokenDoorkeeper:
    return TokenDoorkeeper(ENGINE, clock, 600)


def test_a_ticket_names_room_identity_and_rights_and_nothing_else() -> None:
    keeper = doorkeeper(FakeClock())
    admission = keeper.admit(keeper.issue_ticket("room", "ana", "sealed"), ClientTraits())
    assert (admission.room, admission.identity) == ("room", "ana")
    assert admission.rights == MEMBER_RIGHTS
    assert admission.profile.attributes == {"name": "sealed"}
    assert (admission.profile.name, admission.profile.metadata) == ("", "")
    unnamed = keeper.admit(keeper.issue_ticket("room", "ana", ""), ClientTraits())
    assert unnamed.profile.attributes == {}


def test_a_ticket_is_spent_by_entering_and_by_nothing_else() -> None:
    keeper = doorkeeper(FakeClock())
    ticket = keeper.issue_ticket("room", "ana", "")
    first, second = (keeper.admit(ticket, ClientTraits()) for _ in range(2))
    first.enter()
    with pytest.raises(TokenError, match="used already"):
        second.enter()
    with pytest.raises(TokenError, match="used already"):
        keeper.admit(ticket, ClientTraits())


def test_a_session_token_is_not_spent_and_says_the_same() -> None:
    clock = FakeClock()
    keeper = doorkeeper(clock)
    admission = keeper.admit(keeper.issue_ticket("room", "ana", "sealed"), ClientTraits())
    token = admission.refresh()
    clock.advance(599)
    for _ in range(3):
        again = keeper.admit(token, ClientTraits())
        again.enter()
        assert (again.room, again.identity, again.rights) == ("room", "ana", MEMBER_RIGHTS)
        assert again.profile == admission.profile


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (58, True), (60, False), (90, False)])
def test_a_ticket_has_no_leeway(seconds: int, is_good: bool) -> None:
    clock = FakeClock()
    keeper = doorkeeper(clock)
    ticket = keeper.issue_ticket("room", "ana", "")
    clock.advance(seconds)
    if is_good:
        keeper.admit(ticket, ClientTraits())
    else:
        with pytest.raises(TokenError, match="expired"):
            keeper.admit(ticket, ClientTraits())


def test_a_clock_that_is_set_back_revives_no_ticket() -> None:
    """Symptom: a used ticket is new again. Who: whoever has one, when the clock is corrected."""
    clock = FakeClock()
    keeper = doorkeeper(clock)
    ticket = keeper.issue_ticket("room", "ana", "")
    keeper.admit(ticket, ClientTraits()).enter()
    clock.advance(61)
    # Long forgotten as spent:
    keeper.admit(keeper.issue_ticket("room", "bob", ""), ClientTraits()).enter()
    clock._wall_ms -= 3_600_000
    with pytest.raises(TokenError, match="expired"):
        keeper.admit(ticket, ClientTraits())


def test_another_life_of_the_server_takes_no_ticket() -> None:
    clock = FakeClock()
    ticket = doorkeeper(clock).issue_ticket("room", "ana", "")
    with pytest.raises(TokenError, match="expired"):
        doorkeeper(clock).admit(ticket, ClientTraits())


def test_spent_tickets_are_forgotten_when_they_have_expired_anyhow() -> None:
    clock = FakeClock()
    tickets = Tickets(ENGINE, clock, max_spent=2)
    keeper = doorkeeper(clock)
    keeper._tickets = tickets

    def enter() -> None:
        claims = read_token(keeper.issue_ticket("room", "ana", ""), ENGINE)
        tickets.spend(claims)

    enter()
    enter()
    with pytest.raises(TokenError, match="too many"):
        enter()
    clock.advance(60)
    enter()
    assert len(tickets._spent) == 1
