"""What opens a group's order opens nothing else, and nothing else opens it."""

import jwt
import pytest

from folkmoot.domain.participant import ClientTraits
from folkmoot.groups.endings import ChannelError, Ending
from folkmoot.identity.access_token import EngineKey
from folkmoot.identity.doorkeeper import TokenDoorkeeper
from folkmoot.identity.group_doorkeeper import TokenGroupDoorkeeper
from folkmoot.signalling.errors import TokenError
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import KEY, SECRET, sign

ENGINE = EngineKey(KEY, SECRET)
LOCATOR = b"l" * 16
ROOM = "bGxsbGxsbGxsbGxsbGxsbA"


def is_refused(keeper: TokenGroupDoorkeeper, token: str) -> bool:
    try:
        keeper.enter(token)
    except ChannelError as error:
        return error.ending is Ending.NOT_ADMITTED
    return False


def test_a_ticket_names_meeting_and_identity_and_is_good_once() -> None:
    keeper = TokenGroupDoorkeeper(ENGINE, FakeClock())
    ticket = keeper.issue_ticket(ROOM, "ana")
    admission = keeper.enter(ticket)
    assert (admission.locator, admission.identity) == (LOCATOR, "ana")
    assert is_refused(keeper, ticket)
    assert "ana" not in repr(admission)


def test_what_the_order_hands_out_comes_back_for_ten_minutes() -> None:
    clock = FakeClock()
    keeper = TokenGroupDoorkeeper(ENGINE, clock)
    token = keeper.enter(keeper.issue_ticket(ROOM, "ana")).refresh()
    clock.advance(600)
    for _ in range(3):
        admission = keeper.enter(token)
        assert (admission.locator, admission.identity) == (LOCATOR, "ana")
    clock.advance(61)
    assert is_refused(keeper, token)
    assert not is_refused(keeper, admission.refresh())


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (58, True), (60, False)])
def test_a_ticket_lives_for_a_minute(seconds: int, is_good: bool) -> None:
    clock = FakeClock()
    keeper = TokenGroupDoorkeeper(ENGINE, clock)
    ticket = keeper.issue_ticket(ROOM, "ana")
    clock.advance(seconds)
    assert is_refused(keeper, ticket) is not is_good


def test_another_life_of_the_server_takes_the_token_and_not_the_ticket() -> None:
    clock = FakeClock()
    one, other = (TokenGroupDoorkeeper(ENGINE, clock) for _ in range(2))
    assert is_refused(other, one.issue_ticket(ROOM, "ana"))
    assert not is_refused(other, one.enter(one.issue_ticket(ROOM, "ana")).refresh())


def test_signalling_and_group_take_each_others_tokens_for_nothing() -> None:
    """Symptom: a token for the order lets somebody into the media. Who: whoever has one."""
    clock = FakeClock()
    groups, rooms = TokenGroupDoorkeeper(ENGINE, clock), TokenDoorkeeper(ENGINE, clock, 600)
    for_room = rooms.issue_ticket(ROOM, "ana", "")
    session = rooms.admit(for_room, ClientTraits()).refresh()
    for token in (for_room, session):
        assert is_refused(groups, token)
    for_group = groups.issue_ticket(ROOM, "ana")
    for token in (for_group, groups.enter(groups.issue_ticket(ROOM, "ana")).refresh()):
        with pytest.raises(TokenError, match="something else"):
            rooms.admit(token, ClientTraits())


def test_a_group_token_opens_no_media_engine_of_any_make() -> None:
    """An engine beside this server that shares the key knows nothing of `use`."""
    keeper = TokenGroupDoorkeeper(ENGINE, FakeClock())
    token = keeper.issue_ticket(ROOM, "ana")
    video = jwt.decode(token, options={"verify_signature": False})["video"]
    assert video == {
        "room": ROOM,
        "roomJoin": False,
        "canPublish": False,
        "canSubscribe": False,
        "canPublishData": False,
        "canUpdateOwnMetadata": False,
    }


@pytest.mark.parametrize("room", ["", "room-1", ROOM + "A", ROOM[:-1] + "B", "é" * 22])
def test_a_room_that_is_no_locator_has_no_order(room: str) -> None:
    claims = {
        "iss": KEY,
        "sub": "ana",
        "use": "group_session",
        "exp": FakeClock().now().wall_ms // 1000 + 60,
        "video": {"room": room, "roomJoin": False},
    }
    assert is_refused(TokenGroupDoorkeeper(ENGINE, FakeClock()), sign(claims))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 7000, "é"])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    assert is_refused(TokenGroupDoorkeeper(ENGINE, FakeClock()), token)
