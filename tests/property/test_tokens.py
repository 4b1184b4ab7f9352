"""Whatever stands where a token should, the answer is a typed error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.domain.errors import RuleError
from folkmoot.domain.participant import ClientTraits
from folkmoot.domain.rights import Rights, TrackSource
from folkmoot.identity.access_token import (
    EngineKey,
    Grant,
    check_times,
    grant_of,
    issue_session_token,
    read_token,
)
from folkmoot.identity.doorkeeper import TokenDoorkeeper
from folkmoot.signalling.errors import AdmissionError, TokenError
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import KEY, SECRET, claims_of, sign

ENGINE = EngineKey(KEY, SECRET)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(
    st.text(max_size=200) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True)
)
def test_no_text_is_let_in(text: str) -> None:
    with pytest.raises(TokenError):
        read_token(text, ENGINE)


@given(
    st.sampled_from(
        ["iss", "sub", "use", "jti", "boot", "exp", "nbf", "iat", "name", "video", "attributes"]
    ),
    JSON,
)
def test_a_claim_of_any_shape_is_taken_or_refused(name: str, value: object) -> None:
    claims = {**claims_of(), name: value}
    try:
        token = sign(claims)
    except (TypeError, ValueError):
        return  # the library refuses to write it
    doorkeeper = TokenDoorkeeper(ENGINE, FakeClock(claims_of()["nbf"] * 1000), 600)
    try:
        admission = doorkeeper.admit(token, ClientTraits())
    except (AdmissionError, RuleError):
        return
    assert admission.identity
    assert admission.room


@given(
    st.text(min_size=1, max_size=256).filter(lambda text: "\ud800" not in text),
    st.frozensets(st.sampled_from(TrackSource)),
    st.booleans(),
    st.booleans(),
)
def test_a_refreshed_token_says_the_same(
    identity: str, sources: frozenset[TrackSource], publish: bool, update: bool
) -> None:
    rights = Rights(can_publish=publish, can_update_own_metadata=update, sources=sources)
    grant = Grant(identity, "room", rights, "name", "meta", (("a", "b"),))
    claims = read_token(issue_session_token(grant, ENGINE, 1000, 600), ENGINE)
    check_times(claims, 1300)
    assert grant_of(claims) == grant
    with pytest.raises(TokenError):
        check_times(claims, 1660)
