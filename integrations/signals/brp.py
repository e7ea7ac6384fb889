"""The BRP as a source of signals: follow people (BRP Update, volgindicaties), hear that something changed, ask what.

A citizen service number stands in the path of the first interface and in the body of the second; both stay inside this
file. Out come our reference, a person key and a code.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from pydantic import SecretStr

from domain.signals import Sign
from integrations.http import Connection, Door, Unanswered
from integrations.signals.brp_keys import Keys, read_keys
from integrations.signals.brp_person import FIELDS, signal_of
from integrations.signals.config import BrpSource
from integrations.verdict import Result, Verdict

AT_ONCE = 20  # the most numbers that one question may hold
JSON = {"Content-Type": "application/json; charset=utf-8"}


class BrpSignals:
    """One municipality's BRP. `today`: the day on which a follow ends that ends now, and of signals without a day.

    `not_followed`: how many people the BRP refuses to follow, for good; it holds up nobody else.
    """

    not_followed = 0

    def __init__(self, source: BrpSource, key: SecretStr, today: date) -> None:
        self.name, self._source, self._today = source.name, source, today
        self._header = {source.header: key.get_secret_value()}

    def follow(self, references: frozenset[str]) -> None:
        """Place and end follows until exactly these cases are followed. What was done stands when a later one fails."""
        wanted = read_keys(self._source.keys).of(references)
        with self._door(self._source.update) as door:
            now = self._followed(door)
            for number in sorted(wanted - now):
                self._put(door, number, {})
            for number in sorted(now - wanted):
                self._put(door, number, {"einddatum": self._today.isoformat()})

    def signals(self, since: date) -> Iterable[Sign]:
        """Of everyone who changed since this day, what became of them."""
        keys = read_keys(self._source.keys)
        with self._door(self._source.update) as door:
            body = door.get("wijzigingen", params={"vanaf": since.isoformat()}).body
        changed = sorted(set(_texts(body, "burgerservicenummers")) & keys.by_number.keys())
        oldest = since - timedelta(days=self._source.look_back_days)
        with self._door(self._source.personen) as door:
            for person in self._asked(door, changed):
                yield from self._signs(keys, person, oldest)

    def _put(self, door: Door, number: str, content: dict[str, str]) -> None:
        try:
            door.ask("PUT", f"volgindicaties/{number}", content=content)
        except Unanswered as unanswered:
            if unanswered.result.verdict is not Verdict.PERMANENT:
                raise
            self.not_followed += 1

    def _followed(self, door: Door) -> frozenset[str]:
        body = door.get("volgindicaties").body
        follows = body.get("volgindicaties", []) if isinstance(body, dict) else None
        if not isinstance(follows, list) or not all(isinstance(follow, dict) for follow in follows):
            raise _unreadable()
        return frozenset(str(follow.get("burgerservicenummer", "")) for follow in follows)

    def _asked(self, door: Door, numbers: Iterable[str]) -> Iterator[Any]:
        rest = iter(numbers)
        while some := list(islice(rest, AT_ONCE)):
            question = {"type": "RaadpleegMetBurgerservicenummer", "burgerservicenummer": some}
            asked = {**question, "fields": ["burgerservicenummer", *FIELDS]}
            body = door.ask("POST", "personen", content=asked, headers=JSON, repeatable=True).body
            people = body.get("personen") if isinstance(body, dict) else None
            if not isinstance(people, list):
                raise _unreadable()
            yield from people

    def _signs(self, keys: Keys, person: Any, oldest: date) -> Iterator[Sign]:
        if not isinstance(person, dict):
            raise _unreadable()
        found = signal_of(person, oldest)
        for reference, key in sorted(keys.by_number.get(str(person.get("burgerservicenummer", "")), ())):
            if found is not None:
                code, day = found
                told = f"{self.name}|{reference}|{key}|{code}|{day or 'onbekend'}"
                number = sha256(told.encode()).hexdigest()[:32]
                yield Sign(reference, key, code, min(day or self._today, self._today), number)

    def _door(self, connection: Connection) -> Door:
        return Door(connection.model_copy(update={"headers": connection.headers | self._header}))


def _texts(body: Any, name: str) -> list[str]:
    found = body.get(name, []) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise _unreadable()
    return [str(item) for item in found]


def _unreadable() -> Unanswered:
    return Unanswered(Result(Verdict.TEMPORARY, "onleesbaar"))
