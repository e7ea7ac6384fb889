"""Import a file of waiting lists of partners: all of it, or nothing when a row is refused."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from domain.access import refuse_internal_figures
from integrations.ledger import Actor, Ledger
from integrations.ledger.people import who
from integrations.ledger.tables import Organisation
from integrations.partner_figures.layout import read_waiting_file
from integrations.report_files import RefusedRow
from tasks.record_waiting_lists import NOTHING, Taken, record_waiting_lists

DOOR = "bestand"


@dataclass(frozen=True)
class WaitingImported:
    """What became of a file. With a refused row nothing was recorded; `already`: every figure was known."""

    taken: Taken = NOTHING
    refused: tuple[RefusedRow, ...] = ()
    already: bool = False


def import_waiting_lists(ledger: Ledger, path: Path, by: str, now: datetime) -> WaitingImported:
    """Import the .csv file (layout: docs/import.md), recorded by the professional `by` at `now`.

    Raises a Refusal when the file cannot be read as a whole, or for a role that may not see figures as they are.
    """
    with ledger.reading() as session:
        person = who(session, by)
        refuse_internal_figures(person)
        known = frozenset(session.exec(select(Organisation.code)))
    file = read_waiting_file(path, known, now)
    if file.refused:
        return WaitingImported(refused=file.refused)
    with ledger.unit_of_work(now=now, actor=Actor(person.code, sorted(person.roles)[0], DOOR)) as uow:
        taken = record_waiting_lists(uow, (found for _, found in file.lists), DOOR)
    return WaitingImported(taken, already=not (taken.new or taken.corrected))
