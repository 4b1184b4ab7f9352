"""H-1: requests made up from the contract, right and wrong, against a real server.

No answer is an error of the server, and each is one that `protocol/openapi.json` has.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode

from tests.fakes.server import RunningServer, running_server

CONTRACT: Final = Path(__file__).resolve().parents[2] / "protocol/openapi.json"
CHECKS: Final = [
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
SCHEMA: Final = schemathesis.openapi.from_path(str(CONTRACT))
RESULTS: Final[list[Any]] = list(SCHEMA.get_all_operations())  # untyped: good ones have `ok`
OPERATIONS: Final = {result.ok().label: result.ok() for result in RESULTS}


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose limits stand in nobody's way."""
    limits = {"create_per_hour": 1_000_000, "admissions_per_minute": 1_000_000}
    with running_server(tmp_path_factory.mktemp("server"), meetings=limits) as running:
        yield running


def try_out(server: RunningServer, label: str, examples: int) -> None:
    """Send half the examples as the contract wants them, half as it does not."""
    right = send_generated(server, label, GenerationMode.POSITIVE, examples)
    if label.startswith("GET"):
        assert right == {200}  # and there is nothing to get wrong
    else:
        wrong = send_generated(server, label, GenerationMode.NEGATIVE, examples)
        # Nothing is signed, so a refusal is as far as one comes.
        assert (201 if label.endswith("nonces") else 403) in right
        assert 400 in wrong
    assert "unhandled_error" not in server.log.read_text()


def send_generated(
    server: RunningServer, label: str, mode: GenerationMode, examples: int
) -> set[int]:
    """Send, judge each answer by the contract, and return the statuses that came."""
    seen: set[int] = set()

    @settings(
        max_examples=math.ceil(examples / 2),
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[label].as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            # Else all of them end at the name of the server.
            case.body["origin"] = server.http
        answer = case.call(base_url=server.http, session=session, timeout=10)
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    with requests.Session() as session:
        send()
    return seen


@pytest.mark.timeout(180)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_the_contract_allows_or_forbids_is_answered_by_it(
    generous: RunningServer, label: str
) -> None:
    try_out(generous, label, 40)


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("label", OPERATIONS)
def test_two_thousand_requests_of_each_kind_are_answered_by_the_contract(
    generous: RunningServer, label: str
) -> None:
    try_out(generous, label, 2_000)


def test_the_contract_names_every_address_of_the_api() -> None:
    assert set(OPERATIONS) == {
        "GET /api/server",
        "POST /api/meetings",
        "POST /api/meetings/{locator}/nonces",
        "POST /api/meetings/{locator}/admissions",
        "GET /healthz",
        "GET /readyz",
    }
