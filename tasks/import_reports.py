"""Import a file of reports: all of it or nothing, in one transaction; the same file or report twice counts once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlmodel import Session, col, select

from domain.errors import InputRefusal, RoleRefusal
from domain.parties import VT_ROLES
from domain.reports import IncomingReport, same_content
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.case_view import vt_organisation
from integrations.ledger.people import roster, who
from integrations.ledger.tables import ImportedFile, Municipality, Organisation, Report
from integrations.report_files import KnownCodes, RefusedRow, read_reports, refused_row
from tasks.receive_report import receive

DOOR = "bestand"
OURS = frozenset({"own_number", "classification"})
"""What Veilig Thuis alone may say beside a report."""
AT_ONCE = 500
"""Numbers looked up in one query; SQLite allows 32 766 parameters, PostgreSQL 65 535."""

Row = tuple[int, IncomingReport]


@dataclass(frozen=True)
class Imported:
    """What became of a file: new reports and new cases, reports that were known already, and refused rows.

    With a refused row nothing was recorded. `already`: this very file was imported before, nothing changed.
    """

    reports: int = 0
    cases: int = 0
    known: int = 0
    refused: tuple[RefusedRow, ...] = ()
    already: bool = False


def import_reports(ledger: Ledger, path: Path, by: str, now: datetime, *, only_from: str = "") -> Imported:
    """Import the reports of a .csv, .json or .xml file (layout: docs/import.md), recorded by `by` at `now`.

    `only_from`: the source that dropped it, which speaks for itself alone, accepts nothing on our behalf, knows no case
    of ours and numbers households in its own way, or not at all.
    Raises a Refusal when the file as a whole cannot be read or `by` has no role at Veilig Thuis.
    """
    with ledger.reading() as session:
        actor, known = _importer(session, by), known_codes(session, only_from)
    file = read_reports(path, now=now, known=known)
    with ledger.unit_of_work(now=now, actor=actor) as uow:
        if uow.session.get(ImportedFile, file.content_hash) is not None:
            return Imported(already=True)
        new, changed = _compared(uow.session, file.reports)
        if refused := (*file.refused, *changed):
            return Imported(refused=tuple(sorted(refused, key=lambda row: row.line)))
        uow.session.add(ImportedFile(content_hash=file.content_hash, at=now, by=actor.code, rows=len(file.reports)))
        return _recorded(uow, new, known=len(file.reports) - len(new))


def known_codes(session: Session, only_from: str = "") -> KnownCodes:
    """The codes a report may hold: accepting one takes an active professional with a role at Veilig Thuis."""
    people = roster(session).people.values()
    known = KnownCodes(
        municipalities=frozenset(session.exec(select(Municipality.code))),
        organisations=frozenset(session.exec(select(Organisation.code))),
        professionals=frozenset(person.code for person in people if person.active and person.has(*VT_ROLES)),
    )
    if not only_from:
        return known
    return replace(
        known,
        organisations=known.organisations & {only_from},
        professionals=frozenset(),
        numbered_by=only_from,
        not_theirs=frozenset() if only_from == vt_organisation(session) else OURS,
    )


def _importer(session: Session, by: str) -> Actor:
    person = who(session, by)
    held = sorted(person.roles & VT_ROLES)
    if not held:
        raise RoleRefusal("KR-ROL", act="Meldingen inlezen")
    return Actor(person.code, held[0], DOOR)


def _compared(session: Session, rows: Sequence[Row]) -> tuple[list[IncomingReport], list[RefusedRow]]:
    """The reports that are new, in order of receipt, and the rows that differ from what was recorded before."""
    before = _content_of(session, rows)
    new: list[IncomingReport] = []
    changed: list[RefusedRow] = []
    for line, report in rows:
        content = before.get((report.source, report.number))
        if content is None:
            new.append(report)
        elif not same_content(report, content):
            changed.append(refused_row(line, InputRefusal("KR-MELDING-ANDERS")))
    return sorted(new, key=lambda report: report.received_at), changed


def _content_of(session: Session, rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """The hash of the content of every report known by one of these numbers, by source and number."""
    numbers = iter([report.number for _, report in rows])
    found: dict[tuple[str, str], str] = {}
    while some := list(islice(numbers, AT_ONCE)):
        query = select(Report.source, Report.number, Report.content_hash).where(col(Report.number).in_(some))
        found |= {(source, number): content for source, number, content in session.exec(query)}
    return found


def _recorded(uow: UnitOfWork, new: Sequence[IncomingReport], known: int) -> Imported:
    received = [receive(uow, report, uow.now) for report in new]
    done = Imported(len(received), sum(one.new_case for one in received), known)
    uow.audit("meldingen-ingelezen", ground="melding", reports=done.reports, cases=done.cases, known=done.known)
    return done
