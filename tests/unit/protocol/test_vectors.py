"""What two implementations agreed on, computed again from what a device holds."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.protocol.derivation import derive, derive_meeting, host_hash, identity_of
from folkmoot.protocol.encoding import from_base64url, to_base64url
from folkmoot.protocol.link import parse_fragment
from folkmoot.protocol.sealing import (
    MEETING_SIZES,
    NAME_SIZES,
    meeting_aad,
    name_aad,
    open_sealed,
    seal,
)
from folkmoot.protocol.statements import admission_statement, creation_statement

FILE: Final = Path(__file__).resolve().parents[3] / "protocol/vectors/admission.json"
VECTORS: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))


def raw(name: str) -> bytes:
    return from_base64url(VECTORS[name])


def test_everything_follows_from_the_secret() -> None:
    keys = derive_meeting(raw("secret"))
    found = {
        "locator": keys.locator,
        "admission_seed": keys.admission.private_bytes_raw(),
        "admission_key": keys.admission.public_key().public_bytes_raw(),
        "meta_key": keys.meta,
        "tag_key": keys.tag,
        "mix_key": keys.mix,
        "root": derive(raw("secret"), "folkmoot v1 root", 32),
        "host_hash": host_hash(raw("host_key")),
    }
    assert {name: to_base64url(value) for name, value in found.items()} == {
        name: VECTORS[name] for name in found
    }
    assert identity_of(raw("leaf_key")) == VECTORS["identity"]
    assert len(VECTORS["identity"]) == 26


def test_the_link_says_secret_and_host() -> None:
    origin, _, fragment = VECTORS["link"].partition("/#")
    link = parse_fragment(fragment)
    assert (origin, link.secret, link.host) == (VECTORS["origin"], raw("secret"), raw("host_hash"))
    assert link.fragment() == fragment
    host = Ed25519PrivateKey.from_private_bytes(raw("host_seed"))
    assert host.public_key().public_bytes_raw() == raw("host_key")
    secret, seed = VECTORS["secret"], VECTORS["host_seed"]
    assert VECTORS["host_link"] == f"{origin}/#v1host.{secret}.{seed}"


def test_sealed_things_open_and_seal_to_the_same_bytes() -> None:
    locator, key = raw("locator"), raw("meta_key")
    for what, text, aad, sizes in (
        ("sealed_meeting", VECTORS["meeting"], meeting_aad(locator), MEETING_SIZES),
        ("sealed_name", VECTORS["name"], name_aad(locator, VECTORS["identity"]), NAME_SIZES),
    ):
        assert open_sealed(key, raw(what), aad, sizes).decode() == text
        assert seal(key, text.encode(), aad, sizes, raw(f"{what}_nonce")) == raw(what)


def test_statements_are_signed_to_the_same_bytes() -> None:
    creation = creation_statement(
        VECTORS["origin"],
        raw("locator"),
        raw("admission_key"),
        raw("host_key"),
        raw("sealed_meeting"),
        VECTORS["lifetime_s"],
    )
    admission = admission_statement(
        VECTORS["origin"], raw("locator"), raw("nonce"), raw("leaf_key"), VECTORS["identity"]
    )
    assert hashlib.sha256(creation).digest() == raw("creation_statement_sha256")
    assert admission == raw("admission_statement")
    for statement, seed, signature in (
        (creation, "admission_seed", "creation_by_admission_key"),
        (creation, "host_seed", "creation_by_host_key"),
        (admission, "admission_seed", "admission_by_admission_key"),
        (admission, "leaf_seed", "admission_by_leaf_key"),
    ):
        key = Ed25519PrivateKey.from_private_bytes(raw(seed))
        assert key.sign(statement) == raw(signature)


@pytest.mark.parametrize("name", ["secret", "host_seed", "leaf_seed", "nonce"])
def test_inputs_are_counted_bytes(name: str) -> None:
    """Nobody has to wonder where they come from."""
    value = raw(name)
    assert value == bytes((value[0] + i) % 256 for i in range(32))
