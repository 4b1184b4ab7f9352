"""What a host's device signs for the order is what the order checks."""

import json
from pathlib import Path

from folkmoot.protocol.encoding import from_base64url
from folkmoot.protocol.signing import is_signed
from folkmoot.protocol.statements import host_commit_statement, host_group_statement

FILE = Path(__file__).parents[3] / "protocol" / "vectors" / "group.json"


def vectors() -> dict[str, bytes]:
    written = json.loads(FILE.read_text("utf-8"))
    names = ["host_key", "group_id", "commit", "group_info", "reopening_head"]
    names += ["host_commit_signature", "host_group_signature"]
    return {name: from_base64url(written[name]) for name in names}


def test_the_signature_that_lets_a_commit_go_first() -> None:
    v = vectors()
    statement = host_commit_statement(v["group_id"], 6, v["commit"])
    assert is_signed(v["host_key"], statement, v["host_commit_signature"])
    other = host_commit_statement(v["group_id"], 7, v["commit"])
    assert not is_signed(v["host_key"], other, v["host_commit_signature"])


def test_the_signature_that_makes_a_group_anew() -> None:
    v = vectors()
    parts = (v["group_id"], 0, v["group_info"], v["reopening_head"])
    signature = v["host_group_signature"]
    assert is_signed(v["host_key"], host_group_statement(*parts), signature)
    other = host_group_statement(*parts[:3], bytes(32))
    assert not is_signed(v["host_key"], other, signature)
