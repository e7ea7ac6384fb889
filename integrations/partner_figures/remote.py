"""A partner that gives its waiting lists over HTTP: one GET, a JSON answer in the shape of our file.

There is no Dutch standard for this; the README of this folder holds the shape that a partner is asked for.
"""

from datetime import datetime
from typing import Any

from pydantic import SecretStr

from domain.errors import InputRefusal
from domain.waiting_lists import WaitingList
from integrations.http import Connection, Door, Unanswered
from integrations.partner_figures.config import FigureSource
from integrations.partner_figures.layout import Seen, waiting_list
from integrations.verdict import Result, Verdict

MOST = 1_000


def fetch(source: FigureSource, token: SecretStr | None, now: datetime) -> tuple[list[WaitingList], list[str]]:
    """The waiting lists this partner gives, and the codes of those that cannot be taken.

    A partner gives figures of itself only. Raises Unanswered with a verdict.
    """
    own = frozenset({source.organisation})
    lists: list[WaitingList] = []
    refused: list[str] = []
    seen: Seen = set()
    for item in _asked(_with_token(source.connection, token)):
        try:
            lists.append(waiting_list({"organisatie": source.organisation} | _object(item), own, now, seen))
        except InputRefusal as refusal:
            refused.append(refusal.code)
    return lists, refused


def _with_token(connection: Connection, token: SecretStr | None) -> Connection:
    if token is None:
        return connection
    bearer = {"Authorization": f"Bearer {token.get_secret_value()}"}
    return connection.model_copy(update={"headers": connection.headers | bearer})


def _asked(connection: Connection) -> list[Any]:
    with Door(connection) as door:
        body = door.get("").body
    found = body.get("wachtlijsten") if isinstance(body, dict) else None
    if not isinstance(found, list) or len(found) > MOST:
        raise Unanswered(Result(Verdict.TEMPORARY, "onleesbaar"))
    return found


def _object(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise InputRefusal("KR-WACHTLIJST-WAARDE", field="wachtlijsten")
    return item
