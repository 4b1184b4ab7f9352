"""Which handler takes which kind of message. Every kind of the schema is in exactly one place."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from livekit.protocol import rtc

from folkmoot.signalling import negotiation, presence, publishing, subscribing
from folkmoot.signalling.actions import Action
from folkmoot.signalling.context import SessionContext

Handler = Callable[[SessionContext, rtc.SignalRequest], Iterator[Action]]

HANDLERS: Final[Mapping[str, Handler]] = {
    "offer": negotiation.handle_offer,
    "answer": negotiation.handle_answer,
    "trickle": negotiation.handle_trickle,
    "add_track": publishing.handle_add_track,
    "mute": publishing.handle_mute,
    "update_audio_track": publishing.handle_audio_track,
    "update_video_track": publishing.handle_video_track,
    "subscription": subscribing.handle_subscription,
    "track_setting": subscribing.handle_track_setting,
    "leave": presence.handle_leave,
    "ping": presence.handle_ping,
    "ping_req": presence.handle_ping_req,
    "update_metadata": presence.handle_update_metadata,
}

REFUSALS: Final[Mapping[str, str]] = {
    "subscription_permission": "choosing who may subscribe is not supported",
    "sync_state": "sessions are not resumed; join again",
    "simulate": "this server simulates no failures",
    "publish_data_track_request": "data tracks are not supported; send data packets",
    "unpublish_data_track_request": "data tracks are not supported",
    "update_data_subscription": "data tracks are not supported",
    "store_data_blob_request": "this server keeps no data",
    "get_data_blob_request": "this server keeps no data",
}
"""Kinds that are answered with a refusal, and its text."""

IGNORED: Final = frozenset({"update_layers"})
"""Deprecated; clients that send it expect nothing."""
