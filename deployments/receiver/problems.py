"""What the receiver answers when it refuses: problem+json (RFC 9457, as the VNG standards fill it), never an echo."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from domain.errors import KetenregieError, WrongUse

PROBLEM = "application/problem+json"
SHAPE = {
    "type": "object",
    "required": ["code", "title", "status", "detail", "instance"],
    "properties": {
        "code": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
    },
}
"""The JSON Schema of a refusal."""


class Refused(Exception):
    """The receiver does not take this request. `code` is one of the catalogue of errors, so it holds no input."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None, **places: object) -> None:
        super().__init__(code)
        self.status, self.headers = status, dict(headers or {})
        self.error = WrongUse(code, **places)


def problem(status: int, error: KetenregieError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for this error. `instance` tells one refusal from another, and says nothing else."""
    content = json.dumps(_body(status, error), ensure_ascii=False).encode()
    return Response(content, status, dict(headers or {}), media_type=PROBLEM)


def refusal(no: Refused) -> Response:
    """The answer for this refusal."""
    return problem(no.status, no.error, no.headers)


def _body(status: int, error: KetenregieError) -> dict[str, Any]:
    return {
        "code": error.code,
        "title": error.sentence,
        "status": status,
        "detail": error.next_step,
        "instance": uuid4().urn,
    }


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of these refusals."""
    return {status: {"description": "geweigerd", "content": {PROBLEM: {"schema": SHAPE}}} for status in statuses}
