"""Who reads: known, active, allowed to see cases; and the line in the trail about what was read (NEN 7513)."""

from datetime import datetime

from domain.access import refuse_counts_only
from domain.errors import RoleRefusal
from domain.parties import Professional
from integrations.ledger import Actor, Ledger
from integrations.ledger.people import who

DOOR = "opdracht"
GROUND = "inzage"


def reader(ledger: Ledger, code: str) -> Professional:
    """The professional behind this code, who may see cases.

    Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, or KR-ROL for those who see numbers only.
    """
    with ledger.reading() as session:
        person = who(session, code)
    refuse_counts_only(person)
    return person


def log_reading(
    ledger: Ledger, person: Professional, at: datetime, act: str, *, case: str = "", step: str = "", **details: int
) -> None:
    """Write that this person read something, at the ledger's own moment."""
    with ledger.unit_of_work(now=at, actor=Actor(person.code, sorted(person.roles)[0], DOOR)) as uow:
        uow.audit(act, ground=GROUND, case_reference=case, step_id=step, **details)


def refuse_reading(ledger: Ledger, person: Professional, at: datetime, *, case: str, step: str = "") -> RoleRefusal:
    """Write that a reading was refused; returns the refusal to raise."""
    log_reading(ledger, person, at, "inzage-geweigerd", case=case, step=step)
    return RoleRefusal("KR-ROL", act="deze zaak inzien")
