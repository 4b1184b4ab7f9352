"""Tokens to admissions."""

from folkmoot.domain.ids import Identity, RoomName
from folkmoot.domain.limits import check_profile
from folkmoot.domain.participant import ClientTraits, Profile
from folkmoot.identity.access_token import EngineKey, Grant, issue_token, read_token
from folkmoot.observe.clock import Clock
from folkmoot.signalling.admission import Admission


class TokenDoorkeeper:
    """Lets in whoever bears a token that this server signed."""

    def __init__(self, engine: EngineKey, clock: Clock, lifetime_s: int) -> None:
        """Take the key.

        Args:
            lifetime_s: how long refreshed tokens are valid.
        """
        self._engine = engine
        self._clock = clock
        self._lifetime_s = lifetime_s

    def admit(self, token: str, traits: ClientTraits) -> Admission:
        """Turn a token into an admission.

        Raises:
            TokenError: the token is not genuine or not valid now.
            TokenRefusedError: it asks for what is not given.
            RuleError: its profile is too large.
        """
        grant = read_token(token, self._engine, self._now_s())
        profile = Profile(grant.name, grant.metadata, dict(grant.attributes))
        check_profile(profile)
        return Admission(
            room=RoomName(grant.room),
            identity=Identity(grant.identity),
            rights=grant.rights,
            refresh=lambda: self._issue(grant),
            profile=profile,
            traits=traits,
        )

    def _issue(self, grant: Grant) -> str:
        return issue_token(grant, self._engine, self._now_s(), self._lifetime_s)

    def _now_s(self) -> float:
        return self._clock.now().wall_ms / 1000
