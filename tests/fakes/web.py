"""Plain HTTP requests in tests."""

import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def fetch(url: str, method: str = "GET", **headers: str) -> Answer:
    """Ask, and take every status for an answer."""
    return _ask(urllib.request.Request(url, method=method, headers=headers), None)


def fetch_trusting(trust: ssl.SSLContext, url: str, **headers: str) -> Answer:
    """Ask by https; `trust` says which certificate is a good one."""
    return _ask(urllib.request.Request(url, headers=headers), trust)


def _ask(request: urllib.request.Request, trust: ssl.SSLContext | None) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
            return _read(answer)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error)


def _read(answer: Any) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status or 0, headers, answer.read().decode())
