"""How one cell of a file is read: text in, value out, or a Refusal that names the column and never the text."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.dutch import AMSTERDAM
from domain.errors import InputRefusal
from domain.reports import PERSON_ROLES, IncomingPerson

Reader = Callable[[str, str], Any]
"""Reads (text, column name)."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_PERSON = re.compile(r"([A-Z]):([a-z]{1,20}):(\d{4})?", re.ASCII)
_ROLES = {title.casefold(): role for role, title in PERSON_ROLES.items()}
_YES_NO = {"ja": True, "nee": False}


def text(value: str, _: str) -> str:
    """The text as it stands; the model checks it."""
    return value


def yes_no(value: str, column: str) -> bool:
    """`ja` or `nee`."""
    return bool(_found(_YES_NO, value, column))


def small_number(value: str, column: str) -> int:
    """One digit; empty is 0."""
    if len(value) > 1 or value not in "0123456789":
        raise InputRefusal("KR-RIJ-WAARDE", field=column)
    return int(value or "0")


def choice(titles: Mapping[str, str]) -> Reader:
    """A reader of these Dutch titles, in capitals or not; empty stays empty."""
    codes = {title.casefold(): code for code, title in titles.items()} | {"": ""}
    return lambda value, column: _found(codes, value, column)


def moment(value: str, column: str) -> datetime:
    """An ISO moment. Without an offset it is Amsterdam time, and then it must exist exactly once."""
    if not _MOMENT.fullmatch(value):
        raise InputRefusal("KR-RIJ-TIJD", field=column)
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise InputRefusal("KR-RIJ-TIJD", field=column) from None
    return parsed if parsed.tzinfo else _in_amsterdam(parsed, column)


def household(value: str, column: str) -> tuple[IncomingPerson, ...]:
    """Members as `A:volwassene:1985 B:kind:2012 C:kind:`; the birth year may be left out."""
    return tuple(_member(part, column) for part in value.split())


def _member(part: str, column: str) -> IncomingPerson:
    match = _PERSON.fullmatch(part)
    if match is None or match[2] not in _ROLES:
        raise InputRefusal("KR-RIJ-GEZIN", field=column)
    return IncomingPerson(key=match[1], role=_ROLES[match[2]], birth_year=int(match[3]) if match[3] else None)


def _found(codes: Mapping[str, Any], value: str, column: str) -> Any:
    if (key := value.casefold()) not in codes:
        raise InputRefusal("KR-RIJ-WAARDE", field=column)
    return codes[key]


def _in_amsterdam(wall: datetime, column: str) -> datetime:
    """Attach the time zone; the hour that winter time repeats and the hour that summer time skips are refused."""
    first, second = wall.replace(tzinfo=AMSTERDAM), wall.replace(tzinfo=AMSTERDAM, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    try:
        exists = first.astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None) == wall
    except OverflowError:
        exists = False
    raise InputRefusal("KR-RIJ-TIJD-DUBBEL" if exists else "KR-RIJ-TIJD", field=column)
