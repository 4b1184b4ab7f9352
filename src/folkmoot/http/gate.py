"""Who is let in to signalling: origin, token, and what the query says of the client."""

import base64
import binascii
import json
from collections.abc import Collection, Container, Mapping
from dataclasses import replace
from typing import Final, Protocol

from livekit.protocol import models
from starlette.requests import HTTPConnection

from folkmoot.domain.errors import RuleError
from folkmoot.domain.limits import MAX_PROFILE_BYTES, check_profile
from folkmoot.domain.participant import ClientTraits, Profile
from folkmoot.http.problems import ProblemError, bad_request
from folkmoot.signalling.admission import Admission
from folkmoot.signalling.errors import TokenError, TokenRefusedError

RETRY_AFTER_S: Final = 2
_CAPABILITIES: Final[Mapping[str, int]] = {
    name.removeprefix("CAP_"): number for name, number in models.ClientInfo.Capability.items()
}


class Doorkeeper(Protocol):
    """Checks tokens."""

    def admit(self, token: str, traits: ClientTraits) -> Admission:
        """Turn a token into an admission.

        Raises:
            TokenError: the token is not genuine or not valid now.
            TokenRefusedError: it asks for what is not given.
            RuleError: its profile is too large.
        """


class Gate:
    """The way in. Cookies play no part in it."""

    def __init__(
        self, doorkeeper: Doorkeeper, own_origins: Container[str], allowed_origins: Collection[str]
    ) -> None:
        """Make a gate.

        Args:
            own_origins: those that the server goes by; pages of no other may connect.
            allowed_origins: those of them whose pages come from elsewhere.
        """
        self._doorkeeper = doorkeeper
        self._own = own_origins
        self._allowed = frozenset(origin.lower().rstrip("/") for origin in allowed_origins)
        self.is_closed = False

    def is_foreign(self, connection: HTTPConnection) -> bool:
        """Whether the request says that it comes from a page that may not talk to this server."""
        origin = connection.headers.get("origin")
        # Not compared with Host: that is the page's own word for where it sends to, and whoever
        # owns a name can have it lead to this machine for a moment (DNS rebinding).
        return origin is not None and origin.lower() not in self._own

    def cross_origin(self, connection: HTTPConnection) -> str | None:
        """The origin to name in a CORS header, for pages allowed by setting."""
        origin = connection.headers.get("origin", "").lower()
        return origin if origin in self._allowed else None

    def check_page(self, connection: HTTPConnection) -> None:
        """Let nobody in while the server drains, and no page of a foreign origin ever.

        Raises:
            ProblemError: 503 while draining, 403 for the origin.
        """
        if self.is_closed:
            raise ProblemError(
                503,
                "shutting_down",
                "This server is shutting down.",
                "Try again in a moment.",
                RETRY_AFTER_S,
            )
        self.refuse_foreign(connection)

    def refuse_foreign(self, connection: HTTPConnection) -> None:
        """Answer no page of a foreign origin.

        Raises:
            ProblemError: 403.
        """
        if self.is_foreign(connection):
            raise _origin_refused()

    def admit(self, connection: HTTPConnection, *, is_upgrade: bool) -> Admission:
        """Let somebody in, or say why not.

        Args:
            is_upgrade: whether this opens a WebSocket. Browsers always send an origin then, so a
                request without one must bear its token where a page cannot put it.

        Raises:
            ProblemError: 503 while draining, 403 for the origin or the room, 401 for the token,
                400 for the query.
        """
        self.check_page(connection)
        bearer = _bearer(connection)
        if is_upgrade and "origin" not in connection.headers and bearer is None:
            raise _origin_refused()
        query = connection.query_params
        token = bearer or query.get("access_token", "")
        admission = self._check_token(token, _traits(query))
        self._check_room(query, admission)
        return _with_attributes(query, admission)

    def enter(self, admission: Admission) -> None:
        """Use a ticket up. Nothing may wait between this and the session's begin.

        Raises:
            ProblemError: 401, it was used already.
        """
        try:
            admission.enter()
        except TokenError as error:
            raise _token_invalid(error) from None

    def _check_token(self, token: str, traits: ClientTraits) -> Admission:
        try:
            return self._doorkeeper.admit(token, traits)
        except TokenError as error:
            raise _token_invalid(error) from None
        except (TokenRefusedError, RuleError) as error:
            message = f"You are not let in: {error}."
            next_step = "Ask for a token for one room, as a visible participant."
            raise ProblemError(403, "token_refused", message, next_step) from None

    def _check_room(self, query: Mapping[str, str], admission: Admission) -> None:
        if query.get("room", admission.room) != admission.room:
            raise ProblemError(
                403,
                "wrong_room",
                "The token is for another room.",
                "Ask for a token for this room.",
            )


def _origin_refused() -> ProblemError:
    return ProblemError(
        403,
        "origin_refused",
        "Pages of this origin may not connect.",
        "Open the page that this server serves, or add the origin to allowed_origins.",
    )


def _token_invalid(error: TokenError) -> ProblemError:
    message = f"You are not let in: {error}."
    return ProblemError(401, "token_invalid", message, "Join again by the meeting's link.")


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _traits(query: Mapping[str, str]) -> ClientTraits:
    names = query.get("capabilities", "").upper().split(",")[: len(_CAPABILITIES)]
    known = (_CAPABILITIES.get(name.strip().removeprefix("CAP_")) for name in names)
    digits = query.get("client_protocol", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 4
    return ClientTraits(
        client_protocol=int(digits) if is_number else 0,
        capabilities=tuple(sorted({number for number in known if number})),
        auto_subscribe=query.get("auto_subscribe", "1").lower() not in ("0", "false"),
    )


def _with_attributes(query: Mapping[str, str], admission: Admission) -> Admission:
    """Add the attributes that the client asks for, where its token lets it choose them."""
    text = query.get("attributes", "")
    profile = admission.profile
    if text and admission.rights.can_update_own_metadata:
        merged = {**profile.attributes, **_parse_attributes(text)}
        profile = Profile(profile.name, profile.metadata, merged)
    try:
        check_profile(profile)
    except RuleError as error:
        raise bad_request(str(error)) from None
    return replace(admission, profile=profile)


def _parse_attributes(text: str) -> dict[str, str]:
    if len(text) > 2 * MAX_PROFILE_BYTES:
        raise bad_request(f"attributes have at most {MAX_PROFILE_BYTES} bytes")
    try:
        padded = text + "=" * (-len(text) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        pairs = json.loads(raw, object_pairs_hook=_Pairs)
    except (binascii.Error, ValueError, RecursionError):
        raise bad_request("attributes are base64url of a JSON object") from None
    if not isinstance(pairs, _Pairs) or not pairs.are_texts():
        raise bad_request("attributes are a JSON object of texts, each key once")
    return {key: str(value) for key, value in pairs}


class _Pairs(list[tuple[str, object]]):
    """A JSON object as it was written, so that a key given twice is seen."""

    def are_texts(self) -> bool:
        return len({key for key, _ in self}) == len(self) and all(
            isinstance(value, str) and _is_unicode(key + value) for key, value in self
        )


def _is_unicode(text: str) -> bool:
    """False for lone surrogates, which JSON can spell and no message can carry."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
