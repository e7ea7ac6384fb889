"""The BRP as a source of signals: follow people (BRP Update, volgindicaties), hear that something changed, ask what.

A citizen service number stands in the path of the first interface and in the body of the second; both stay inside this
file. Out come our reference, a person key and a code.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from domain.signals import Sign
from integrations.http import Connection, Door, Unanswered
from integrations.patience import Patience, PatientDoor
from integrations.signals.brp_access import Access
from integrations.signals.brp_following import Following, planned
from integrations.signals.brp_keys import Keys, read_keys
from integrations.signals.brp_marks import marker
from integrations.signals.brp_person import FIELDS, signal_of
from integrations.signals.config import BrpSource
from integrations.signals.port import Memory
from integrations.verdict import Result, Verdict

AT_ONCE = 20  # the most numbers that one question may hold
MOST_NEW = 2_000  # people who are asked about for the first time in one round; the others in the next
JSON = {"Content-Type": "application/json; charset=utf-8"}


class BrpSignals:
    """One municipality's BRP. `today`: the day on which a follow ends that ends now, the last day of any signal;
    `longest`: seconds after which nothing new is asked of it (Unanswered `grens-verstreken`).

    What `follow` could not or would not do is counted; it holds up nobody else. `not_followed`: people whom the BRP
    refuses to follow, for good; `kept_back` and `strangers`: as in Following; `looked`: who was asked about for the
    first time, which the memory has to know once what came of it is recorded.
    """

    not_followed = kept_back = strangers = 0
    looked: frozenset[tuple[str, str]] = frozenset()

    def __init__(self, source: BrpSource, memory: Memory, today: date, longest: float) -> None:
        self.name, self._source, self._memory, self._today = source.name, source, memory, today
        self._patience = Patience(longest)
        self._cases: Mapping[str, date] = {}
        self._access, self._mark = Access(source), marker(source)

    def follow(self, cases: Mapping[str, date], closed: frozenset[str]) -> None:
        """Place and end follows until these cases are followed, and of ours no others.

        What was done stands when a later one fails. Who is followed already was placed by another: it stays theirs.
        """
        keys, ours, self._cases = read_keys(self._source.keys), self._memory.ours(), cases
        with self._door(self._source.update) as door:
            now = self._followed(door)
            mine = frozenset(number for number in now if self._mark(number) in ours)
            do = planned(keys, (cases, closed), now, mine, self._source.most_ended)
            self._do(door, do)
        self.kept_back, self.strangers = do.kept_back, do.strangers

    def _do(self, door: Door, do: Following) -> None:
        kept = self._marks(do.keep)
        self._memory.keep(kept)
        refused = [number for number in sorted(do.place) if not self._put(door, number, {})]
        for number in sorted(do.end):
            refused += [] if self._put(door, number, {"einddatum": self._today.isoformat()}) else [number]
        self.not_followed = len(refused)
        self._memory.keep(kept - self._marks(do.place.intersection(refused)))

    def _marks(self, numbers: frozenset[str]) -> frozenset[str]:
        return frozenset(map(self._mark, numbers))

    def signals(self, since: date) -> Iterable[Sign]:
        """Of everyone who changed since this day and is in a case that is followed, what became of them.

        Whoever is new to us is asked about too: what happened between the report and our follow, no change will tell.
        """
        keys = read_keys(self._source.keys)
        theirs = keys.of(self._cases)
        new = dict(islice(self._new(keys, theirs), MOST_NEW))
        with self._door(self._source.update) as door:
            body = door.get("wijzigingen", params={"vanaf": since.isoformat()}).body
        changed = set(_texts(body, "burgerservicenummers")) & theirs
        oldest = since - timedelta(days=self._source.look_back_days)
        with self._door(self._source.personen) as door:
            for person in self._asked(door, sorted(changed.union(new.values()))):
                yield from self._signs(keys, person, oldest, changed)
        self.looked = frozenset(new)

    def _new(self, keys: Keys, numbers: frozenset[str]) -> Iterator[tuple[tuple[str, str], str]]:
        looked = self._memory.looked()
        for number in sorted(numbers):
            mark = self._mark(number)
            for reference, _ in keys.by_number[number]:
                if reference in self._cases and (reference, mark) not in looked:
                    yield (reference, mark), number

    def _put(self, door: Door, number: str, content: dict[str, str]) -> bool:
        """False when the BRP refuses it for good."""
        try:
            door.ask("PUT", f"volgindicaties/{number}", content=content)
        except Unanswered as unanswered:
            if unanswered.result.verdict is not Verdict.PERMANENT:
                raise
            return False
        return True

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

    def _signs(self, keys: Keys, person: Any, oldest: date, changed: Container[str]) -> Iterator[Sign]:
        if not isinstance(person, dict):
            raise _unreadable()
        number = str(person.get("burgerservicenummer", ""))
        for reference, key in sorted(keys.by_number.get(number, ())):
            if reference not in self._cases:
                continue
            came = self._cases[reference]
            code, day = signal_of(person, max(oldest, came)) or (None, None)
            if number not in changed and day is not None and day < came:
                code = None  # it was so when the report came: nobody moved out of our sight
            heard = self._memory.heard(reference, self._mark(number), None if day else code)
            if code is not None:
                told = f"{self.name}|{reference}|{key}|{code}|{day or heard}"
                told_as = sha256(told.encode()).hexdigest()[:32]
                yield Sign(reference, key, code, min(day or heard, self._today), told_as)

    def _door(self, connection: Connection) -> Door:
        return PatientDoor(self._patience, self._access.known(connection), auth=self._access.auth)


def _texts(body: Any, name: str) -> list[str]:
    found = body.get(name, []) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise _unreadable()
    return [str(item) for item in found]


def _unreadable() -> Unanswered:
    return Unanswered(Result(Verdict.TEMPORARY, "onleesbaar"))
