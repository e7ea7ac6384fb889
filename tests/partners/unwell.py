"""A stand-in that is unwell on purpose: some of its answers are not its own. What those are is not judged."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Message

from integrations.ledger import SYSTEM
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tests.chain import Chain
from tests.partners.border import Border, Peer, at_the_border


@dataclass
class Unwell:
    """Requests whose line fits `line` get `status`; with `does` the stand-in has done first what was asked."""

    inside: Any
    line: str = ""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    does: bool = False
    page: bool = False
    asked: list[str] = field(default_factory=list)

    def becomes(
        self, line: str, status: int, headers: dict[str, str] | None = None, *, does: bool = False, page: bool = False
    ) -> None:
        """From now on. `page`: what answers is no API."""
        self.line, self.status, self.does, self.page, self.headers = line, status, does, page, headers or {}

    def well(self) -> None:
        """As the stand-in itself."""
        self.line = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        line = f"{scope.get('method', '')} {scope.get('path', '')}"
        if scope["type"] == "http":
            self.asked.append(line)
        if scope["type"] != "http" or not (self.line and re.search(self.line, line)):
            await self.inside(scope, receive, send)
            return
        if self.does:
            await self.inside(scope, receive, _nowhere)
        await self._answer()(scope, receive, send)

    def _answer(self) -> Response:
        if self.page:
            return PlainTextResponse("<h1>Onderhoud</h1>", self.status, self.headers, media_type="text/html")
        return JSONResponse({"code": "x", "detail": "PERSOON"}, self.status, self.headers)


async def _nowhere(_: Message) -> None:
    """An answer that is lost."""


@contextmanager
def unwell_border(chain: Chain, peer: Peer, folder: Path) -> Iterator[tuple[Border, Unwell]]:
    """The border with this peer behind something that can be unwell; what reached the peer itself was right."""
    judged = peer.judged
    unwell: Any = Unwell(judged)
    peer.judged = unwell
    with at_the_border(chain, peer, folder) as border:
        yield border, unwell
    assert judged.violations == []


def another(border: Border, organisation: str = "", state: OfferState = OfferState.PLANNED) -> str:
    """One more hand-over that is offered in the same case; its number."""
    with border.chain.ledger.unit_of_work(now=border.chain.now, actor=SYSTEM) as uow:
        first = border.offers()[0]
        step = uow.session.get_one(Step, first.step_id)
        ordinal = 50 + len(border.offers())
        copied = step.model_dump() | {"id": f"{border.chain.reference}.{ordinal:03d}", "ordinal": ordinal}
        uow.session.add(Step(**copied))
        uow.session.flush()
        uow.session.add(
            HandoverOffer(
                step_id=copied["id"],
                round=first.round,
                number=f"{copied['id']}.1",
                state=state,
                organisation=organisation or first.organisation,
                offered_at=uow.now,
            )
        )
    return f"{copied['id']}.1"
