"""`POST /notificaties/{source}`: a Notificaties API tells that something changed (nrc: Message)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from deployments.receiver.guards import DOCUMENTED, FixedTokens
from deployments.receiver.house import House, shown_to_us
from deployments.receiver.problems import answers
from deployments.receiver.reading import described, read
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.known import known_resource
from tasks.count_strange import count_strange
from tasks.ledger_clock import ledger_now
from tasks.receive_notification import Notice, receive_notification

Address = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,990}$")]
Word = Annotated[str, StringConstraints(max_length=100)]
Channel = Annotated[str, StringConstraints(max_length=50)]


class Message(BaseModel):
    """What is read of a notification. Its other keys are left alone: `kenmerken` say nothing, the standard grows."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    kanaal: Channel
    hoofdObject: Address
    resource: Word
    resourceUrl: Address
    actie: Word
    aanmaakdatum: AwareDatetime


def routes(house: House) -> APIRouter:
    """The routes of the Notificaties APIs of the partners' file. Raises WrongUse when a secret is not set."""
    router = APIRouter()
    sources = {one.name: one for one in house.partners.notificaties}
    tokens = FixedTokens({name: shown_to_us(one.callback_secret) for name, one in sources.items()})

    @router.post(
        "/notificaties/{source}",
        status_code=204,
        dependencies=[Depends(DOCUMENTED)],
        openapi_extra=described(Message),
        responses=answers(400, 401, 408, 413, 415, 503),
    )
    async def notified(source: str, request: Request) -> Response:
        """Neem een notificatie aan. Een herhaling is ook goed."""
        tokens.check(request, source)
        message = await read(request, Message)
        await run_in_threadpool(_keep, house, sources[source], message)
        return Response(status_code=204)

    return router


def _keep(house: House, source: NotificatieSource, message: Message) -> None:
    """What lies outside the configured systems is taken and counted, not refused.

    Open Notificaties tries a callback with an address that does not exist before it accepts a subscription, and would
    repeat for a day what we refuse. That trial comes over a channel of its own, and is not counted.
    """
    now = ledger_now(house.ledger, house.clock())
    if known_resource(house.partners, message.hoofdObject):
        notice = Notice(source.name, message.hoofdObject, message.resourceUrl, message.actie, message.aanmaakdatum)
        receive_notification(house.ledger, notice, now)
    elif message.kanaal == source.channel:
        count_strange(house.ledger, source.name, now)
