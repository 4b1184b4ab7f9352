"""Writes protocol/vectors/admission.json from the Python implementation; `--check` only compares.

The inputs are counted bytes, so that nobody wonders where they come from.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.identity.node_key import NodeKey
from folkmoot.protocol.derivation import derive, derive_meeting, host_hash, identity_of
from folkmoot.protocol.encoding import to_base64url
from folkmoot.protocol.link import Link
from folkmoot.protocol.sealing import MEETING_SIZES, NAME_SIZES, meeting_aad, name_aad, seal
from folkmoot.protocol.statements import admission_statement, creation_statement, drain_statement

FILE = Path(__file__).parents[1] / "protocol" / "vectors" / "admission.json"
ORIGIN = "https://meet.example.org"
DRAINED_AT_MS = 1_800_000_000_000


def _counted(start: int, length: int) -> bytes:
    return bytes((start + index) % 256 for index in range(length))


def vectors() -> dict[str, Any]:
    """Everything that can be computed from S, a host key, a leaf key and a nonce."""
    secret, nonce = _counted(0, 32), _counted(64, 32)
    host_seed, leaf_seed = _counted(128, 32), _counted(192, 32)
    keys = derive_meeting(secret)
    host, leaf = (Ed25519PrivateKey.from_private_bytes(seed) for seed in (host_seed, leaf_seed))
    host_key, leaf_key = host.public_key().public_bytes_raw(), leaf.public_key().public_bytes_raw()
    admission_key = keys.admission.public_key().public_bytes_raw()
    identity = identity_of(leaf_key)
    meeting = json.dumps({"v": 1, "title": "Thursday circle"}, separators=(",", ":")).encode()
    name = "Ana Petrović".encode()
    sealed = seal(keys.meta, meeting, meeting_aad(keys.locator), MEETING_SIZES, _counted(1, 12))
    sealed_name = seal(
        keys.meta, name, name_aad(keys.locator, identity), NAME_SIZES, _counted(2, 12)
    )
    creation = creation_statement(
        ORIGIN, keys.locator, admission_key, host_key, sealed, 7 * 24 * 3600
    )
    admission = admission_statement(ORIGIN, keys.locator, nonce, leaf_key, identity)
    node = NodeKey(_counted(32, 32), _counted(3, 16))
    link = Link(secret, host_hash(host_key))
    raw = {
        "secret": secret,
        "locator": keys.locator,
        "root": derive(secret, "folkmoot v1 root", 32),
        "admission_seed": keys.admission.private_bytes_raw(),
        "admission_key": admission_key,
        "meta_key": keys.meta,
        "tag_key": keys.tag,
        "mix_key": keys.mix,
        "host_seed": host_seed,
        "host_key": host_key,
        "host_hash": link.host,
        "leaf_seed": leaf_seed,
        "leaf_key": leaf_key,
        "nonce": nonce,
        "sealed_meeting": sealed,
        "sealed_meeting_nonce": _counted(1, 12),
        "sealed_name": sealed_name,
        "sealed_name_nonce": _counted(2, 12),
        "creation_statement_sha256": hashlib.sha256(creation).digest(),
        "admission_statement": admission,
        "creation_by_admission_key": keys.admission.sign(creation),
        "creation_by_host_key": host.sign(creation),
        "admission_by_admission_key": keys.admission.sign(admission),
        "admission_by_leaf_key": leaf.sign(admission),
        "node_key": node.public,
        "node_run": node.run,
        "drain_statement": drain_statement(node.public, node.run, DRAINED_AT_MS),
        "drain_by_node_key": node.sign_drain(DRAINED_AT_MS).signature,
    }
    return {
        "origin": ORIGIN,
        "lifetime_s": 7 * 24 * 3600,
        "drained_at_ms": DRAINED_AT_MS,
        "identity": identity,
        "meeting": meeting.decode(),
        "name": name.decode(),
        "link": f"{ORIGIN}/#{link.fragment()}",
        "host_link": f"{ORIGIN}/#v1host.{to_base64url(secret)}.{to_base64url(host_seed)}",
        **{key: to_base64url(value) for key, value in raw.items()},
    }


def render() -> str:
    """The file."""
    return json.dumps(vectors(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check."""
    if "--check" in sys.argv:
        return 0 if FILE.read_text("utf-8") == render() else 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(render(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
