"""Reports, outcomes and receipts on both databases, with several doing the same at the same moment."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import col, func, select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Audit, Bundle, Report
from integrations.reporters.config import ReporterSystem
from integrations.reporters.reading import incoming, read_melding
from tasks.import_dropped_reports import import_dropped_reports
from tasks.look_at_folders import look_at_folders
from tasks.read_corv_receipts import read_corv_receipts
from tasks.return_status import return_statuses
from tasks.return_status_plan import CURSOR
from tasks.take_report import Taken, take_report
from tests.chain import Chain
from tests.ledger.postgres_server import Server
from tests.partners.conftest import Configure
from tests.partners.reporter_standin import KEY, STATUSES, ReporterStandin, report
from tests.partners.server import served
from tests.partners.test_reporters_outcome import owed
from tests.region import START, with_region
from tests.reports.samples import DROPPED, csv_of

FILE = """
[[reporters]]
source = "POL-KUST"
feedback = {{ url = "{url}", timeout = 20, bound = 60 }}
feedback_secret = "aan-politie"
folder = "{folder}"
quiet = 0
imports_as = "VT-201"

[[corv]]
folder = "{folder}/corv"
quiet = 0
"""
ROUNDS = 6
_numbers = count(1)
Done = TypeVar("Done")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def region(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """The synthetic region on either database."""
    if request.param == "sqlite":
        yield with_region(request.getfixturevalue("ledger"))
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"reporters_{next(_numbers)}"
    server.create(name, "ledger_template")
    ledger = with_region(Ledger(server.url(name)))
    yield ledger
    ledger.dispose()
    server.drop(name)


def at_once(work: Callable[[], Done], times: int = ROUNDS) -> list[Done]:
    with ThreadPoolExecutor(times) as pool:
        return [done.result() for done in [pool.submit(work) for _ in range(times)]]


def test_one_report_that_many_hand_over_at_once_is_one_report(region: Ledger) -> None:
    told = incoming(read_melding(json.dumps(report()).encode()), ReporterSystem(source="POL-KUST"), START)
    became = Counter(at_once(lambda: take_report(region, told, START), 16))
    assert became == {Taken.NEW: 1, Taken.KNOWN: 15}
    with region.reading() as session:
        assert session.exec(select(func.count()).select_from(Report)).one() == 1


def test_rounds_that_run_at_once_do_everything_once(region: Ledger, configured: Configure, tmp_path: Path) -> None:
    """Another round may see a file just before it is put away: then it is known, or it is gone."""
    standin, chain = ReporterStandin(), Chain(region)
    (tmp_path / "corv").mkdir()
    chain.report(accepted_by="")
    chain.record("report_intake", "VT-911", outcome="not_admissible")
    owed(chain, chain.report(household="H-2").report_id, STATUSES)
    with region.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        put(work, f"{CURSOR}POL-KUST", "0")
    (tmp_path / "een.csv").write_bytes(csv_of(DROPPED | {"meldnummer": "P-9"}))
    receipt = f"kenmerk;corv_nummer;soort;dag\n{chain.reference};C-1;ontvangen;2026-04-20\n"
    (tmp_path / "corv" / "dag.csv").write_text(receipt, encoding="utf-8")
    with served(standin) as url:
        configured(FILE.format(url=url, folder=tmp_path), {"aan-politie": KEY})
        at_once(lambda: return_statuses(region, chain.now))
        at_once(lambda: import_dropped_reports(region, chain.now))
        at_once(lambda: read_corv_receipts(region, chain.now))
    told = [(method, status) for method, number, status in standin.history if number == "P-2"]
    assert told == [("POST", STATUSES[0]), *(("PUT", status) for status in STATUSES[1:])]
    assert [one for one in standin.history if one[1] != "P-2"] == [("POST", "P-1", "VT-00")]
    assert standin.violations == []
    with region.reading() as session:
        assert sorted(session.exec(select(Report.number))) == ["P-1", "P-2", "P-9"]
        assert session.exec(select(func.count()).where(Audit.act == "corv-ontvangst")).one() == 1
    assert not list(tmp_path.glob("geweigerd/*")) + list(tmp_path.glob("corv/geweigerd/*"))


def test_rounds_that_meet_the_same_refused_file_tell_it_once(
    region: Ledger, configured: Configure, tmp_path: Path
) -> None:
    (tmp_path / "corv").mkdir()
    configured(FILE.format(url="http://127.0.0.1:9/", folder=tmp_path), {"aan-politie": KEY})
    (tmp_path / "een.csv").write_bytes(csv_of(DROPPED | {"meldnummer": "123456782"}))

    def rounds() -> None:
        import_dropped_reports(region, START)
        look_at_folders(region, START)

    at_once(rounds)
    look_at_folders(region, START)
    with region.reading() as session:
        acts = session.exec(select(Audit.act).where(col(Audit.act).like("bestand%"))).all()
        assert sorted(acts) == ["bestand-geweigerd", "bestanden-gemeld"]
        assert session.exec(select(func.count()).select_from(Bundle)).one() == 1
