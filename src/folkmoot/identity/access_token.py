"""Tickets and session tokens: JWT, HS256, one key.

The key and the algorithm are fixed here; nothing in the header of a token chooses them (`kid`,
`jku`, `x5u` and `jwk` are not read, an `alg` other than HS256 and any `crit` are refused).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from pydantic import ValidationError

from folkmoot.domain.rights import Rights
from folkmoot.identity.claims import Claims, Use
from folkmoot.signalling.errors import TokenError, TokenRefusedError

MAX_TOKEN_CHARS: Final = 6 * 1024
"""Security limit: longest token that is looked at.

The WebSocket library takes no line over 8 KiB; what a client says of itself needs the rest.
"""
LEEWAY_S: Final = 60
"""How far clocks may disagree about a session token."""

_ALGORITHM: Final = "HS256"
# Signature only; times are judged by the clock of the caller.
_OPTIONS: Final = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": True,
    "require": ["exp", "iss", "sub"],
}


@dataclass(frozen=True, slots=True)
class EngineKey:
    """The key id (`iss`) and the secret of this server's tokens."""

    key: str
    secret: str

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return "EngineKey(…)"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token was checked to say."""

    identity: str
    room: str
    rights: Rights
    name: str
    metadata: str
    attributes: tuple[tuple[str, str], ...]
    joins_room: bool = True
    """Without it the token opens no media engine, of whatever make."""


def read_token(token: str, engine: EngineKey) -> Claims:
    """Check that a token is genuine. What it is for and when it is valid, the caller judges.

    Args:
        token: compact JWT, at most `MAX_TOKEN_CHARS`.
        engine: who must have signed it.

    Raises:
        TokenError: not a genuine token of this server.
    """
    return _decode(token, engine)


def check_times(claims: Claims, now_s: float) -> None:
    """Check that a session token is valid now.

    Raises:
        TokenError: it is not.
    """
    if claims.exp <= now_s - LEEWAY_S:
        raise TokenError("the token has expired")
    if max(claims.nbf or 0, claims.iat or 0) > now_s + LEEWAY_S:
        raise TokenError("the token is not valid yet")


def grant_of(claims: Claims) -> Grant:
    """What a genuine token grants.

    Raises:
        TokenError: it names what nobody knows.
        TokenRefusedError: it does not join a room, or asks for powers that nobody has.
    """
    if not claims.video.room_join:
        raise TokenRefusedError("the token does not allow joining a room")
    if excess := claims.excess():
        raise TokenRefusedError(f"this server gives nobody: {', '.join(excess)[:200]}")
    try:
        rights = claims.video.rights()
    except ValueError:
        raise TokenError("the token names an unknown source") from None
    return Grant(
        identity=claims.sub,
        room=claims.video.room,
        rights=rights,
        name=claims.name,
        metadata=claims.metadata,
        attributes=tuple(sorted((claims.attributes or {}).items())),
    )


def issue_session_token(grant: Grant, engine: EngineKey, now_s: float, lifetime_s: int) -> str:
    """Make a session token that says the same as `grant`, valid from now.

    Args:
        grant: what it is to say.
        engine: who signs.
        now_s: seconds since 1970.
        lifetime_s: how long it is valid.
    """
    return sign_token(grant, engine, now_s, lifetime_s, {"use": Use.SESSION})


def sign_token(
    grant: Grant, engine: EngineKey, now_s: float, lifetime_s: int, more: Mapping[str, str]
) -> str:
    """Sign a token.

    Args:
        more: what it is for, and the like.
    """
    rights = grant.rights
    video: dict[str, Any] = {
        "room": grant.room,
        "roomJoin": grant.joins_room,
        "canPublish": rights.can_publish,
        "canSubscribe": rights.can_subscribe,
        "canPublishData": rights.can_publish_data,
        "canUpdateOwnMetadata": rights.can_update_own_metadata,
    }
    if rights.sources:
        video["canPublishSources"] = sorted(rights.sources)
    claims = {
        "iss": engine.key,
        "sub": grant.identity,
        "nbf": int(now_s),
        "exp": int(now_s) + lifetime_s,
        "name": grant.name,
        "metadata": grant.metadata,
        "attributes": dict(grant.attributes),
        "video": video,
        **more,
    }
    return jwt.encode(claims, engine.secret, algorithm=_ALGORITHM)


def _decode(token: str, engine: EngineKey) -> Claims:
    if not token:
        raise TokenError("there is no token")
    # Five parts would be an encrypted token, whose content may be compressed.
    if len(token) > MAX_TOKEN_CHARS or not token.isascii() or token.count(".") != 2:
        raise TokenError("this is not a token of this server")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != _ALGORITHM or "crit" in header:
            raise TokenError("this is not a token of this server")
        payload = jwt.decode(
            token,
            engine.secret,
            algorithms=[_ALGORITHM],
            issuer=engine.key,
            options=_OPTIONS,  # type: ignore[arg-type]  # a plain dict of PyJWT's own options
        )
        return Claims.model_validate(payload)
    except jwt.MissingRequiredClaimError as error:
        raise TokenError(f"the token lacks the claim {error.claim}") from None
    except ValidationError as error:
        raise TokenError(_describe(error)) from None
    except (jwt.PyJWTError, ValueError, OverflowError, RecursionError):
        raise TokenError("this is not a token of this server") from None


def _describe(error: ValidationError) -> str:
    """Name the first claim that is missing or wrong, without its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    # Below `video` stand our own words, elsewhere words of the token.
    place = first["loc"][:2] if first["loc"][0] == "video" else first["loc"][:1]
    claim = ".".join(str(each) for each in place)
    return f"the token {'lacks' if first['type'] == 'missing' else 'misspells'} the claim {claim}"
