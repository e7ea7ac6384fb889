"""The body of a request: of one kind, of a bounded size, within a bounded time, and what it must say."""

import asyncio
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from deployments.receiver.problems import Refused

MOST_BYTES = 256 * 1024
BODY_SECONDS = 10.0
MOST_FIELDS = 8

Shape = TypeVar("Shape", bound=BaseModel)


async def read(request: Request, shape: type[Shape]) -> Shape:
    """The body as this shape. Call it after the caller is known. Raises Refused 400, 408, 413 or 415.

    Parsed by pydantic itself: its parser bounds depth and refuses what is not UTF-8. Of the fields that are wrong only
    our own names are told.
    """
    raw = await body(request)
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise Refused(400, "KR-DEUR-INHOUD", fields=_fields(error, shape)) from None


async def body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The bytes of a JSON body, also of a chunked one; more than `most` are never held."""
    _right_kind(request.headers.getlist("content-type"), request.headers.get("content-encoding", "identity"))
    if int(request.headers.get("content-length", "0")) > most:
        raise too_large(most)
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                raw += part
                if len(raw) > most:
                    raise too_large(most)
    except TimeoutError:
        raise Refused(408, "KR-DEUR-TRAAG") from None
    except ClientDisconnect:  # nobody hears this answer
        raise Refused(400, "KR-DEUR-VERZOEK") from None
    return bytes(raw)


def too_large(most: int) -> Refused:
    """The refusal of a body that is larger than this."""
    return Refused(413, "KR-DEUR-GROOT", kilobytes=most // 1024)


def _right_kind(kinds: list[str], encoding: str) -> None:
    """JSON only, and not packed: a small body that unpacks to a large one would pass every other bound."""
    kind, _, more = (kinds[0] if len(kinds) == 1 else "").partition(";")
    charset = more.replace(" ", "").replace('"', "").lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8") or encoding != "identity":
        raise Refused(415, "KR-DEUR-SOORT")


def _fields(error: ValidationError, shape: type[BaseModel]) -> str:
    """The top-level fields that are wrong, by our names; a key of the sender's own is never repeated."""
    ours = {field.alias or name for name, field in shape.model_fields.items()}
    found = {str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]}
    return ", ".join(sorted(found & ours)[:MOST_FIELDS]) or "het geheel"


def described(shape: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of this body; FastAPI would read the body before the caller is known."""
    schema = shape.model_json_schema(by_alias=True)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
