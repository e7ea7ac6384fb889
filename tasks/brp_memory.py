"""What the ledger remembers for a BRP between its rounds, each in a transaction of its own, between two exchanges."""

from collections.abc import Container
from datetime import date, datetime

from sqlmodel import Session, col, delete, select

from domain.signals import SignalCode
from domain.terms import local_date
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import BrpFollow, BrpStanding

LOOKED = ""
"""No code: the first time that somebody was asked about."""


class BrpMemory:
    """The memory (integrations/signals/port.py) of the source of this name, in a round at `now`."""

    def __init__(self, ledger: Ledger, source: str, now: datetime) -> None:
        self._ledger, self._source, self._now = ledger, source, now

    def ours(self) -> frozenset[str]:
        """As the port says."""
        with self._ledger.reading() as session:
            return frozenset(session.exec(select(BrpFollow.mark).where(BrpFollow.source == self._source)))

    def keep(self, marks: frozenset[str]) -> None:
        """As the port says."""
        had = self.ours()
        if had == marks:
            return
        with self._ledger.unit_of_work(now=self._now, actor=SYSTEM) as work:
            for mark in had - marks:
                where = (col(BrpFollow.source) == self._source, col(BrpFollow.mark) == mark)
                work.session.exec(delete(BrpFollow).where(*where))
            rows = (BrpFollow(source=self._source, mark=mark, placed_at=self._now) for mark in marks - had)
            work.session.add_all(rows)

    def looked(self) -> frozenset[tuple[str, str]]:
        """As the port says."""
        with self._ledger.reading() as session:
            rows = select(BrpStanding).where(BrpStanding.source == self._source, BrpStanding.code == LOOKED)
            return frozenset((row.reference, row.person) for row in session.exec(rows))

    def look(self, people: frozenset[tuple[str, str]]) -> None:
        """These were asked about, and what came of it is recorded."""
        new = sorted(people - self.looked()) if people else []
        if new:
            with self._ledger.unit_of_work(now=self._now, actor=SYSTEM) as work:
                work.session.add_all(self._row(*one, LOOKED) for one in new)

    def heard(self, reference: str, mark: str, code: SignalCode | None) -> date:
        """As the port says."""
        today = local_date(self._now)
        with self._ledger.reading() as session:
            standing = {row.code: row.since for row in self._standing(session, reference, mark)}
        if standing.keys() == ({code} if code else set()):
            return standing.get(code or "", today)
        with self._ledger.unit_of_work(now=self._now, actor=SYSTEM) as work:
            for row in self._standing(work.session, reference, mark):
                if row.code != code:
                    work.session.delete(row)
            if code and code not in standing:
                work.session.add(self._row(reference, mark, code))
        return standing.get(code or "", today)

    def over(self, cases: Container[str]) -> None:
        """Forget what was heard about any case but these."""
        with self._ledger.reading() as session:
            known = set(session.exec(select(BrpStanding.reference).where(BrpStanding.source == self._source)))
        for reference in (one for one in known if one not in cases):
            with self._ledger.unit_of_work(now=self._now, actor=SYSTEM) as work:
                where = (col(BrpStanding.source) == self._source, col(BrpStanding.reference) == reference)
                work.session.exec(delete(BrpStanding).where(*where))

    def _standing(self, session: Session, reference: str, mark: str) -> list[BrpStanding]:
        of = (BrpStanding.source == self._source, BrpStanding.reference == reference, BrpStanding.person == mark)
        return list(session.exec(select(BrpStanding).where(*of, BrpStanding.code != LOOKED)))

    def _row(self, reference: str, mark: str, code: str) -> BrpStanding:
        day = local_date(self._now)
        return BrpStanding(source=self._source, reference=reference, person=mark, code=code, since=day)
