"""Writes protocol/vectors/record.json from the Python implementation; `--check` only compares.

The keys are made from counted bytes, so that nobody wonders where they come from.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.identity.node_key import NodeKey
from folkmoot.protocol.encoding import to_base64url
from folkmoot.protocol.record import canonical_json
from folkmoot.protocol.statements import record_statement, roster_statement, service_statement

FILE = Path(__file__).parents[1] / "protocol" / "vectors" / "record.json"
GROUP = bytes(range(32))
BEGAN_MS = 1_800_000_000_000


def _key(start: int) -> tuple[Ed25519PrivateKey, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(start, start + 32)))
    return key, key.public_key().public_bytes_raw()


def _said(key: Ed25519PrivateKey, kind: str, about: bytes | None, at: int, to: int) -> Any:  # noqa: ANN401
    signer = key.public_key().public_bytes_raw()
    number = {"served": 1, "lost": 2}[kind]
    signed = service_statement(GROUP, signer, number, about or bytes(32), at, to)
    return {
        "kind": kind,
        "about": None if about is None else to_base64url(about),
        "from_ms": at,
        "until_ms": to,
        "signer": to_base64url(signer),
        "signature": to_base64url(key.sign(signed)),
    }


def vectors() -> dict[str, Any]:
    """A record of a call with three others: one has signed who was there, and that it went on."""
    own, own_key = _key(64)
    bo, bo_key = _key(96)
    _, gone_key = _key(128)
    node = NodeKey(bytes(range(32, 64)), bytes(range(16)))
    lost_ms, ended_ms = BEGAN_MS + 60_000, BEGAN_MS + 90_000
    drain = node.sign_drain(lost_ms)
    # One has signed, another has not.
    members = [own_key, bo_key, _key(160)[1]]
    roster = hashlib.sha256(b"".join(members)).digest()
    cosigned = roster_statement(GROUP, bo_key, 7, roster, BEGAN_MS + 36_000)

    def stay(key: bytes, called: str | None, *times: int | None, is_host: bool = False) -> Any:  # noqa: ANN401
        since, until = times
        return {
            "device": to_base64url(key),
            "is_host": is_host,
            "called": called,
            "from_ms": since,
            "until_ms": until,
        }

    record = {
        "v": 1,
        "device": to_base64url(own_key),
        "group": to_base64url(GROUP),
        "began_ms": BEGAN_MS,
        "ended_ms": ended_ms,
        "ending": {
            "name": "connection-lost",
            "is_over": False,
            "grounds": {
                "has_expired": False,
                "is_drained": True,
                "others_lost": 0,
                "dead_addresses": 1,
                "attestations": 1,
                "failed_returns": 0,
            },
        },
        "stays": [
            stay(own_key, "Ana Petrović", BEGAN_MS, None, is_host=True),
            stay(bo_key, 'Bo "B"\u2028\U0001f600', BEGAN_MS, None),
            stay(gone_key, None, BEGAN_MS + 1_000, BEGAN_MS + 30_000),
            stay(members[2], "Cy", BEGAN_MS + 2_000, None),
        ],
        "statements": [
            _said(bo, "served", own_key, lost_ms, lost_ms + 10_000),
            _said(own, "lost", None, BEGAN_MS + 5_000, BEGAN_MS + 12_000),
        ],
        "roster": {
            "epoch": 7,
            "members": [to_base64url(key) for key in members],
            "signatures": [
                {
                    "signer": to_base64url(bo_key),
                    "at_ms": BEGAN_MS + 36_000,
                    "signature": to_base64url(bo.sign(cosigned)),
                }
            ],
        },
        "drain": {
            "node_key": to_base64url(node.public),
            "run": to_base64url(node.run),
            "at_ms": drain.at_ms,
            "signature": to_base64url(drain.signature),
        },
    }
    digest = hashlib.sha256(canonical_json(record)).digest()
    signature = own.sign(record_statement(own_key, digest))
    return {
        "device_seed": to_base64url(own.private_bytes_raw()),
        "canonical": canonical_json(record).decode(),
        "digest": to_base64url(digest),
        "file": {"record": record, "signature": to_base64url(signature)},
    }


def render() -> str:
    """The file."""
    return json.dumps(vectors(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check."""
    if "--check" in sys.argv:
        return 0 if FILE.read_text("utf-8") == render() else 1
    FILE.write_text(render(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
