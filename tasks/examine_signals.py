"""Whether the sources of signals fit the region, and whether the BRP was asked and its follows could end."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlmodel import Session

from domain.dutch import amount, day_text
from domain.errors import OutsideFailure
from domain.terms import local_date
from integrations.ledger import Ledger
from integrations.ledger.tables import Municipality
from integrations.partners import Partners
from integrations.signals.config import BrpSource, SignalFile
from tasks.examine_ledger import Check
from tasks.read_brp_signals import asked_until, kept_back

SILENT = timedelta(days=3)
"""So long after the day from which the BRP must be asked the doctor warns (POLICY): the rounds do not get through."""

MEND = "Verbeter de code in het partnerbestand, of vul het regiobestand aan."
ASK = "Kijk hierboven of de BRP antwoordt, en in het venster wat de dagelijkse ronde zei."


def examine_signals(ledger: Ledger, given: Partners, now: datetime) -> list[Check]:
    """What does not fit or does not get through; empty when all is well."""
    with ledger.reading() as session:
        folders = (check for source in given.signal_files for check in _municipalities(session, source))
        return [*folders, *(check for source in given.brp for check in _brp(session, source, local_date(now)))]


def _municipalities(session: Session, source: SignalFile) -> Iterator[Check]:
    unknown = [code for code in source.municipalities if session.get(Municipality, code) is None]
    if unknown:
        found = f"{amount(len(unknown), 'gemeente staat', 'gemeenten staan')} niet in de regio: {', '.join(unknown)}"
        yield Check(f"signalen {source.name}", "fail", found, MEND)


def _brp(session: Session, source: BrpSource, today: date) -> Iterator[Check]:
    what, until = f"BRP {source.name}", asked_until(session, source)
    if until is not None and today - until > SILENT:
        yield Check(what, "fail", f"niet meer gevraagd sinds {day_text(until)}", ASK)
    if number := kept_back(session, source):
        error = OutsideFailure("KR-VOLGEN-EINDE", amount=amount(number, "volgindicatie", "volgindicaties"))
        yield Check(what, "fail", f"{error.code}: {error.sentence}", error.next_step)
