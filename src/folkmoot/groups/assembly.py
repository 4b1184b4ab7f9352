"""One meeting's order, the channels to it, and what waits until it is durable."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from folkmoot.domain.group import Change, Entry, Group, Shelf
from folkmoot.groups import frames as f
from folkmoot.groups.admission import GroupAdmission, Tally
from folkmoot.groups.endings import Ending
from folkmoot.groups.limits import SILENCE_MS, TOKEN_REFRESH_MS
from folkmoot.groups.order import Order
from folkmoot.groups.outbox import ChannelOutbox
from folkmoot.groups.outcomes import Begin, ChannelId, Keep, Outcome, Tell, TellAll


@dataclass(slots=True)
class Channel:
    """One device's way to the order."""

    admission: GroupAdmission
    outbox: ChannelOutbox
    heard_ms: int
    refreshed_ms: int


class Assembly:
    """The people who are at one meeting's order now.

    Outcomes are carried out in order. From the first one that has to be durable on, all of them
    wait until it is: nobody sees, or is told, what a crash could undo.
    """

    def __init__(
        self,
        locator: bytes,
        shelf: Shelf,
        order: Order,
        note: Callable[["Assembly"], None],
        tally: Tally,
    ) -> None:
        """Begin with nobody there.

        Args:
            note: called when there is something to keep.
        """
        self.expires_at_ms = shelf.expires_at_ms
        self.order = order
        self.channels: dict[ChannelId, Channel] = {}
        self.empty_since_ms: int | None = None
        self.is_over = False
        self.released_seq = order.backlog.last_seq
        self._locator = locator
        self._revision = 0 if shelf.kept is None else shelf.kept.revision
        self._note = note
        self._tally = tally
        self._held: deque[Outcome] = deque()
        self._gathered = 0

    def frame_after(self, seq: int) -> str | None:
        """The entry after `seq`, spelled; None when it is not held any more."""
        return self.order.backlog.frame_after(seq)

    def open(
        self,
        channel: ChannelId,
        admission: GroupAdmission,
        after: int | None,
        outbox: ChannelOutbox,
        now_ms: int,
    ) -> None:
        """Let somebody in. An older channel of the same identity is closed first."""
        for older in self._channels_of(admission.identity):
            self.close(older, Ending.REPLACED, now_ms)
        self.channels[channel] = Channel(admission, outbox, now_ms, now_ms)
        self.empty_since_ms = None
        self._carry_out(self.order.arrive(channel, admission.identity, after))
        self._carry_out([Tell(channel, f.encode_token(admission.refresh()))])

    def is_full_for(self, identity: str, max_channels: int) -> bool:
        """Whether one channel more would be too many; a newer one replaces an older one."""
        others = len(self.channels) - len(self._channels_of(identity))
        return others >= max_channels

    def receive(self, channel: ChannelId, text: str, now_ms: int) -> None:
        """Take a frame."""
        line = self.channels.get(channel)
        if line is None:
            return
        line.heard_ms = now_ms
        match f.parse_frame(text):
            case None:
                self.close(channel, Ending.MALFORMED, now_ms)
            case f.Ping():
                line.outbox.send(f.encode_pong())
            case f.Ack() as ack:
                self.order.acknowledge(channel, ack, now_ms)
            case request:
                self._carry_out(self.order.handle(channel, request, now_ms))

    def close(self, channel: ChannelId, ending: Ending, now_ms: int) -> None:
        """End a channel; nothing when it has ended."""
        line = self.channels.pop(channel, None)
        if line is None:
            return
        line.outbox.close(ending)
        self._tally.count("group_departures", line.outbox.reason or ending)
        if not self.channels:
            self.empty_since_ms = now_ms
        if not self.is_over:
            self._carry_out(self.order.leave(channel, now_ms))

    def tell(self, frame: str) -> None:
        """Send something to every channel, behind what waits."""
        for line in self.channels.values():
            line.outbox.send(frame)

    def end(self, ending: Ending, now_ms: int) -> None:
        """End every channel; nothing is taken or kept from now on."""
        self.is_over = True
        self._held.clear()
        for channel in list(self.channels):
            self.close(channel, ending, now_ms)

    def tick(self, now_ms: int) -> None:
        """Let time pass."""
        for channel, line in list(self.channels.items()):
            if line.heard_ms + SILENCE_MS <= now_ms:
                self.close(channel, Ending.SILENT, now_ms)
            elif line.refreshed_ms + TOKEN_REFRESH_MS <= now_ms:
                line.refreshed_ms = now_ms
                line.outbox.send(f.encode_token(line.admission.refresh()))
        self._carry_out(self.order.tick(now_ms))

    def gather(self) -> Change | None:
        """Take all changes that wait, as one."""
        self._gathered = len(self._held)
        keeps = [each for each in self._held if isinstance(each, Keep)]
        if not keeps:
            return None
        groups: list[Group] = [each.group for each in keeps if each.group is not None]
        entries: list[Entry] = [each.entry for each in keeps if each.entry is not None]
        oldest_seq = self.order.backlog.oldest_seq
        return Change(
            locator=self._locator,
            revision=self._revision,
            group=groups[-1] if groups else None,
            last_seq=max((self.released_seq, *map(_seq_after, keeps))),
            entries=tuple(entry for entry in entries if entry.seq >= oldest_seq),
            oldest_seq=oldest_seq,
        )

    def release(self) -> None:
        """Carry out what waited for what is durable now."""
        gathered = [self._held.popleft() for _ in range(min(self._gathered, len(self._held)))]
        if any(isinstance(each, Keep) for each in gathered):
            self._revision += 1
        for outcome in gathered:
            self._deliver(outcome)
        if self._held:
            self._note(self)

    def fail(self) -> None:
        """End it: what is in memory may be more than what is kept. The next one to come reads."""
        self.end(Ending.FAILED, 0)

    def _carry_out(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if self._held or isinstance(outcome, Keep):
                if not self._held:
                    self._note(self)
                self._held.append(outcome)
            else:
                self._deliver(outcome)

    def _deliver(self, outcome: Outcome) -> None:
        match outcome:
            case Begin(channel, welcome, cursor):
                if (line := self.channels.get(channel)) is not None:
                    line.outbox.begin(welcome, self, cursor)
            case Tell(channel, frame):
                if (line := self.channels.get(channel)) is not None:
                    line.outbox.send(frame)
            case TellAll(frame):
                for line in self.channels.values():
                    line.outbox.send(frame)
            case Keep() as keep:
                self._release_entries(keep)

    def _release_entries(self, keep: Keep) -> None:
        self.released_seq = max(self.released_seq, _seq_after(keep))
        lines = self.channels.values()
        if keep.restart_seq is not None:
            for line in lines:
                line.outbox.skip_to(keep.restart_seq)
        if keep.entry is not None:
            self._tally.count("group_entries", keep.entry.kind)
            for line in lines:
                line.outbox.note_released()

    def _channels_of(self, identity: str) -> list[ChannelId]:
        return [
            channel
            for channel, line in self.channels.items()
            if line.admission.identity == identity
        ]


def _seq_after(keep: Keep) -> int:
    """Where the order stands once it is kept; 0 when that does not change."""
    return keep.restart_seq or (0 if keep.entry is None else keep.entry.seq)
