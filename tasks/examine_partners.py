"""Whether the partners' file fits the region: its organisations and professionals must be in the ledger."""

from collections.abc import Iterator

from sqlmodel import Session

from domain.parties import LOCAL_ROLES, VT_ROLES, Role
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.ledger import Ledger
from integrations.ledger.tables import Organisation, ProfessionalRow
from integrations.partners import Partners
from integrations.zgw.config import ZgwSystem
from tasks.examine_ledger import Check

MEND = "Verbeter de code in het partnerbestand, of vul het regiobestand aan."


def examine_partners(ledger: Ledger, given: Partners) -> list[Check]:
    """What does not fit; empty when all does."""
    with ledger.reading() as session:
        return list(_misfits(session, given))


def _misfits(session: Session, given: Partners) -> Iterator[Check]:
    systems: tuple[ZgwSystem | KlantinteractiesSystem, ...] = (*given.zgw, *given.klantinteracties)
    for system in systems:
        what = f"partner {system.organisation}"
        if session.get(Organisation, system.organisation) is None:
            yield Check(what, "fail", "organisatie staat niet in de regio", MEND)
        elif not _may_answer(session.get(ProfessionalRow, system.answers_as), system.organisation):
            yield Check(what, "fail", f"{system.answers_as} kan hier geen overdracht beantwoorden", MEND)
    for reporter in given.reporters:
        if session.get(Organisation, reporter.source) is None:
            yield Check(f"partner {reporter.source}", "fail", "organisatie staat niet in de regio", MEND)
        if reporter.imports_as and not _may(session.get(ProfessionalRow, reporter.imports_as), VT_ROLES):
            found = f"{reporter.imports_as} kan hier geen meldingen inlezen"
            yield Check(f"partner {reporter.source}", "fail", found, MEND)
    for folder in given.corv:
        if folder.records_as and not _may(session.get(ProfessionalRow, folder.records_as), VT_ROLES):
            yield Check("corv", "fail", f"{folder.records_as} kan hier geen verzending vastleggen", MEND)
    for source in given.figures:
        if session.get(Organisation, source.organisation) is None:
            yield Check(f"partner {source.organisation}", "fail", "organisatie staat niet in de regio", MEND)


def _may_answer(person: ProfessionalRow | None, organisation: str) -> bool:
    """Answers are recorded in this professional's code, so it must be one of the local team there."""
    return _may(person, LOCAL_ROLES) and person is not None and person.organisation == organisation


def _may(person: ProfessionalRow | None, roles: frozenset[Role]) -> bool:
    return person is not None and person.active and any(role in roles for role in person.roles)
