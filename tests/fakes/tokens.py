"""Session tokens, genuine and not, for rooms that need no meeting."""

import time
from typing import Any

import jwt

KEY = "FMtestkey"
SECRET = "a-secret-of-the-tests-0123456789-abcdefghij"


def claims_of(identity: str = "ada", room: str = "room-1", **video: Any) -> dict[str, Any]:
    now = int(time.time())
    grants = {"roomJoin": True, "room": room, **video}
    return {
        "iss": KEY,
        "sub": identity,
        "use": "session",
        "nbf": now - 5,
        "exp": now + 600,
        "video": grants,
    }


def token_of(identity: str = "ada", room: str = "room-1", **video: Any) -> str:
    return sign(claims_of(identity, room, **video))


def sign(claims: dict[str, Any], secret: str = SECRET, **headers: Any) -> str:
    return jwt.encode(claims, secret, algorithm="HS256", headers=headers)
