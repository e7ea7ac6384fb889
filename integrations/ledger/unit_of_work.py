"""One unit of work: everything one act changes, its audit rows and its outbox rows, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, select

from domain.errors import InputRefusal, WrongUse
from integrations.ledger.audit import Head, chained, head
from integrations.ledger.tables import Audit, Outbox

PREFECT_ACTS = ("start_run", "end_run", "tag_run")


@dataclass(frozen=True)
class Actor:
    """Who acts: a professional's code, in which role, through which door (formulier, opdracht, koppeling, klok …)."""

    code: str
    role: str
    door: str


SYSTEM = Actor("systeem", "systeem", "klok")


class UnitOfWork:
    """Made by `Ledger.unit_of_work` only; open until that block ends. `now` is the moment of everything in it."""

    def __init__(self, session: Session, now: datetime, actor: Actor) -> None:
        if now.utcoffset() is None:
            raise InputRefusal("KR-TIJD-ONGELDIG")
        self.session = session
        self.now = now
        self.actor = actor
        self.cache: dict[str, Any] = {}  # what is read once for this unit, such as the policy and the roster
        self._open = True
        self._head: Head | None = None
        event.listen(session, "after_soft_rollback", self._forget_head)

    def audit(
        self, act: str, *, ground: str = "", case_reference: str = "", step_id: str = "", **details: str | int
    ) -> None:
        """Append one row to the audit chain: codes and numbers only. Refused outside an open unit of work."""
        self._must_be_open()
        who: dict[str, Any] = {"actor": self.actor.code, "role": self.actor.role, "door": self.actor.door}
        about: dict[str, Any] = {"ground": ground, "case_reference": case_reference, "step_id": step_id}
        row = Audit(at=self.now, **who, act=act, **about, details=details, previous="", hash="")
        self._head = chained(row, self._head or head(self.session))
        self.session.add(row)

    def tell_prefect(self, act: str, step_id: str, *, fresh: bool = False) -> None:
        """Write that Prefect must start, end or tag a step's run; not twice while the first is still unsent.

        `fresh`: the step was made in this very unit, so nothing can be waiting for it yet.
        Refused outside an open unit of work: a message without the change it tells about must not exist.
        """
        self._must_be_open()
        if act not in PREFECT_ACTS:
            raise WrongUse("KR-OPDRACHT-ONBEKEND")
        told: set[tuple[str, str]] = self.cache.setdefault("told", set())
        if (act, step_id) in told or not (fresh or self._all_sent(act, step_id)):
            return
        told.add((act, step_id))
        self.session.add(Outbox(act=act, step_id=step_id, written_at=self.now))

    def _all_sent(self, act: str, step_id: str) -> bool:
        unsent = select(Outbox.id).where(Outbox.done_at == None, Outbox.step_id == step_id, Outbox.act == act)  # noqa: E711
        with self.session.no_autoflush:  # what this unit wrote itself is in its cache
            return self.session.exec(unsent).first() is None

    def close(self) -> None:
        """No more acts: the transaction is about to end."""
        self._open = False

    def _must_be_open(self) -> None:
        if not self._open:
            raise WrongUse("KR-TRANSACTIE-DICHT")

    def _forget_head(self, *_: object) -> None:
        """After a savepoint is rolled back the database, not this object, knows the last row."""
        self._head = None
        self.cache.clear()
