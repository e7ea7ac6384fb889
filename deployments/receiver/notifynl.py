"""`POST /notifynl`: NotifyNL tells what became of a notification (its delivery receipt)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from deployments.receiver.guards import DOCUMENTED, FixedTokens
from deployments.receiver.house import House, shown_to_us
from deployments.receiver.problems import Refused, answers
from deployments.receiver.reading import described, read
from integrations.notifynl.receipt import receipt_of
from tasks.ledger_clock import ledger_now
from tasks.note_receipt import Noted, note_receipt

CALLER = "notifynl"
AGAIN_SECONDS = 300


class Callback(BaseModel):
    """What is read of a receipt. Its other fields, the address `to` first of all, are never taken up."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    id: UUID
    status: Annotated[str, StringConstraints(max_length=100)]
    reference: Annotated[str, StringConstraints(max_length=1000)] | None = None


def routes(house: House) -> APIRouter:
    """The route of NotifyNL, where the partners' file names it and its `callback_secret`. Raises WrongUse."""
    router = APIRouter()
    known = house.partners.notifynl
    if known is None or known.callback_secret is None:
        return router
    tokens = FixedTokens({CALLER: shown_to_us(known.callback_secret)})

    @router.post(
        "/notifynl",
        status_code=204,
        dependencies=[Depends(DOCUMENTED)],
        openapi_extra=described(Callback),
        responses=answers(400, 401, 408, 413, 415, 503),
    )
    async def told(request: Request) -> Response:
        """Neem een bericht over een bezorging aan. Een herhaling is ook goed, en een onbekend kenmerk ook."""
        tokens.check(request, CALLER)
        callback = await read(request, Callback)
        if await run_in_threadpool(_note, house, callback) is Noted.LATER:
            raise Refused(503, "KR-DEUR-DRUK", {"Retry-After": str(AGAIN_SECONDS)})
        return Response(status_code=204)

    return router


def _note(house: House, callback: Callback) -> Noted:
    receipt = receipt_of(callback.id, callback.reference, callback.status)
    return note_receipt(house.ledger, receipt, ledger_now(house.ledger, house.clock()))
