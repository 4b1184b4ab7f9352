"""A member's device: makes a meeting, and is let in, over HTTP as a browser does."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from folkmoot.protocol.derivation import MeetingKeys, derive_meeting, host_hash, identity_of
from folkmoot.protocol.encoding import from_base64url, to_base64url
from folkmoot.protocol.link import Link
from folkmoot.protocol.sealing import (
    MEETING_SIZES,
    NAME_SIZES,
    meeting_aad,
    name_aad,
    seal,
)
from folkmoot.protocol.statements import admission_statement, creation_statement
from tests.fakes.web import Answer

DAY_S = 24 * 3600
KEY = Ed25519PrivateKey


def post(url: str, body: Any = None, **headers: str) -> Answer:
    """Send JSON, or nothing; every status is an answer."""
    data = b"" if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    return post_bytes(url, data, **kind, **headers)


def post_bytes(url: str, data: bytes, **headers: str) -> Answer:
    request = urllib.request.Request(url, data, headers, method="POST")
    if not data and "Content-Type" not in headers:
        request.add_unredirected_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return _read(answer)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error)


def _read(answer: Any) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status or 0, headers, answer.read().decode())


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


@dataclass
class Host:
    """The device that makes a meeting."""

    secret: bytes
    key: Ed25519PrivateKey = field(default_factory=KEY.generate)
    title: str = "Thursday circle"
    lifetime_s: int = 30 * DAY_S

    @property
    def keys(self) -> MeetingKeys:
        return derive_meeting(self.secret)

    @property
    def locator(self) -> str:
        return to_base64url(self.keys.locator)

    @property
    def link(self) -> Link:
        return Link(self.secret, host_hash(public(self.key)))

    def creation(self, origin: str, **changed: Any) -> dict[str, Any]:
        """The request; what is changed here is signed so."""
        keys = self.keys
        meeting = json.dumps({"v": 1, "title": self.title}).encode()
        parts: dict[str, Any] = {
            "origin": origin,
            "locator": keys.locator,
            "admission_key": public(keys.admission),
            "host_key": public(self.key),
            "sealed": seal(keys.meta, meeting, meeting_aad(keys.locator), MEETING_SIZES),
            "lifetime_s": self.lifetime_s,
            **changed,
        }
        statement = creation_statement(**parts)
        parts["admission_signature"] = keys.admission.sign(statement)
        parts["host_signature"] = self.key.sign(statement)
        return spelled(parts)

    def create(self, url: str, **changed: Any) -> Answer:
        return post(f"{url}/api/meetings", self.creation(url, **changed))


@dataclass
class Member:
    """The device of somebody who has the link."""

    secret: bytes
    leaf: Ed25519PrivateKey = field(default_factory=KEY.generate)

    @property
    def keys(self) -> MeetingKeys:
        return derive_meeting(self.secret)

    @property
    def locator(self) -> str:
        return to_base64url(self.keys.locator)

    @property
    def identity(self) -> str:
        return identity_of(public(self.leaf))

    def seal_name(self, name: str) -> bytes:
        keys = self.keys
        return seal(keys.meta, name.encode(), name_aad(keys.locator, self.identity), NAME_SIZES)

    def ask_nonce(self, url: str) -> bytes:
        answer = post(f"{url}/api/meetings/{self.locator}/nonces")
        assert answer.status == 201, answer.body
        return from_base64url(json.loads(answer.body)["nonce"])

    def application(
        self, origin: str, nonce: bytes, name: str | None = None, **changed: Any
    ) -> dict[str, Any]:
        """The request; what is changed here is sent so, and not signed."""
        keys, leaf_key = self.keys, public(self.leaf)
        statement = admission_statement(origin, keys.locator, nonce, leaf_key, self.identity)
        parts: dict[str, Any] = {
            "origin": origin,
            "nonce": nonce,
            "leaf_key": leaf_key,
            "admission_signature": keys.admission.sign(statement),
            "leaf_signature": self.leaf.sign(statement),
        }
        if name is not None:
            parts["sealed_name"] = self.seal_name(name)
        return spelled({**parts, **changed})

    def apply(self, url: str, application: dict[str, Any]) -> Answer:
        return post(f"{url}/api/meetings/{self.locator}/admissions", application)

    def ask(self, url: str, name: str | None = None, **changed: Any) -> Answer:
        """Nonce, signatures, request."""
        return self.apply(url, self.application(url, self.ask_nonce(url), name, **changed))

    def ticket(self, url: str, name: str | None = None) -> str:
        return self.tickets(url, name)[0]

    def group_ticket(self, url: str) -> str:
        return self.tickets(url)[1]

    def tickets(self, url: str, name: str | None = None) -> tuple[str, str]:
        """For signalling, and for the group's order."""
        answer = self.ask(url, name)
        assert answer.status == 200, answer.body
        admission = json.loads(answer.body)
        return str(admission["ticket"]), str(admission["group_ticket"])


def spelled(parts: dict[str, Any]) -> dict[str, Any]:
    """Bytes as the API takes them."""
    return {
        name: to_base64url(value) if isinstance(value, bytes) else value
        for name, value in parts.items()
    }
