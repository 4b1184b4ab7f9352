"""Whether a request fits what the group is now: sizes, headers, compare-and-set, signature."""

from folkmoot.domain.group import NO_HEAD, Group
from folkmoot.groups import frames as f
from folkmoot.groups.limits import (
    EPOCHS_BEHIND,
    MAX_COMMIT_BYTES,
    MAX_GROUP_INFO_BYTES,
    MAX_MESSAGE_BYTES,
)
from folkmoot.groups.mls import Header, WireFormat, read_header
from folkmoot.groups.refusals import RefusedError, Why
from folkmoot.protocol.signing import is_signed
from folkmoot.protocol.statements import host_commit_statement, host_group_statement


def judge_creation(request: f.Create, host_key: bytes, *, needs_host: bool) -> Group:
    """The group that a `create` makes.

    Args:
        needs_host: acts keep somebody out, and of whom only members know.

    Raises:
        RefusedError: it makes none.
    """
    header = _header(request.group_info, WireFormat.GROUP_INFO, MAX_GROUP_INFO_BYTES)
    if header.group_id != request.group_id:
        raise RefusedError(Why.MALFORMED)
    if request.host_signature is not None:
        signed = host_group_statement(
            header.group_id, header.epoch, request.group_info, request.act_head
        )
        if not is_signed(host_key, signed, request.host_signature):
            raise RefusedError(Why.MALFORMED)
    elif needs_host or request.act_head != NO_HEAD:
        raise RefusedError(Why.ACT_HEAD)
    needs_it = request.host_signature is not None and request.needs_host
    return Group(header.group_id, header.epoch, request.group_info, request.act_head, needs_it)


def judge_commit(group: Group, host_key: bytes, request: f.Commit) -> bool:
    """Compare a commit with the group.

    Returns:
        Whether the host signed it.

    Raises:
        RefusedError: it is not the group's next one.
    """
    header = _header(request.message, WireFormat.PUBLIC_MESSAGE, MAX_COMMIT_BYTES)
    after = _header(request.group_info, WireFormat.GROUP_INFO, MAX_GROUP_INFO_BYTES)
    if header != Header(group.group_id, group.epoch):
        raise RefusedError(Why.STALE)
    if after != Header(group.group_id, group.epoch + 1):
        raise RefusedError(Why.MALFORMED)
    if request.host_signature is None:
        return False
    statement = host_commit_statement(group.group_id, group.epoch, request.message)
    if not is_signed(host_key, statement, request.host_signature):
        raise RefusedError(Why.MALFORMED)
    return True


def judge_group_info(group: Group, request: f.ReplaceInfo) -> None:
    """Compare a GroupInfo with the group.

    Raises:
        RefusedError: it is not of this epoch.
    """
    header = _header(request.group_info, WireFormat.GROUP_INFO, MAX_GROUP_INFO_BYTES)
    if header != Header(group.group_id, group.epoch):
        raise RefusedError(Why.STALE)


def judge_message(group: Group, request: f.Say) -> None:
    """Compare a message with the group.

    Raises:
        RefusedError: it is not of this epoch, or of those just before.
    """
    header = _header(request.message, WireFormat.PRIVATE_MESSAGE, MAX_MESSAGE_BYTES)
    if header.group_id != group.group_id or not is_recent(group, header.epoch):
        raise RefusedError(Why.STALE)


def is_recent(group: Group, epoch: int) -> bool:
    """Whether an epoch is the group's, or one just before."""
    return group.epoch - EPOCHS_BEHIND <= epoch <= group.epoch


def _header(message: bytes, wire_format: WireFormat, max_bytes: int) -> Header:
    if len(message) > max_bytes:
        raise RefusedError(Why.TOO_LARGE)
    header = read_header(message, wire_format)
    if header is None:
        raise RefusedError(Why.MALFORMED)
    return header
