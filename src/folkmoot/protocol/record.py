"""Checks a record that somebody's device has written of a call: see `protocol/record.md`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from folkmoot.protocol.encoding import from_base64url
from folkmoot.protocol.signing import KEY_BYTES, SIGNATURE_BYTES, is_signed
from folkmoot.protocol.statements import (
    drain_statement,
    record_statement,
    roster_statement,
    service_statement,
)

MAX_RECORD_BYTES: Final = 4 * 1024 * 1024
"""Security limit: more than a device ever writes."""

_GROUP_BYTES: Final = 32
_RUN_BYTES: Final = 16
_NOBODY: Final = bytes(KEY_BYTES)
_KINDS: Final = {"served": 1, "lost": 2}


class RecordError(Exception):
    """The file is no record, or a signature in it is not genuine."""


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """What stands in a record whose every signature is genuine.

    Attributes:
        device: leaf key of the device that wrote it; whose it is, a record can't prove.
        ending: what the device called the ending. Its claim.
        members: leaf keys that it saw in the group, itself included. Its claim.
        witnesses: leaf keys of others that have signed statements in it.
        roster: leaf keys that it says were in the group at last.
        cosigners: which of them, itself left out, have signed that these were all.
        is_drain_signed: whether a node's word that it stops is in it, signed by the node key there.
    """

    device: bytes
    ending: str
    members: frozenset[bytes]
    witnesses: frozenset[bytes]
    roster: frozenset[bytes]
    cosigners: frozenset[bytes]
    is_drain_signed: bool


def check_record(data: bytes) -> CheckedRecord:
    """Check every signature in a record.

    Args:
        data: the file.

    Raises:
        RecordError: it is malformed, or a signature is not genuine.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise RecordError("The file is too large for a record.")
    try:
        file = json.loads(
            data, object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse
        )
        return _check(file)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        raise RecordError("The file is no record, or it is damaged.") from None


def canonical_json(value: Any) -> bytes:  # noqa: ANN401  # whatever JSON can say
    """Spell a value as RFC 8785 does; every name in a record is ASCII, and every number whole."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _check(file: Mapping[str, Any]) -> CheckedRecord:
    if set(file) != {"record", "signature"} or file["record"]["v"] != 1:
        raise RecordError("The file is no record of a form that is known here.")
    record = file["record"]
    device = from_base64url(record["device"], KEY_BYTES)
    digest = hashlib.sha256(canonical_json(record)).digest()
    signature = from_base64url(file["signature"], SIGNATURE_BYTES)
    if not is_signed(device, record_statement(device, digest), signature):
        raise RecordError("The record was changed after it was signed, or its signature is forged.")
    signers = {_check_statement(record["group"], each) for each in record["statements"]}
    roster, cosigners = _check_roster(record["group"], record["roster"])
    return CheckedRecord(
        roster=roster,
        cosigners=cosigners - {device},
        device=device,
        ending=str(record["ending"]["name"]),
        members=frozenset(from_base64url(stay["device"], KEY_BYTES) for stay in record["stays"]),
        witnesses=frozenset(signers - {device}),
        is_drain_signed=_check_drain(record["drain"]),
    )


def _check_statement(group: str, said: Mapping[str, Any]) -> bytes:
    signer = from_base64url(said["signer"], KEY_BYTES)
    if (said["about"] is None) != (said["kind"] == "lost"):
        raise ValueError("a statement about the wrong one")
    about = _NOBODY if said["about"] is None else from_base64url(said["about"], KEY_BYTES)
    statement = service_statement(
        from_base64url(group, _GROUP_BYTES),
        signer,
        _KINDS[said["kind"]],
        about,
        said["from_ms"],
        said["until_ms"],
    )
    if not is_signed(signer, statement, from_base64url(said["signature"], SIGNATURE_BYTES)):
        raise RecordError("A member's statement in the record was changed, or is forged.")
    return signer


def _check_roster(
    group: str, said: Mapping[str, Any] | None
) -> tuple[frozenset[bytes], frozenset[bytes]]:
    if said is None:
        return frozenset(), frozenset()
    members = [from_base64url(member, KEY_BYTES) for member in said["members"]]
    digest = hashlib.sha256(b"".join(members)).digest()
    group_id = from_base64url(group, _GROUP_BYTES)
    signers = set[bytes]()
    for signed in said["signatures"]:
        signer = from_base64url(signed["signer"], KEY_BYTES)
        statement = roster_statement(group_id, signer, said["epoch"], digest, signed["at_ms"])
        signature = from_base64url(signed["signature"], SIGNATURE_BYTES)
        if signer not in members or not is_signed(signer, statement, signature):
            raise RecordError("A co-signature in the record was changed, or is forged.")
        signers.add(signer)
    return frozenset(members), frozenset(signers)


def _check_drain(drain: Mapping[str, Any] | None) -> bool:
    if drain is None:
        return False
    key = from_base64url(drain["node_key"], KEY_BYTES)
    run = from_base64url(drain["run"], _RUN_BYTES)
    signature = from_base64url(drain["signature"], SIGNATURE_BYTES)
    if not is_signed(key, drain_statement(key, run, drain["at_ms"]), signature):
        raise RecordError("The server's word in the record was changed, or is forged.")
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two members with one name, one reader takes the first and another the last.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no whole number")
