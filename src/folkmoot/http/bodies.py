"""Request bodies of strangers: small, JSON, and exactly of the expected shape."""

import asyncio
import re
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from folkmoot.http.problems import ProblemError, bad_request

MAX_BODY_BYTES: Final = 32 * 1024
"""Security limit: longest body that is read. The longest useful one has about 12 KiB."""

MAX_BODY_S: Final = 10.0
"""Security limit: how long a body may take to come."""

_JSON: Final = re.compile(r'application/json\s*(;\s*charset="?utf-8"?\s*)?', re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)


async def read_json(request: Request, model: type[Model]) -> Model:
    """Read a body.

    Raises:
        ProblemError: 415 for anything but JSON, 413 for more than `MAX_BODY_BYTES`, 408 for what
            does not come, 400 for another shape; the field is named, its value is not.
    """
    if not _JSON.fullmatch(request.headers.get("content-type", "").strip()):
        raise _closing(
            415,
            "not_json",
            "This address takes JSON only.",
            "Send it as application/json.",
        )
    body = await _read(request)
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise bad_request(_describe(error)) from None


async def read_nothing(request: Request) -> None:
    """See that there is no body.

    Raises:
        ProblemError: there is one.
    """
    if await _read(request):
        raise bad_request("this address takes no body")


async def _read(request: Request) -> bytes:
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or len(announced) > 9 or int(announced) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(MAX_BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise _closing(
            408, "too_slow", "The request did not come in time.", "Send it again."
        ) from None
    return bytes(body)


def _too_large() -> ProblemError:
    return _closing(
        413,
        "too_large",
        "The request is larger than any that this server takes.",
        f"Send at most {MAX_BODY_BYTES} bytes.",
    )


def _closing(status: int, error: str, message: str, next_step: str) -> ProblemError:
    """A problem after which the rest of the body is not read: the connection ends with it."""
    return ProblemError(status, error, message, next_step, headers={"connection": "close"})


def _describe(error: ValidationError) -> str:
    """Name the first field that is missing or wrong, without its value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "extra_forbidden":
        return "it has a field that is not known"  # whose name is the sender's
    if not first["loc"]:
        return "the body is not a JSON object"
    return f"the field {first['loc'][0]} is {_reason(first['type'], first['msg'])}"


def _reason(kind: str, message: str) -> str:
    if kind == "missing":
        return "missing"
    return f"not usable ({message.removeprefix('Value error, ')})"
