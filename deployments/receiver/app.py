"""The receiver as an ASGI app: its routes, and how every error leaves it."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from deployments.receiver import notifications, notifynl, reports
from deployments.receiver.front import LOGGER, MOST_AT_ONCE, Front
from deployments.receiver.house import House
from deployments.receiver.problems import Refused, answers, problem, refusal
from domain.errors import KetenregieError, OutsideFailure, Refusal
from integrations.ledger import Ledger

ROUTES: tuple[Callable[[House], APIRouter], ...] = (notifications.routes, notifynl.routes, reports.routes)
"""Each makes the routes of one integration; one that nobody configured answers 401 or has no routes."""

KNOWN = {404: "KR-DEUR-ADRES", 405: "KR-DEUR-METHODE"}


def receiver_app(house: House, *, most: int = MOST_AT_ONCE) -> ASGIApp:
    """The whole receiver. Raises WrongUse when a secret that the partners' file names is not set or too short."""
    return Front(inner_app(house), most)


def inner_app(house: House) -> FastAPI:
    """The routes and their errors, without what every request passes first. Its own pages are off."""
    app = FastAPI(
        title="Ketenregie: ontvanger", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.include_router(_health(house.ledger))
    for routes in ROUTES:
        app.include_router(routes(house))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(KetenregieError, _ours)
    app.add_exception_handler(Exception, _unforeseen)
    return app


def _health(ledger: Ledger) -> APIRouter:
    router = APIRouter()

    @router.get("/gezond", status_code=204, responses=answers(503))
    def healthy() -> Response:
        """Draait de ontvanger, en gaat de administratie open? Verder zegt dit niets."""
        with ledger.reading() as session:
            session.connection()
        return Response(status_code=204)

    return router


def _refused(_: Request, no: Exception) -> Response:
    assert isinstance(no, Refused)
    return refusal(no)


def _http(_: Request, error: Exception) -> Response:
    """What the framework refuses by itself: an address or a method that does not exist."""
    assert isinstance(error, HTTPException)
    code = KNOWN.get(error.status_code, "KR-DEUR-VERZOEK")
    allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return refusal(Refused(error.status_code, code, allow))


def _unreadable(_: Request, __: Exception) -> Response:
    return refusal(Refused(400, "KR-DEUR-VERZOEK"))


def _ours(_: Request, error: Exception) -> Response:
    """A refusal of ours tells its own code; a ledger that is busy or away asks to come back."""
    assert isinstance(error, KetenregieError)
    if isinstance(error, Refusal):
        return problem(422, error)
    LOGGER.error("storing %s", error.code)
    return problem(503, OutsideFailure("KR-DEUR-STORING"), {"Retry-After": "60"})


def _unforeseen(_: Request, __: Exception) -> Response:
    """The framework raises it again after this answer; the front tells its kind to the log."""
    return problem(500, OutsideFailure("KR-DEUR-STORING"))
