"""Receipts of CORV: evidence of what was sent by hand, once, with its number and its day."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from domain.references import new_reference
from domain.steps.protection_request import STEP as REQUEST
from integrations.corv.preflight import preflight
from integrations.drop_folder import DONE, REFUSED
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Answer, Audit, Message, Organisation, OwnNumber, Step
from integrations.mail import Result, Verdict
from integrations.partners import partners
from tasks.deliver_messages import deliver_messages
from tasks.examine_folders import examine_folders
from tasks.failed_messages import failed_messages
from tasks.read_corv_receipts import read_corv_receipts
from tasks.show_status import show_status
from tasks.watch_corv import watch_corv
from tests.chain import Chain
from tests.partners.conftest import Configure
from tests.region import moment
from tests.stages import decided

HEAD = "kenmerk;corv_nummer;soort;dag"
NUMBER = "CORV-2026-000123"
BOARD = "RVDK-KUST"


class Box:
    """The folder of the Digikoppeling box, a case with a request, and the round that reads."""

    def __init__(self, chain: Chain, folder: Path, configure: Configure, records_as: str = "") -> None:
        self.chain, self.folder = chain, folder
        folder.mkdir(exist_ok=True)
        more = f'records_as = "{records_as}"\n' if records_as else ""
        configure(f'[[corv]]\nfolder = "{folder}"\nquiet = 0\n{more}', {})

    def drop(self, *rows: str, name: str = "dag.csv") -> str:
        (self.folder / name).write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
        return read_corv_receipts(self.chain.ledger, self.chain.now)

    def row(self, kind: str = "verzonden", number: str = NUMBER, day: str = "2026-04-28") -> str:
        return f"{self.chain.reference};{number};{kind};{day}"

    def evidence(self) -> list[Mapping[str, str]]:
        with self.chain.ledger.reading() as session:
            return list(session.exec(select(Audit.details).where(Audit.act == "corv-ontvangst")))

    def number(self) -> str:
        with self.chain.ledger.reading() as session:
            found = session.exec(select(OwnNumber.number).where(OwnNumber.organisation == BOARD)).first()
        return found or ""

    def answers(self) -> list[tuple[str, str, object]]:
        step = self.chain.step("protection_request").id
        with self.chain.ledger.reading() as session:
            return [(row.by, row.door, row.given) for row in session.exec(select(Answer).where(Answer.step_id == step))]


@pytest.fixture
def chain(region: Ledger) -> Chain:
    chain = decided(Chain(region), "protection_request")
    with region.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        work.session.add(Organisation(code=BOARD, kind="board", title="Raad voor de Kinderbescherming"))
    return chain


@pytest.fixture
def box(chain: Chain, tmp_path: Path, configured: Configure) -> Box:
    return Box(chain, tmp_path / "corv", configured)


def test_a_receipt_is_evidence_once_and_gives_the_number_of_the_board(box: Box) -> None:
    assert box.drop(box.row(), box.row("ontvangen", day="2026-04-28")) == "ontvangstberichten van CORV: 2 nieuw"
    assert box.evidence() == [
        {"nummer": NUMBER, "soort": "verzonden", "dag": "2026-04-28"},
        {"nummer": NUMBER, "soort": "ontvangen", "dag": "2026-04-28"},
    ]
    assert box.number() == NUMBER
    assert box.drop(box.row(), name="weer.csv") == "ontvangstberichten van CORV: 1 al bekend"
    assert len(box.evidence()) == 2
    assert sorted(path.name for path in (box.folder / DONE).iterdir()) == ["dag.csv", "weer.csv"]
    assert box.answers() == []
    assert read_corv_receipts(box.chain.ledger, box.chain.now) == ""


def test_with_a_professional_the_day_of_sending_is_filled_in_and_the_rest_is_asked(
    chain: Chain, tmp_path: Path, configured: Configure
) -> None:
    box = Box(chain, tmp_path / "corv", configured, "VT-201")
    box.drop(box.row(), box.row("ontvangen"))
    assert box.answers() == [("VT-201", "partner", {"sent_on": "2026-04-28"})]
    assert chain.step("protection_request").state == "open"
    box.drop(box.row(), name="weer.csv")
    assert len(box.answers()) == 1


def test_what_a_person_said_before_stands(chain: Chain, tmp_path: Path, configured: Configure) -> None:
    box = Box(chain, tmp_path / "corv", configured, "VT-201")
    chain.record("protection_request", "VT-202", sent_on="2026-04-27")
    box.drop(box.row())
    assert [by for by, _, _ in box.answers()] == ["VT-202"]
    assert len(box.evidence()) == 1


@pytest.mark.parametrize("code", ["WT-201", "VT-999"])
def test_a_code_that_may_not_answer_leaves_the_evidence(
    chain: Chain, tmp_path: Path, configured: Configure, code: str
) -> None:
    box = Box(chain, tmp_path / "corv", configured, code)
    assert box.drop(box.row()) == "ontvangstberichten van CORV: 1 nieuw"
    assert (box.answers(), len(box.evidence())) == ([], 1)


def messages(chain: Chain, rung: str = "CORV_FAILED") -> list[tuple[str, str, int, str]]:
    with chain.ledger.reading() as session:
        found = session.exec(select(Message).where(Message.rung == rung)).all()
        return [(row.party, row.label, row.ordinal, row.state) for row in found]


def mails(chain: Chain, at: str = "2026-04-28T16:00", word: str = "Door CORV niet afgeleverd") -> list[str]:
    """The mails that leave in a round at this moment."""
    sent: list[str] = []

    class Post:
        def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
            sent.append(body)
            return Result(Verdict.SENT, "")

    deliver_messages(chain.ledger, moment(at), Post())
    return [body for body in sent if word in body]


def test_an_error_of_corv_reaches_the_worker(box: Box) -> None:
    box.drop(box.row("fout"), box.row("fout", "CORV-2"))
    worker = box.chain.case.worker
    assert messages(box.chain) == [(worker, "Besluit", 1, "planned"), (worker, "Besluit", 2, "planned")]
    assert messages(box.chain, "OFFER") == []
    [mail] = mails(box.chain)
    assert box.chain.reference in mail
    assert NUMBER not in mail


def test_a_number_that_fails_again_on_another_day_is_told_again(box: Box) -> None:
    box.drop(box.row("fout", day="2026-04-27"))
    assert box.drop(box.row("fout", day="2026-04-27"), name="weer.csv") == "ontvangstberichten van CORV: 1 al bekend"
    box.drop(box.row("fout", day="2026-04-28"), name="later.csv")
    assert [ordinal for _, _, ordinal, _ in messages(box.chain)] == [1, 2]


def test_an_error_after_the_step_was_closed_is_told_and_shows_until_somebody_takes_it_up(box: Box) -> None:
    chain = box.chain
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        step = work.session.get_one(Step, chain.step("protection_request").id)
        step.state, step.closed_at, step.outcome = "done", chain.now, "sent"
    box.drop(box.row("fout"))
    assert len(mails(chain)) == 1
    assert messages(chain, "OFFER") == [(chain.case.worker, "Besluit", 1, "failed")]
    with chain.ledger.reading() as session:
        assert [(line.title, line.reason) for line in failed_messages(session)] == [(REQUEST.title, "corv-fout")]


def test_a_request_without_a_receipt_is_told_once_and_counted_until_one_comes(box: Box) -> None:
    chain = box.chain
    box.drop(box.row(day="2026-04-24"), box.row(number="CORV-2", day="2026-04-26"))
    assert watch_corv(chain.ledger, chain.now) == "CORV: 1 verzoek zonder ontvangstbericht"
    assert watch_corv(chain.ledger, chain.now) == ""
    assert messages(chain, "CORV_SILENT") == [(chain.case.worker, "Besluit", 1, "planned")]
    assert mails(chain, word="Nog geen ontvangstbericht van CORV") != []
    assert "1 verzoek zonder ontvangstbericht" in show_status(chain.ledger, chain.now).problems
    assert [check.verdict for check in examine_folders(chain.ledger, chain.now)] == ["warn"]
    box.drop(box.row("ontvangen"), name="later.csv")
    assert watch_corv(chain.ledger, chain.now) == ""
    assert list(examine_folders(chain.ledger, chain.now)) == []


def test_a_request_that_is_sent_again_is_watched_again(box: Box) -> None:
    chain = box.chain
    box.drop(box.row(day="2026-04-20"), box.row("fout", day="2026-04-20"))
    assert watch_corv(chain.ledger, chain.now) == ""
    box.drop(box.row(day="2026-04-21"), name="weer.csv")
    assert watch_corv(chain.ledger, chain.now) == "CORV: 1 verzoek zonder ontvangstbericht"
    box.drop(box.row(day="2026-04-23"), name="nog-eens.csv")
    assert watch_corv(chain.ledger, chain.now) == "CORV: 1 verzoek zonder ontvangstbericht"
    assert len(messages(chain, "CORV_SILENT")) == 2


def test_a_box_that_does_not_tell_what_was_received_is_not_watched(
    chain: Chain, tmp_path: Path, configured: Configure
) -> None:
    box = Box(chain, tmp_path / "corv", configured)
    box.drop(box.row(day="2026-04-20"))
    watch_corv(chain.ledger, chain.now)
    assert len(list(examine_folders(chain.ledger, chain.now))) == 1
    configured(f'[[corv]]\nfolder = "{box.folder}"\nquiet = 0\nreceived_within_days = 0\n', {})
    box.drop(box.row(number="CORV-2", day="2026-04-20"))
    assert watch_corv(chain.ledger, chain.now) == ""
    assert list(examine_folders(chain.ledger, chain.now)) == []


def test_an_unknown_reference_is_refused_while_the_other_rows_count(box: Box) -> None:
    unknown = box.row("fout").replace(box.chain.reference, new_reference(Random(1)))
    said = box.drop(unknown, box.row())
    assert said == "ontvangstberichten van CORV: 1 bestand geweigerd, 1 nieuw, 1 onbekend kenmerk"
    assert (box.folder / REFUSED / "dag.csv.fout").read_text() == "2 KR-ZAAK-ONBEKEND kenmerk\n"
    assert len(box.evidence()) == 1


def test_a_case_without_a_request_keeps_the_evidence_and_its_worker_hears_of_an_error(
    region: Ledger, tmp_path: Path, configured: Configure
) -> None:
    chain = decided(Chain(region))
    box = Box(chain, tmp_path / "corv", configured, "VT-201")
    assert box.drop(box.row("fout")) == "ontvangstberichten van CORV: 1 nieuw"
    assert len(box.evidence()) == 1
    assert box.number() == ""  # this region has no board
    assert len(mails(chain)) == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("niets;C-1;verzonden;2026-04-28", "2 KR-CORV-WAARDE kenmerk"),
        ("{};123456782;verzonden;2026-04-28", "2 KR-CORV-WAARDE corv_nummer"),
        ("{};C 1;verzonden;2026-04-28", "2 KR-CORV-WAARDE corv_nummer"),
        ("{};C-1;gebeld;2026-04-28", "2 KR-CORV-WAARDE soort"),
        ("{};C-1;verzonden;2026-04-29", "2 KR-CORV-WAARDE dag"),
        ("{};C-1;verzonden;28-04-2026", "2 KR-CORV-WAARDE dag"),
        ("{};C-1;verzonden", "2 KR-RIJ-CELLEN"),
    ],
)
def test_a_wrong_row_refuses_the_file_whole(box: Box, row: str, code: str) -> None:
    said = box.drop(row.replace("{}", box.chain.reference), box.row())
    assert said == "ontvangstberichten van CORV: 1 bestand geweigerd"
    assert (box.folder / REFUSED / "dag.csv.fout").read_text() == f"{code}\n"
    assert box.evidence() == []


def test_a_file_that_is_no_list_of_receipts_is_refused(box: Box) -> None:
    (box.folder / "x.csv").write_bytes(b"naam\nKwetterveen\n")
    assert read_corv_receipts(box.chain.ledger, box.chain.now).endswith("1 bestand geweigerd")
    assert (box.folder / REFUSED / "x.csv.fout").read_text() == "1 KR-BESTAND-KOLOMMEN\n"


def test_the_doctor_looks_at_the_folder(box: Box) -> None:
    assert [one.good for one in preflight(partners().corv[0])] == [True]
    box.folder.rename(box.folder.with_name("weg"))
    assert [one.good for one in preflight(partners().corv[0])] == [False]
