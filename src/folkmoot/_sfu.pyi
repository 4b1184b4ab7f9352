"""The media engine: rooms, transports and forwarding, in Rust (`crates/`).

Packets never cross into Python: commands go in, events come out in batches. Every method returns
at once (the work happens on the engine's own threads), may be called from any thread, and releases
the GIL. Commands about rooms, participants or tracks that are not there do nothing; commands of one
room are carried out in the order of the calls.
"""

from typing import Literal, final

__all__ = ["Sfu", "SfuError"]

_Target = Literal["publisher", "subscriber"]
_Kind = Literal["audio", "video"]

# One event: its name, room, participant, then the fields listed here.
#   ("offer_created", room, participant, offer_id: int, sdp: str, mid_to_track: dict[str, str])
#   ("answer_created", room, participant, offer_id: int, sdp: str, mid_to_track: dict[str, str])
#   ("negotiation_refused", room, participant, target: _Target, offer_id: int, reason: str)
#   ("transport_connected", room, participant, target: _Target)
#   ("transport_failed", room, participant, target: _Target,
#        reason: "panic" | "protocol" | "timeout" | "closed" | "slow_reader")
#   ("publication_started", room, participant, track: str, mid: str, mime_type: str)
#   ("publication_ended", room, participant, track: str)
#   ("subscription_started", room, participant, track: str)
#   ("quality_measured", room, participant, quality: "poor" | "good" | "excellent")
#   ("worker_failed", room, "", worker: int): once for each room that the worker lost, or once with
#        room "" if it had none; the worker itself goes on
_Event = tuple[object, ...]

class SfuError(Exception):
    """The engine could not start; the text says what to change."""

@final
class Sfu:
    """A running media engine."""

    def __new__(
        cls,
        *,
        bind: str,
        candidates: list[str],
        local_only: bool = False,
        workers: int = 1,
        max_sdp_bytes: int = 131072,
        max_sdp_sections: int = 64,
        max_data_queue_bytes: int = 4194304,
    ) -> Sfu:
        """Bind the UDP port and start the workers.

        Args:
            bind: local socket address, e.g. ``"0.0.0.0:7882"``; port 0 picks a free one.
            candidates: addresses participants are told to send to. One without a port gets the
                bound port: ``["127.0.0.1"]``, ``["[2001:db8::1]:7882"]``.
            local_only: take nothing from other machines, whatever ``bind`` lets in.
            workers: threads, 1..64; a room lives on one of them.
            max_sdp_bytes: security limit, longest session description taken.
            max_sdp_sections: security limit, most media sections in an offer.
            max_data_queue_bytes: security limit, reliable data waiting for one participant.

        Raises:
            SfuError: an address does not parse or cannot be reached through ``bind``, ``workers``
                is out of range, or the port cannot be bound.
        """

    @property
    def port(self) -> int:
        """The UDP port in use."""

    def open_room(self, room: str) -> None: ...
    def close_room(self, room: str) -> None: ...
    def add_participant(
        self,
        room: str,
        participant: str,
        identity: str,
        *,
        can_publish: bool,
        can_subscribe: bool,
        can_publish_data: bool,
    ) -> None:
        """Make both transports; ``offer_created`` follows."""

    def remove_participant(self, room: str, participant: str) -> None: ...
    def set_rights(
        self,
        room: str,
        participant: str,
        *,
        can_publish: bool,
        can_subscribe: bool,
        can_publish_data: bool,
    ) -> None: ...
    def handle_offer(self, room: str, participant: str, offer_id: int, sdp: str) -> None:
        """Answered by ``answer_created`` or ``negotiation_refused``."""

    def handle_answer(self, room: str, participant: str, offer_id: int, sdp: str) -> None:
        """The answer to the latest ``offer_created``; id 0 means the latest."""

    def publish(self, room: str, participant: str, track: str, *, cid: str, kind: _Kind) -> None:
        """Announce a publication; ``publication_started`` follows once its media is negotiated.

        Raises:
            ValueError: there is no such ``kind``.
        """

    def unpublish(self, room: str, participant: str, track: str) -> None: ...
    def set_muted(self, room: str, track: str, muted: bool) -> None: ...
    def subscribe(self, room: str, subscriber: str, track: str) -> None: ...
    def unsubscribe(self, room: str, subscriber: str, track: str) -> None: ...
    def set_subscription(
        self, room: str, subscriber: str, track: str, *, is_enabled: bool, max_layer: int
    ) -> None:
        """Choose what is sent.

        Args:
            max_layer: best simulcast layer wanted, 0 (lowest) to 2.

        Raises:
            ValueError: ``max_layer`` is not 0 to 2.
        """

    def fileno(self) -> int:
        """A descriptor that is readable while events wait; for ``loop.add_reader``."""

    def drain(self) -> list[_Event]:
        """Take every waiting event, oldest first, and make ``fileno()`` quiet again."""

    def counters(self) -> dict[str, int]:
        """Sums over all workers by name, at most a quarter of a second old.

        The names are those of ``crates/sfu-core/src/counters.rs`` and
        ``crates/sfu-net/src/counters.rs``, where each is explained.
        """

    def close(self) -> None:
        """Stop the workers and free the port. Later calls do nothing; ``drain`` stays empty."""
