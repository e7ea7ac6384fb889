"""Signals of moves and loss of sight: our reference goes in, a coded signal comes out, and a person finds out."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import col, select

from domain.case import CaseState
from domain.errors import PolicyRefusal
from domain.references import new_reference
from domain.signals import SIGNAL_TITLES, SignalCode
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import Signal
from integrations.ledger.tables import Audit, Case, Step
from integrations.signals.brp_person import signal_of
from tasks.examine_signals import examine_signals
from tasks.read_dropped_signals import read_dropped_signals
from tasks.show_case import show_case
from tasks.tell_whom_to_follow import tell_whom_to_follow
from tests.chain import Chain
from tests.partners.conftest import Configure
from tests.region import moment

NOW = moment("2026-05-20T10:00")
HEAD = "kenmerk;persoon;signaal;gezien_op;nummer"
DAY = {"type": "Datum", "datum": "2026-05-11", "langFormaat": "11 mei 2026"}
OLD = {"type": "Datum", "datum": "2019-02-03", "langFormaat": "3 februari 2019"}
HERE = {"type": "Adres", "datumVan": OLD}


@pytest.fixture
def chain(region: Ledger) -> Chain:
    return Chain(region)


def report(chain: Chain, **more: object) -> str:
    """A new case; its reference."""
    return chain.report(**more).case_reference  # type: ignore[arg-type]


def signals(region: Ledger) -> list[tuple[str, str, str]]:
    with region.reading() as session:
        found = session.exec(select(Signal).order_by(col(Signal.id))).all()
    return [(row.code, row.person, row.seen_on.isoformat()) for row in found]


def tracing(region: Ledger, case: str) -> list[str]:
    """The steps S19 of this case."""
    with region.reading() as session:
        query = select(Step.id).join(Case, col(Case.id) == col(Step.case_id)).where(Case.reference == case)
        return list(session.exec(query.where(Step.kind == "out_of_sight")))


class Dropped:
    """The folder, and the round that reads it."""

    def __init__(self, region: Ledger, folder: Path) -> None:
        self.region, self.folder = region, folder

    def drop(self, *rows: str, name: str = "dag.csv", head: str = HEAD) -> str:
        (self.folder / name).write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        return read_dropped_signals(self.region, NOW)

    def names(self, place: str) -> list[str]:
        return sorted(path.name for path in (self.folder / place).glob("*"))


@pytest.fixture
def dropped(region: Ledger, configured: Configure, tmp_path: Path) -> Dropped:
    folder = tmp_path / "signalen"
    folder.mkdir()
    part = f'[[signal_files]]\nname = "GEM-KUST"\nfolder = "{folder}"\nquiet = 0\n'
    configured(f'{part}municipalities = ["MEERDORP"]\n', {})
    return Dropped(region, folder)


def test_a_dropped_signal_opens_the_search_once_and_counts_once(chain: Chain, region: Ledger, dropped: Dropped) -> None:
    case = report(chain)
    row = f"{case};B;moved_municipality;2026-05-18;7"
    assert dropped.drop(row, f"{case};;school_left;2026-05-19;8") == "signalen: 2 nieuw"
    assert dropped.drop(row, name="later.csv") == "signalen: 1 bekend"
    assert signals(region) == [("moved_municipality", "B", "2026-05-18"), ("school_left", "", "2026-05-19")]
    assert len(tracing(region, case)) == 1
    assert dropped.names("verwerkt") == ["dag.csv", "later.csv"]
    assert read_dropped_signals(region, NOW) == ""
    with region.reading() as session:
        told = session.exec(select(Audit.details).where(Audit.act == "signaal-ontvangen")).all()
    assert [found["code"] for found in told] == ["moved_municipality", "school_left"]


def test_a_number_of_an_event_may_stand_in_more_than_one_row(chain: Chain, region: Ledger, dropped: Dropped) -> None:
    """One move of three people, or a source that numbers its files: each row is a signal of its own."""
    case, other = report(chain), report(chain, household="H-2")
    rows = f"{case};A;moved;2026-05-18;7", f"{case};B;moved;2026-05-18;7", f"{other};A;abroad;2026-05-18;7"
    assert dropped.drop(*rows) == "signalen: 3 nieuw"
    assert dropped.drop(*rows) == "signalen: 3 bekend"
    assert [len(tracing(region, one)) for one in (case, other)] == [1, 1]


def test_a_signal_moves_neither_the_case_nor_the_sight_on_safety(
    chain: Chain, region: Ledger, dropped: Dropped
) -> None:
    case = report(chain)
    with region.reading() as session:
        before = session.exec(select(Case.state, Case.sight).where(Case.reference == case)).one()
    dropped.drop(f"{case};;abroad;2026-05-18;7")
    with region.reading() as session:
        assert session.exec(select(Case.state, Case.sight).where(Case.reference == case)).one() == before


def test_a_signal_of_a_closed_case_stands_in_the_trail_once_and_opens_nothing(
    chain: Chain, region: Ledger, dropped: Dropped
) -> None:
    case = report(chain)
    with region.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.session.exec(select(Case).where(Case.reference == case)).one().state = CaseState.CLOSED
    assert dropped.drop(f"{case};;moved;2026-05-18;7") == "signalen: 1 gesloten"
    assert dropped.drop(f"{case};;moved;2026-05-18;7") == "signalen: 1 bekend"
    assert (signals(region), tracing(region, case)) == ([("moved", "", "2026-05-18")], [])
    with region.reading() as session:
        told = session.exec(select(Audit.details).where(Audit.act == "signaal-gesloten")).all()
    assert [found["code"] for found in told] == ["moved"]


def test_a_row_of_an_unknown_case_is_refused_while_the_others_count(
    chain: Chain, region: Ledger, dropped: Dropped
) -> None:
    unknown, case = new_reference(Random(1)), report(chain)
    said = dropped.drop(f"{unknown};;moved;2026-05-18;7", f"{case};;moved;2026-05-18;8")
    assert said == "signalen: 1 bestand geweigerd, 1 nieuw, 1 onbekend"
    assert signals(region) == [("moved", "", "2026-05-18")]
    assert (dropped.folder / "geweigerd" / "dag.csv.fout").read_text() == "2 KR-ZAAK-ONBEKEND\n"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("K7Q2-9F4M-X;;moved;2026-05-18;7", "2 KR-SIGNAAL-WAARDE"),
        ("{case};AB;moved;2026-05-18;7", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;verhuisd naar Dorpsstraat 3;2026-05-18;7", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;moved;2026-05-21;7", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;moved;18-05-2026;7", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;moved;2026-05-18;", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;moved;2026-05-18;123456782", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;moved;2026-05-18;van de buren", "2 KR-SIGNAAL-WAARDE"),
        ("{case};;moved;2026-05-18", "2 KR-RIJ-CELLEN"),
    ],
)
def test_a_file_with_a_wrong_row_is_put_away_with_its_codes_and_records_nothing(
    chain: Chain, region: Ledger, dropped: Dropped, row: str, code: str
) -> None:
    case = report(chain)
    good = f"{case};;moved;2026-05-18;6"
    assert dropped.drop(row.format(case=case), good) == "signalen: 1 bestand geweigerd"
    assert signals(region) == []
    assert dropped.names("geweigerd") == ["dag.csv", "dag.csv.fout"]
    assert (dropped.folder / "geweigerd" / "dag.csv.fout").read_text(encoding="utf-8") == f"{code}\n"


def test_a_file_that_is_no_file_of_signals_is_refused_as_a_whole(dropped: Dropped) -> None:
    assert dropped.drop("x", head="naam;adres") == "signalen: 1 bestand geweigerd"
    assert (dropped.folder / "geweigerd" / "dag.csv.fout").read_text(encoding="utf-8") == "0 KR-BESTAND-KOLOMMEN\n"


def test_a_file_that_is_still_being_written_is_left_alone(region: Ledger, dropped: Dropped) -> None:
    (dropped.folder / "dag.csv.part").write_text(HEAD, encoding="utf-8")
    (dropped.folder / ".dag.csv").write_text(HEAD, encoding="utf-8")
    assert read_dropped_signals(region, NOW) == ""


def test_the_other_system_finds_our_references_and_nothing_else(chain: Chain, region: Ledger, dropped: Dropped) -> None:
    cases = sorted((report(chain), report(chain, household="H-2")))
    assert tell_whom_to_follow(region, NOW) == "te volgen: GEM-KUST 2 zaken"
    assert (dropped.folder / "volgen.txt").read_text(encoding="utf-8") == "".join(f"{case}\n" for case in cases)


def test_a_municipality_hears_of_its_own_cases_and_of_no_others(
    chain: Chain, region: Ledger, dropped: Dropped, configured: Configure, tmp_path: Path
) -> None:
    own, other = report(chain), report(chain, household="H-2", municipality="HAVENOORD")
    both = tmp_path / "beide"
    both.mkdir()
    part = '[[signal_files]]\nname = "{}"\nfolder = "{}"\nmunicipalities = {}\n'
    parts = (("GEM-KUST", dropped.folder, '["MEERDORP"]'), ("GGD", both, '["MEERDORP", "HAVENOORD"]'))
    configured("".join(part.format(*given) for given in parts), {})
    assert tell_whom_to_follow(region, NOW) == "te volgen: GEM-KUST 1 zaak, GGD 2 zaken"
    assert (dropped.folder / "volgen.txt").read_text(encoding="utf-8") == f"{own}\n"
    assert set((both / "volgen.txt").read_text(encoding="utf-8").split()) == {own, other}


def test_a_source_of_no_municipality_is_refused_and_of_an_unknown_one_told(
    region: Ledger, configured: Configure, tmp_path: Path
) -> None:
    part = f'[[signal_files]]\nname = "GEM-KUST"\nfolder = "{tmp_path}"\nmunicipalities = '
    with pytest.raises(PolicyRefusal, match="KR-PARTNERS"):
        configured(part + "[]", {})
    [check] = examine_signals(region, configured(part + '["MEERDORP", "DUINSTAD"]', {}), NOW)
    assert (check.verdict, check.found) == ("fail", "1 gemeente staat niet in de regio: DUINSTAD")


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"verblijfplaats": {"type": "VerblijfplaatsOnbekend", "datumVan": DAY}}, SignalCode.RESIDENCE_UNKNOWN),
        ({"verblijfplaats": {"type": "VerblijfplaatsBuitenland", "datumVan": DAY}}, SignalCode.ABROAD),
        ({"verblijfplaats": HERE | {"indicatieVastgesteldVerblijftNietOpAdres": True}}, SignalCode.NOT_AT_ADDRESS),
        ({"verblijfplaats": HERE | {"datumVan": DAY}}, SignalCode.MOVED),
        ({"verblijfplaats": HERE, "datumInschrijvingInGemeente": DAY}, SignalCode.MOVED_MUNICIPALITY),
        ({"opschortingBijhouding": {"reden": {"code": "E"}, "datum": DAY}}, SignalCode.ABROAD),
        ({"opschortingBijhouding": {"reden": {"code": "M"}, "datum": DAY}}, SignalCode.REGISTRATION_ENDED),
        ({"verblijfplaats": HERE, "datumInschrijvingInGemeente": OLD}, None),
        ({"verblijfplaats": {"type": "Adres", "datumVan": {"type": "DatumOnbekend", "onbekend": True}}}, None),
        ({}, None),
    ],
)
def test_what_the_brp_says_becomes_a_code(known: Mapping[str, Any], code: SignalCode | None) -> None:
    found = signal_of(known, date(2026, 4, 1))
    assert (found[0] if found else None) == code


@pytest.mark.parametrize(("home", "code"), [("2026-05-11", "moved_municipality"), ("2026-06-10", "moved")])
def test_who_came_from_elsewhere_and_moved_again_moved_again(home: str, code: str) -> None:
    person = {
        "datumInschrijvingInGemeente": DAY,
        "verblijfplaats": {"type": "Adres", "datumVan": DAY | {"datum": home}},
    }
    assert signal_of(person, date(2026, 4, 1)) == (code, date.fromisoformat(home))


def test_who_does_not_live_there_has_no_day_not_even_that_of_moving_in() -> None:
    home = HERE | {"indicatieVastgesteldVerblijftNietOpAdres": True}
    assert signal_of({"verblijfplaats": home}, date(2026, 4, 1)) == (SignalCode.NOT_AT_ADDRESS, None)


def test_every_code_has_a_dutch_title() -> None:
    assert set(SIGNAL_TITLES) == set(SignalCode)


def test_who_opens_the_case_sees_its_signals(chain: Chain, region: Ledger, dropped: Dropped) -> None:
    case = report(chain)
    dropped.drop(f"{case};C;school_left;2026-05-18;7")
    with region.reading() as session:
        worker = session.exec(select(Case.worker).where(Case.reference == case)).one()
    [line] = show_case(region, case, worker, NOW, logged_at=NOW).signals
    assert (line.title, line.person, line.seen_on, line.step) == (
        "Van school gehaald",
        "C",
        "2026-05-18",
        tracing(region, case)[0],
    )
