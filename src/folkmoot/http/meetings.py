"""The API for making meetings and being let in."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from folkmoot.http.bodies import read_json, read_nothing
from folkmoot.http.caller import address_of
from folkmoot.http.gate import Gate
from folkmoot.http.meeting_messages import AdmissionBody, CreationBody, Node, admission_answer
from folkmoot.http.meeting_problems import problem_of
from folkmoot.http.problems import ProblemError, bad_request
from folkmoot.meetings.admission import Admissions, Application
from folkmoot.meetings.creation import Creation, Creations
from folkmoot.meetings.errors import MeetingError
from folkmoot.protocol.derivation import LOCATOR_BYTES
from folkmoot.protocol.encoding import from_base64url, to_base64url


class TicketOffice(Protocol):
    """Makes tickets."""

    def issue_ticket(self, room: str, identity: str, sealed_name: str) -> str:
        """Make the ticket of somebody who was let in."""


class GroupTicketOffice(Protocol):
    """Makes tickets to the order of a meeting's group."""

    def issue_ticket(self, room: str, identity: str) -> str:
        """Make the ticket of somebody who was let in."""


class Tally(Protocol):
    """Where happenings are counted."""

    def count(self, what: str, label: str = "") -> None:
        """Count one; neither word says who or where."""


Answer = Callable[[Request], Awaitable[Response]]


class MeetingsEndpoint:
    """Everything below `/api/meetings`. No page of another origin reaches it, or reads it."""

    def __init__(
        self,
        gate: Gate,
        creations: Creations,
        admissions: Admissions,
        tickets: TicketOffice,
        group_tickets: GroupTicketOffice,
        node: Node,
        tally: Tally,
    ) -> None:
        """Put meetings behind a gate."""
        self._gate = gate
        self._creations = creations
        self._admissions = admissions
        self._tickets = tickets
        self._group_tickets = group_tickets
        self._node = node
        self._tally = tally

    async def create(self, request: Request) -> Response:
        """Answer `POST /api/meetings`."""
        return await self._guarded(request, self._create)

    async def issue_nonce(self, request: Request) -> Response:
        """Answer `POST /api/meetings/<locator>/nonces`, for every locator alike."""
        return await self._guarded(request, self._issue_nonce)

    async def admit(self, request: Request) -> Response:
        """Answer `POST /api/meetings/<locator>/admissions`."""
        return await self._guarded(request, self._admit)

    async def _guarded(self, request: Request, answer: Answer) -> Response:
        try:
            self._gate.check_page(request)
            try:
                return await answer(request)
            except MeetingError as error:
                raise problem_of(error) from None
        except ProblemError as problem:
            self._tally.count("api_refusals", problem.error)
            raise

    async def _create(self, request: Request) -> Response:
        body = await read_json(request, CreationBody)
        creation = Creation(**dict(body))
        expires_at_ms = await self._creations.create(creation, address_of(request))
        self._tally.count("meetings_made")
        return JSONResponse({"expires_at_ms": expires_at_ms}, status_code=201)

    async def _issue_nonce(self, request: Request) -> Response:
        locator = _locator_of(request)
        await read_nothing(request)
        nonce = self._admissions.issue_nonce(locator)
        return JSONResponse({"nonce": to_base64url(nonce)}, status_code=201)

    async def _admit(self, request: Request) -> Response:
        locator = _locator_of(request)
        body = await read_json(request, AdmissionBody)
        application = Application(
            origin=body.origin,
            locator=locator,
            nonce=body.nonce,
            leaf_key=body.leaf_key,
            admission_signature=body.admission_signature,
            leaf_signature=body.leaf_signature,
        )
        admitted = await self._admissions.admit(application, address_of(request))
        sealed_name = "" if body.sealed_name is None else to_base64url(body.sealed_name)
        room, identity = to_base64url(locator), admitted.identity
        ticket = self._tickets.issue_ticket(room, identity, sealed_name)
        group_ticket = self._group_tickets.issue_ticket(room, identity)
        self._tally.count("admissions")
        answer = admission_answer(ticket, group_ticket, admitted.meeting, self._node)
        return JSONResponse(answer)


def _locator_of(request: Request) -> bytes:
    try:
        return from_base64url(request.path_params["locator"], LOCATOR_BYTES)
    except ValueError:
        raise bad_request("this is not a locator") from None
