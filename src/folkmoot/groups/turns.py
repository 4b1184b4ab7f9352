"""Join turns: who may commit now, so that joiners don't spoil each other's commits."""

from dataclasses import dataclass

from folkmoot.groups.limits import LAPSED_MS, SPOILT_MS, TURN_MS, WANTED_MS
from folkmoot.groups.outcomes import ChannelId


@dataclass(slots=True)
class Turn:
    """Somebody's turn.

    Attributes:
        ref: of the request that asked for it.
        until_ms: when it lapses.
    """

    channel: ChannelId
    ref: int
    until_ms: int


class Turns:
    """Who waits, and whose turn it is. Every channel is in one place at most."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self.current: Turn | None = None
        self._identities: dict[ChannelId, str] = {}
        self._queue: dict[ChannelId, int] = {}
        self._late: dict[ChannelId, int] = {}
        self._parked: dict[ChannelId, tuple[int, int]] = {}
        self._lapsed_ms: dict[str, int] = {}
        # Who was given a GroupInfo of this epoch, and which one of them.
        self._given: dict[str, int] = {}
        self._version = 0
        self._wanted_ms: int | None = None
        self._unanswered_ms: int | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether a better GroupInfo is asked for."""
        return self._unanswered_ms is not None

    def is_unanswered(self, now_ms: int) -> bool:
        """Whether a better GroupInfo has been asked for in vain for `SPOILT_MS`."""
        since_ms = self._unanswered_ms
        return since_ms is not None and since_ms + SPOILT_MS <= now_ms

    def is_somebody_elses(self, channel: ChannelId) -> bool:
        """Whether a turn runs that is not this channel's."""
        return self.current is not None and self.current.channel != channel

    def is_own(self, channel: ChannelId) -> bool:
        """Whether it is this channel's turn."""
        return self.current is not None and self.current.channel == channel

    def ask(self, channel: ChannelId, identity: str, ref: int, now_ms: int) -> bool:
        """Note that somebody asks for a turn.

        Returns:
            Whether a better GroupInfo is to be asked for.
        """
        self._identities[channel] = identity
        if self.is_own(channel):
            self.current = None
        given = self._given.get(identity)
        if given == self._version:
            self._forget_place(channel)
            self._parked[channel] = (ref, now_ms)
        else:
            self._enqueue(channel, ref, now_ms)
        if given is None or (self._wanted_ms is not None and now_ms < self._wanted_ms + WANTED_MS):
            return False
        self._wanted_ms = now_ms
        if self._unanswered_ms is None:
            self._unanswered_ms = now_ms
        return True

    def take_next(self, now_ms: int) -> Turn | None:
        """Begin the next turn, if none runs and somebody waits."""
        waiting = self._queue or self._late
        if self.current is not None or not waiting:
            return None
        channel = next(iter(waiting))
        self.current = Turn(channel, waiting.pop(channel), now_ms + TURN_MS)
        self._given[self._identities[channel]] = self._version
        return self.current

    def note_commit(self, by: ChannelId, now_ms: int) -> Turn | None:
        """Note a commit, after which there is another epoch.

        Returns:
            The turn of somebody whom it got in the way of, begun anew.
        """
        self._given.clear()
        self._wanted_ms = None
        if self.is_own(by):
            self.current = None
        self.note_group_info(now_ms)
        if self.current is not None:
            self.current.until_ms = now_ms + TURN_MS
            self._given[self._identities[self.current.channel]] = self._version
        return self.current

    def note_group_info(self, now_ms: int) -> None:
        """Note that there is another GroupInfo: who waited for it queues again."""
        self._version += 1
        self._unanswered_ms = None
        for channel, (ref, _) in list(self._parked.items()):
            self._enqueue(channel, ref, now_ms)

    def begin_anew(self, by: ChannelId, now_ms: int) -> None:
        """Note that there is another group: whoever waits is given its GroupInfo, in order."""
        self.current = None
        self._forget_place(by)
        self.note_commit(by, now_ms)

    def leave(self, channel: ChannelId) -> None:
        """Forget a channel that is gone."""
        self._forget_place(channel)
        self._identities.pop(channel, None)
        if self.is_own(channel):
            self.current = None

    def tick(self, now_ms: int) -> None:
        """Let time pass: turns lapse, and nobody waits for a GroupInfo for ever."""
        if self.current is not None and self.current.until_ms <= now_ms:
            self._lapsed_ms[self._identities[self.current.channel]] = now_ms
            self.current = None
        for channel, (ref, since_ms) in list(self._parked.items()):
            if since_ms + WANTED_MS <= now_ms:
                self._enqueue(channel, ref, now_ms)
        for identity, at_ms in list(self._lapsed_ms.items()):
            if at_ms + LAPSED_MS <= now_ms:
                del self._lapsed_ms[identity]
        if len(self._given) > len(self._identities):
            present = set(self._identities.values())
            self._given = {who: which for who, which in self._given.items() if who in present}

    def _enqueue(self, channel: ChannelId, ref: int, now_ms: int) -> None:
        """Queue at the end; who queues already keeps the place."""
        lapsed_ms = self._lapsed_ms.get(self._identities[channel])
        is_late = lapsed_ms is not None and now_ms < lapsed_ms + LAPSED_MS
        queue, other = (self._late, self._queue) if is_late else (self._queue, self._late)
        self._parked.pop(channel, None)
        other.pop(channel, None)
        queue[channel] = ref

    def _forget_place(self, channel: ChannelId) -> None:
        for places in (self._queue, self._late, self._parked):
            places.pop(channel, None)
