"""`POST /meldingen`: a reporter's system hands over a report (VNG JZV Meldingen 1.0, without people and free text)."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deployments.receiver.guards import DOCUMENTED, SignedTokens
from deployments.receiver.house import House, shown_to_us
from deployments.receiver.problems import Refused, answers
from deployments.receiver.reading import body
from domain.errors import WrongUse
from integrations.reporters.config import ReporterSystem
from integrations.reporters.melding import Melding, Ontvangen
from integrations.reporters.reading import MOST_BYTES, incoming, read_melding
from tasks.ledger_clock import ledger_now
from tasks.take_report import Taken, take_report

KNOWN_ALREADY: dict[int | str, dict[str, Any]] = {200: {"model": Ontvangen}}


def routes(house: House) -> APIRouter:
    """The route of the reporters that have a client of their own in the partners' file. Raises WrongUse at the start.

    Each signs a token for every call; under which source its reports are kept follows from that token.
    """
    router = APIRouter()
    systems = {one.client_id: one for one in house.partners.reporters if one.client_id and one.secret}
    if not systems:
        return router
    keys = {client: shown_to_us(one.secret or "") for client, one in systems.items()}
    names = {client: one.source for client, one in systems.items()}
    tokens = SignedTokens(house.ledger, house.clock, keys, names)

    @router.post(
        "/meldingen",
        status_code=201,
        dependencies=[Depends(DOCUMENTED)],
        openapi_extra=_described(Melding),
        response_model=Ontvangen,
        responses={**KNOWN_ALREADY, **answers(400, 401, 408, 409, 413, 415, 422, 503)},
    )
    async def reported(request: Request) -> Response:
        """Neem een melding aan. Dezelfde melding nog een keer is ook goed (200)."""
        client = await run_in_threadpool(tokens.check, request)
        raw = await body(request, MOST_BYTES)
        return await run_in_threadpool(_take, house, systems[client], raw)

    return router


def _take(house: House, system: ReporterSystem, raw: bytes) -> Response:
    """Every refusal of the content leaves as 422 by the app's own handler."""
    now = ledger_now(house.ledger, house.clock())
    try:
        melding = read_melding(raw)
    except WrongUse as error:
        raise Refused(400, error.code) from None
    became = take_report(house.ledger, incoming(melding, system, now), now)
    if became is Taken.CHANGED:
        raise Refused(409, "KR-MELDING-ANDERS")
    said = Ontvangen(registratienummer=melding.registratienummer)
    return JSONResponse(said.model_dump(), 201 if became is Taken.NEW else 200)


def _described(shape: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of this body, its parts written out where they stand."""
    schema = shape.model_json_schema()
    parts = schema.pop("$defs", {})
    content = {"application/json": {"schema": _whole(schema, parts)}}
    return {"requestBody": {"required": True, "content": content}}


def _whole(schema: Any, parts: Mapping[str, Any]) -> Any:
    match schema:
        case {"$ref": str(place)}:
            return _whole(parts[place.rpartition("/")[2]], parts)
        case dict():
            return {name: _whole(value, parts) for name, value in schema.items()}
        case list():
            return [_whole(value, parts) for value in schema]
        case _:
            return schema
