"""Records of calls: what is genuine passes, and nothing else does."""

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from folkmoot.cli import app
from folkmoot.protocol.encoding import from_base64url, to_base64url
from folkmoot.protocol.record import MAX_RECORD_BYTES, RecordError, canonical_json, check_record
from folkmoot.protocol.statements import record_statement
from tools.record_vectors import FILE, render

VECTORS: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
Change = Callable[[dict[str, Any]], object]


def spelled(file: object) -> bytes:
    return json.dumps(file).encode()


def changed(change: Change) -> dict[str, Any]:
    file: dict[str, Any] = copy.deepcopy(VECTORS["file"])
    change(file["record"])
    return file


def signed_anew(change: Change) -> bytes:
    """As the writer of a record can: with the device's own key."""
    file = changed(change)
    key = Ed25519PrivateKey.from_private_bytes(from_base64url(VECTORS["device_seed"]))
    digest = hashlib.sha256(canonical_json(file["record"])).digest()
    statement = record_statement(key.public_key().public_bytes_raw(), digest)
    return spelled({**file, "signature": to_base64url(key.sign(statement))})


def test_the_vectors_are_what_this_program_makes() -> None:
    assert FILE.read_text("utf-8") == render()


def test_a_genuine_record_passes_however_it_is_laid_out() -> None:
    record = VECTORS["file"]["record"]
    assert canonical_json(record).decode() == VECTORS["canonical"]
    for indent in (None, 2):
        checked = check_record(json.dumps(VECTORS["file"], indent=indent).encode())
        assert checked.ending == "connection-lost"
        assert to_base64url(checked.device) == record["device"]
        assert {to_base64url(key) for key in checked.members} == {
            stay["device"] for stay in record["stays"]
        }
        # What one says of oneself is nobody else's word.
        assert [to_base64url(key) for key in checked.witnesses] == [
            record["statements"][0]["signer"]
        ]
        assert checked.is_drain_signed
        # Whoever signed no roster is not counted as if they had.
        assert {to_base64url(key) for key in checked.roster} == set(record["roster"]["members"])
        assert [to_base64url(key) for key in checked.cosigners] == [
            record["roster"]["signatures"][0]["signer"]
        ]


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(ended_ms=record["ended_ms"] + 1),
        lambda record: record["ending"].update(name="cut-by-server"),
        lambda record: record["stays"].pop(),
        lambda record: record["stays"][1].update(called="Cy"),
        lambda record: record.update(extra=1),
        lambda record: record.update(drain=None),
        lambda record: record["statements"].pop(),
    ],
)
def test_what_was_changed_after_it_was_signed_is_seen(change: Change) -> None:
    with pytest.raises(RecordError, match="changed after it was signed"):
        check_record(spelled(changed(change)))


def test_its_writer_can_sign_anew_but_not_for_others() -> None:
    assert not check_record(signed_anew(lambda record: record.update(drain=None))).is_drain_signed
    told: list[Change] = [
        lambda record: record["statements"][0].update(until_ms=0),
        lambda record: record["statements"][0].update(signer=record["device"]),
        lambda record: record.update(group=to_base64url(bytes(32))),
    ]
    for change in told:
        with pytest.raises(RecordError, match="member's statement"):
            check_record(signed_anew(change))
    rosters: list[Change] = [
        lambda record: record["roster"]["members"].pop(),
        lambda record: record["roster"].update(epoch=8),
        lambda record: record["roster"]["signatures"][0].update(signer=record["device"]),
        lambda record: record["roster"]["signatures"][0].update(at_ms=1),
    ]
    for change in rosters:
        with pytest.raises(RecordError, match="co-signature"):
            check_record(signed_anew(change))
    with pytest.raises(RecordError, match="server's word"):
        check_record(signed_anew(lambda record: record["drain"].update(at_ms=1)))


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(group=None),
        lambda record: record["statements"][0].update(kind="seen"),
        lambda record: record["statements"][0].update(about=None),
        lambda record: record["statements"][0].update(from_ms=-1),
        lambda record: record["statements"][0].update(from_ms="1"),
        lambda record: record.update(statements=[1]),
        lambda record: record.update(stays=[{"device": "A"}]),
        lambda record: record.pop("stays"),
    ],
)
def test_a_malformed_record_is_none_whoever_signs_it(change: Change) -> None:
    with pytest.raises(RecordError, match="is no record"):
        check_record(signed_anew(change))


def test_half_a_character_is_no_name() -> None:
    half = changed(lambda record: record["stays"][0].update(called="\ud800"))
    with pytest.raises(RecordError, match="is no record"):
        check_record(spelled(half))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"1",
        b'{"record":{},"signature":""}',
        b'{"record":{"v":1.0},"signature":""}',
        b'{"record":{"v":NaN},"signature":""}',
        b'{"record":{"v":2,"v":1},"signature":""}',
        b"[" * 100_000,
        b'{"record":' + b"9" * 10_000 + b"}",
        b" " * (MAX_RECORD_BYTES + 1),
    ],
)
def test_what_is_no_record_is_refused_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(RecordError):
        check_record(data)


def test_the_command_says_what_is_proved_and_what_is_not(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(spelled(VECTORS["file"]))
    good = CliRunner().invoke(app, ["verify-record", str(path)])
    assert good.exit_code == 0
    assert "Every signature in this record is genuine" in good.output
    assert "signed statements are in it: 1. Members who signed none: 2." in good.output
    assert "signed who was in the group at last: 1 of 2." in good.output
    path.write_bytes(spelled(changed(lambda record: record.update(began_ms=1))))
    bad = CliRunner().invoke(app, ["verify-record", str(path)])
    assert bad.exit_code == 1
    assert "changed after it was signed" in bad.output
    assert CliRunner().invoke(app, ["verify-record", str(tmp_path / "none")]).exit_code == 1
