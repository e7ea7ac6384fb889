"""Examine a ledger for `ketenregie doctor`: whole, up to date, with a region, a policy and a clock that make sense."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from domain.dutch import amount
from domain.parties import Role
from domain.terms import local_date
from integrations.ledger import Ledger
from integrations.ledger.audit import head, verify
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.restored import epoch
from integrations.ledger.settings_table import get
from integrations.ledger.tables import Audit, ProfessionalRow
from integrations.ledger.upgrading import revision, revisions
from tasks.settle_restore import restore_problem

Verdict = Literal["ok", "warn", "fail"]
NEEDED = {
    Role.VT_WORKER: "medewerker Veilig Thuis",
    Role.VT_ON_CALL: "bereikbare dienst",
    Role.VT_TEAM_LEAD: "teamleider Veilig Thuis",
    Role.PROCESS_DIRECTOR: "procesregisseur",
}
DRIFT = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what, how it is, what was found, and what to do (Dutch)."""

    what: str
    verdict: Verdict
    found: str
    next_step: str = ""


def examine_ledger(ledger: Ledger, clock: datetime) -> list[Check]:
    """Look at everything in the ledger itself, at the real moment `clock`. Raises what opening it raises."""
    with ledger.reading() as session:
        return [
            _integrity(session),
            _version(session),
            _chain(session),
            _restore(session, ledger, clock),
            *_region(session),
            *_policy(session, clock),
            _clock(session, clock),
        ]


def _integrity(session: Session) -> Check:
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return Check("database", "ok", "bereikbaar")
    whole = connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
    linked = connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
    if whole and linked:
        return Check("database", "ok", "heel")
    return Check("database", "fail", "beschadigd", "Zet de laatste reservekopie terug.")


def _version(session: Session) -> Check:
    present, newest = revision(session.connection()) or "geen", revisions()[-1]
    if present == newest:
        return Check("tabellen", "ok", f"versie {present}")
    return Check("tabellen", "fail", f"versie {present}, nodig {newest}", "Start 'ketenregie up'; dat werkt ze bij.")


def _chain(session: Session) -> Check:
    broken, end = verify(session), head(session)
    if broken is None:
        return Check("logboek", "ok", f"{amount(end.seq, 'regel sluit', 'regels sluiten')} op elkaar aan")
    return Check("logboek", "fail", f"regel {broken} klopt niet", "Onderzoek wie in de database heeft gewerkt.")


def _restore(session: Session, ledger: Ledger, clock: datetime) -> Check:
    problem, times = restore_problem(session, ledger, clock), epoch(session)
    if problem:
        return Check("herstel", "warn", problem, "Lees 'Back-up and restore' in docs/operations.md.")
    return Check("herstel", "ok", f"{times} keer teruggezet" if times else "nooit teruggezet")


def _region(session: Session) -> Iterator[Check]:
    name, people = get(session, "region"), roster(session)
    if not name:
        yield Check("regio", "fail", "geen regio geladen", "Laad er een met 'ketenregie region load'.")
        return
    missing = [title for role, title in NEEDED.items() if not people.holding(role)]
    found = f"{name}, {amount(len(people.people), 'medewerker', 'medewerkers')}"
    if missing:
        yield Check(
            "regio", "fail", f"niemand is {', '.join(missing)}", "Vul het regiobestand aan en laad het opnieuw."
        )
    else:
        yield Check("regio", "ok", found)
    rows = session.exec(select(ProfessionalRow).where(col(ProfessionalRow.active)))
    if silent := [row.code for row in rows if not row.channels]:
        found = f"{amount(len(silent), 'medewerker', 'medewerkers')} zonder kanaal"
        yield Check("kanalen", "warn", found, "Hun berichten gaan naar een vervanger.")


def _policy(session: Session, clock: datetime) -> Iterator[Check]:
    policy, year = policy_of(session), local_date(clock).year
    yield Check("beleid", "ok", f"versie {policy.version}")
    for number in (year, year + 1):
        if policy.calendar().warning(number):
            step = f"Voeg calendar.decrees.{number} toe aan het regiobeleid."
            yield Check("feestdagen", "warn", f"geen besluit gelijkgestelde dagen voor {number}", step)
        else:
            yield Check("feestdagen", "ok", f"besluit gelijkgestelde dagen voor {number}")


def _clock(session: Session, clock: datetime) -> Check:
    if get(session, "clock") == "virtual":
        return Check("klok", "warn", "virtueel: dit is een proefadministratie", "Gebruik haar niet voor echte zaken.")
    last = session.exec(select(Audit.at).order_by(col(Audit.seq).desc())).first()
    if last is not None and last > clock + DRIFT:
        return Check("klok", "fail", "de klok loopt achter op het logboek", "Zet de tijd van deze machine goed.")
    return Check("klok", "ok", "loopt gelijk met het logboek")
