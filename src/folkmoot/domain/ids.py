"""Typed ids. A bare string is never an id."""

from typing import NewType

RoomName = NewType("RoomName", str)
"""A room's locator; random, says nothing about the meeting."""

Identity = NewType("Identity", str)
"""Who a participant is towards the SFU; one live session each in a room."""

ParticipantSid = NewType("ParticipantSid", str)
"""One session of a participant, ``PA_`` and random characters; clients parse the prefix."""

TrackSid = NewType("TrackSid", str)
"""One publication, ``TR_`` and random characters; clients parse the prefix."""

RoomSid = NewType("RoomSid", str)
"""One life of a room, ``RM_`` and random characters."""
