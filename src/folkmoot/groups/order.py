"""The order of one meeting's group, as a machine without I/O.

Requests and instants go in, outcomes come out, to be carried out in order. The states:

======= ==================== =========================================================
state   ends with            what is taken
======= ==================== =========================================================
EMPTY   `create`             `create`; everything else is refused with `no_group`
SPOILT  as FREE, `create`    as FREE, and `create`; who asks for a turn is refused with `spoilt`
FREE    a turn that begins   everything
TURN    its holder's commit  everything, but of commits only the holder's, and those
        or end, or `TURN_MS` that the host signed
======= ==================== =========================================================

No request raises. Nobody is kept: identities are those of live channels, and what they did within
the last seconds.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from folkmoot.domain.group import NO_HEAD, Entry, EntryKind, Group, Shelf
from folkmoot.groups import frames as f
from folkmoot.groups.acks import Acks
from folkmoot.groups.backlog import Backlog
from folkmoot.groups.judging import (
    is_recent,
    judge_commit,
    judge_creation,
    judge_group_info,
    judge_message,
)
from folkmoot.groups.limits import EPOCHS_BEHIND, HEARD_MS, MAX_ACK_BYTES, TURN_MS
from folkmoot.groups.outcomes import Begin, ChannelId, Keep, Outcome, Tell, TellAll
from folkmoot.groups.rates import Conduct
from folkmoot.groups.refusals import RefusedError, Why, refuse_soon
from folkmoot.groups.turns import Turn, Turns

TRIM_MS: Final = 10_000
"""How often old entries and old conduct are looked for."""


class Order:
    """What every channel of a meeting sees, in one order."""

    def __init__(self, shelf: Shelf, fresh_seq: int, now_ms: int) -> None:
        """Go on where it was, or begin.

        Args:
            fresh_seq: where numbers begin when nothing was kept; random.
        """
        kept = shelf.kept
        self._host_key = shelf.host_key
        # Of the meeting while there is no group.
        self._act_head = shelf.act_head
        self.group: Group | None = None if kept is None else kept.group
        last_seq = fresh_seq if kept is None else kept.last_seq
        self.backlog = Backlog(last_seq, () if kept is None else kept.entries, now_ms)
        self._turns = Turns()
        self._acks = Acks()
        self._identities: dict[ChannelId, str] = {}
        self._conducts: dict[str, Conduct] = {}
        self._trimmed_ms = now_ms
        self._talked_ms: int | None = None

    @property
    def act_head(self) -> bytes:
        """The head of the host acts that is kept."""
        return self._act_head if self.group is None else self.group.act_head

    def arrive(self, channel: ChannelId, identity: str, after: int | None) -> Iterator[Outcome]:
        """Greet a channel and bring it up to date."""
        self._identities[channel] = identity
        last_seq = self.backlog.last_seq
        is_held = after is not None and self.backlog.oldest_seq - 1 <= after <= last_seq
        can_resume = self.group is not None and is_held
        cursor = after if after is not None and can_resume else last_seq
        yield Begin(channel, f.encode_welcome(last_seq, self.group, self.act_head), cursor)
        if after is not None and not can_resume:
            yield Tell(channel, f.encode_gap(last_seq))
        bundle = None if self.group is None else self._acks.bundle_of(self.group.epoch)
        if bundle is not None:
            yield Tell(channel, bundle)
        if self.group is not None and self._turns.is_wanted:
            yield Tell(channel, f.encode_wanted(self.group.epoch))

    def leave(self, channel: ChannelId, now_ms: int) -> Iterator[Outcome]:
        """Forget a channel that is gone; its turn is the next one's."""
        self._identities.pop(channel, None)
        self._turns.leave(channel)
        yield from self._next_turn(now_ms)

    def handle(
        self, channel: ChannelId, request: f.Request | int, now_ms: int
    ) -> Iterator[Outcome]:
        """Take a request: what it leads to, and the answer to it.

        Args:
            request: only its `ref` when it has the wrong shape.
        """
        try:
            yield from self._dispatch(channel, request, now_ms)
        except RefusedError as error:
            ref = request if isinstance(request, int) else request.ref
            refusal = f.encode_refused(
                ref, error.why, self.group, self.act_head, error.retry_after_ms
            )
            yield Tell(channel, refusal)

    def acknowledge(self, channel: ChannelId, ack: f.Ack, now_ms: int) -> None:
        """Hold an acknowledgement for the next bundle; one that is of no use is dropped."""
        is_of_use = self.group is not None and is_recent(self.group, ack.epoch)
        if not is_of_use or len(ack.body) > MAX_ACK_BYTES:
            return
        if self._conduct(channel).acks.take(now_ms) == 0:
            self._acks.take(ack.epoch, self._identities[channel], ack.body, now_ms)

    def tick(self, now_ms: int) -> Iterator[Outcome]:
        """Let time pass; call ten times a second."""
        self._turns.tick(now_ms)
        yield from self._next_turn(now_ms)
        for bundle in self._acks.take_bundles(now_ms):
            yield TellAll(bundle)
        if now_ms >= self._trimmed_ms + TRIM_MS:
            self._trimmed_ms = now_ms
            present = set(self._identities.values())
            for identity, conduct in list(self._conducts.items()):
                if identity not in present and conduct.is_over(now_ms):
                    del self._conducts[identity]
            if self.backlog.trim(now_ms):
                yield Keep()

    def _dispatch(
        self, channel: ChannelId, request: f.Request | int, now_ms: int
    ) -> Iterator[Outcome]:
        conduct = self._conduct(channel)
        bucket = conduct.messages if isinstance(request, f.Say) else conduct.requests
        refuse_soon(bucket.take(now_ms))
        match request:
            case int():
                raise RefusedError(Why.MALFORMED)
            case f.Create():
                yield from self._create(channel, request, now_ms)
            case f.AskTurn():
                yield from self._ask_turn(channel, request, now_ms)
            case f.Commit():
                yield from self._commit(channel, request, now_ms)
            case f.ReplaceInfo():
                yield from self._replace_info(channel, request, now_ms)
            case f.Say():
                judge_message(self._existing(), request)
                self._talked_ms = now_ms
                entry = self._append(EntryKind.MESSAGE, request.message, now_ms)
                yield Keep(entry=entry)
                yield Tell(channel, f.encode_done(request.ref, entry.seq))

    def _create(self, channel: ChannelId, request: f.Create, now_ms: int) -> Iterator[Outcome]:
        spoilt = self.group
        if spoilt is not None and not (
            request.replaces == spoilt.epoch and self._is_spoilt(now_ms)
        ):
            raise RefusedError(Why.EXISTS)
        # What is kept when there is no group is of one that needed its host.
        needs_host = self.act_head != NO_HEAD if spoilt is None else spoilt.needs_host
        self.group = judge_creation(request, self._host_key, needs_host=needs_host)
        if spoilt is None:
            yield Keep(self.group)
        else:
            yield from self._begin_anew(channel, self.group, now_ms)
        yield Tell(channel, f.encode_done(request.ref, self.backlog.last_seq))

    def _begin_anew(self, by: ChannelId, group: Group, now_ms: int) -> Iterator[Outcome]:
        """Nobody is a member of what was before: whoever is here, or comes back, joins."""
        seq = self.backlog.restart()
        self._turns.begin_anew(by, now_ms)
        self._acks = Acks()
        yield Keep(group, restart_seq=seq)
        for channel in self._identities:
            if channel != by:
                yield Tell(channel, f.encode_gap(seq))
        yield from self._next_turn(now_ms)

    def _is_spoilt(self, now_ms: int) -> bool:
        """Whether nobody can join by the GroupInfo, and nobody is heard who could have a better.

        Members answer `wanted` at once, and are heard every 20 s.
        """
        heard = (self._acks.last_ms, self._talked_ms)
        is_quiet = all(at_ms is None or at_ms + HEARD_MS <= now_ms for at_ms in heard)
        return is_quiet and self._turns.is_unanswered(now_ms)

    def _ask_turn(self, channel: ChannelId, request: f.AskTurn, now_ms: int) -> Iterator[Outcome]:
        group = self._existing()
        if self._is_spoilt(now_ms):
            raise RefusedError(Why.SPOILT)
        # Whoever could not use a turn yet would seem to find the GroupInfo bad, when it asks again.
        refuse_soon(self._conduct(channel).commit_wait_ms(now_ms, in_turn=True))
        identity = self._identities[channel]
        if self._turns.ask(channel, identity, request.ref, now_ms):
            yield TellAll(f.encode_wanted(group.epoch))
        yield from self._next_turn(now_ms)

    def _commit(self, channel: ChannelId, request: f.Commit, now_ms: int) -> Iterator[Outcome]:
        group = self._existing()
        is_hosts = judge_commit(group, self._host_key, request)
        if not is_hosts:
            if self._turns.is_somebody_elses(channel):
                raise RefusedError(Why.NOT_YOUR_TURN)
            if request.act_head != group.act_head:
                raise RefusedError(Why.ACT_HEAD)
            in_turn = self._turns.is_own(channel)
            conduct = self._conduct(channel)
            refuse_soon(conduct.commit_wait_ms(now_ms, in_turn=in_turn))
            conduct.note_commit(now_ms, in_turn=in_turn)
        epoch = group.epoch + 1
        needs_host = request.needs_host if is_hosts else group.needs_host
        self.group = replace(
            group,
            epoch=epoch,
            group_info=request.group_info,
            act_head=request.act_head,
            needs_host=needs_host,
        )
        self._acks.forget_before(epoch - EPOCHS_BEHIND)
        entry = self._append(EntryKind.COMMIT, request.message, now_ms)
        yield Keep(self.group, entry)
        yield Tell(channel, f.encode_done(request.ref, entry.seq))
        disturbed = self._turns.note_commit(channel, now_ms)
        if disturbed is not None:
            yield self._hand_over(disturbed)
        yield from self._next_turn(now_ms)

    def _replace_info(
        self, channel: ChannelId, request: f.ReplaceInfo, now_ms: int
    ) -> Iterator[Outcome]:
        group = self._existing()
        judge_group_info(group, request)
        refuse_soon(self._conduct(channel).infos.take(now_ms))
        self.group = replace(group, group_info=request.group_info)
        yield Keep(self.group)
        yield Tell(channel, f.encode_done(request.ref, None))
        self._turns.note_group_info(now_ms)
        yield from self._next_turn(now_ms)

    def _next_turn(self, now_ms: int) -> Iterator[Outcome]:
        turn = self._turns.take_next(now_ms)
        if turn is not None:
            yield self._hand_over(turn)

    def _hand_over(self, turn: Turn) -> Tell:
        return Tell(turn.channel, f.encode_turn(turn.ref, self._existing(), TURN_MS))

    def _append(self, kind: EntryKind, message: bytes, now_ms: int) -> Entry:
        entry = Entry(self.backlog.last_seq + 1, kind, message)
        self.backlog.append(entry, now_ms)
        return entry

    def _existing(self) -> Group:
        if self.group is None:
            raise RefusedError(Why.NO_GROUP)
        return self.group

    def _conduct(self, channel: ChannelId) -> Conduct:
        return self._conducts.setdefault(self._identities[channel], Conduct())
