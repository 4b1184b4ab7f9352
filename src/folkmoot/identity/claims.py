"""What a token says, checked strictly."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from folkmoot.domain.limits import MAX_NAME_CHARS, MAX_PROFILE_BYTES
from folkmoot.domain.rights import Rights, TrackSource

Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS)]
Time = Annotated[int | float, Field(ge=0, le=2**40, allow_inf_nan=False)]

_STRICT: Final = ConfigDict(strict=True, frozen=True, extra="allow", populate_by_name=True)

# No effect on anything here; everything else beyond the fields of `VideoGrant` is power that this
# server does not have to give (unseen participants, recording, administration).
_HARMLESS_GRANTS: Final = frozenset({"canSubscribeMetrics"})
# Claims of LiveKit that ask for something to be done besides joining.
_FOREIGN_CLAIMS: Final = frozenset(
    {"sip", "agent", "inference", "observability", "roomConfig", "roomPreset", "kindDetails"}
)


class Use(StrEnum):
    """What a token is for."""

    TICKET = "ticket"
    """Joins once, within a minute of being let in."""
    SESSION = "session"
    """Comes back, as often as connections break."""
    GROUP = "group"
    """Opens a channel to the group's order once, within a minute of being let in."""
    GROUP_SESSION = "group_session"
    """Comes back to it."""


class VideoGrant(BaseModel):
    """The `video` claim. Rights that are not mentioned are granted, as everywhere in LiveKit."""

    model_config = _STRICT

    room: Name
    room_join: bool = Field(alias="roomJoin")
    can_publish: bool | None = Field(None, alias="canPublish")
    can_subscribe: bool | None = Field(None, alias="canSubscribe")
    can_publish_data: bool | None = Field(None, alias="canPublishData")
    can_publish_sources: list[str] | None = Field(
        None, alias="canPublishSources", max_length=len(TrackSource)
    )
    can_update_own_metadata: bool | None = Field(None, alias="canUpdateOwnMetadata")

    def excess(self) -> list[str]:
        """Names of grants that ask for more than this server gives to anybody."""
        asked = {name for name, value in (self.model_extra or {}).items() if value}
        return sorted(asked - _HARMLESS_GRANTS)

    def rights(self) -> Rights:
        """The grant in the domain's words.

        Raises:
            ValueError: a source that nobody knows.
        """
        return Rights(
            can_publish=self.can_publish is not False,
            can_subscribe=self.can_subscribe is not False,
            can_publish_data=self.can_publish_data is not False,
            can_update_own_metadata=self.can_update_own_metadata is True,
            sources=frozenset(TrackSource(word) for word in self.can_publish_sources or ()),
        )


class Claims(BaseModel):
    """The payload of a token."""

    model_config = _STRICT

    iss: str
    sub: Name
    use: Annotated[Use, Field(strict=False)]
    jti: Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)] = ""
    """Which ticket this is."""
    boot: Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)] = ""
    """Which life of the server a ticket belongs to."""
    exp: Time
    nbf: Time | None = None
    iat: Time | None = None
    name: Annotated[str, StringConstraints(max_length=MAX_NAME_CHARS)] = ""
    metadata: Annotated[str, StringConstraints(max_length=MAX_PROFILE_BYTES)] = ""
    attributes: dict[str, str] | None = None
    kind: str = ""
    video: VideoGrant

    def excess(self) -> list[str]:
        """Names of claims that ask for more than joining as a visible participant."""
        extra: dict[str, Any] = self.model_extra or {}
        asked = [name for name in _FOREIGN_CLAIMS if _asks(extra.get(name))]
        if self.kind not in ("", "standard"):
            asked.append("kind")
        return sorted(asked) + self.video.excess()


def _asks(value: object) -> bool:
    """Whether a claim asks for anything; libraries write empty objects."""
    return any(value.values()) if isinstance(value, dict) else bool(value)
