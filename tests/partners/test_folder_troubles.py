"""A dropped file that a person must look at: it is in the trail, told once to whoever is there, and in the status."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from integrations.drop_folder import DONE, MOST_AT_ONCE, REFUSED
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.restored import restored
from integrations.ledger.tables import Audit, Bundle, Delivery, ProfessionalRow, Report
from integrations.mail import Result, Verdict
from tasks.account_day import account_day
from tasks.deliver_messages import deliver_messages
from tasks.examine_folders import examine_folders
from tasks.import_dropped_reports import import_dropped_reports
from tasks.look_at_folders import look_at_folders
from tasks.settle_restore import _doubt
from tasks.show_status import show_status
from tests.partners.conftest import Configure
from tests.partners.receiving import forget
from tests.region import moment
from tests.reports.samples import DROPPED, csv_of

NOW = moment("2026-05-01T10:00")
WRONG = csv_of(DROPPED | {"meldnummer": "123456782"})
ROUND = timedelta(minutes=2)
LATER = timedelta(minutes=12)
DESK = "VT-911"


class Post:
    """A sender that takes everything, or refuses it for good."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.verdict = Verdict.SENT

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        self.sent.append((channel, subject, body))
        return Result(self.verdict, "proef")


class Here:
    """The folder of the police, the rounds, and the mails that leave."""

    def __init__(self, ledger: Ledger, folder: Path, configure: Configure) -> None:
        self.ledger, self.folder, self._configure = ledger, folder, configure
        self.post = Post()
        self.configured()

    def configured(self, by: str = "VT-201") -> None:
        part = f'[[reporters]]\nsource = "POL-KUST"\nfolder = "{self.folder}"\nquiet = 0\n'
        self._configure(f'{part}imports_as = "{by}"\n', {})

    def drop(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)

    def round(self, now: datetime = NOW) -> str:
        import_dropped_reports(self.ledger, now)
        return look_at_folders(self.ledger, now)

    def mails(self, now: datetime = NOW) -> list[str]:
        before = len(self.post.sent)
        deliver_messages(self.ledger, now, self.post)
        return [body for _, _, body in self.post.sent[before:] if "map van" in body]

    def problems(self, now: datetime = NOW) -> list[str]:
        return [said for said in show_status(self.ledger, now).problems if "POL-KUST" in said]

    def trail(self, act: str) -> list[dict[str, object]]:
        with self.ledger.reading() as session:
            return [dict(found) for found in session.exec(select(Audit.details).where(Audit.act == act))]

    def numbers(self) -> int:
        with self.ledger.reading() as session:
            return len(session.exec(select(Report.id)).all())


@pytest.fixture
def here(region: Ledger, tmp_path: Path, configured: Configure) -> Here:
    folder = tmp_path / "politie"
    folder.mkdir()
    return Here(region, folder, configured)


def test_a_refused_file_is_told_to_the_duty_desk_once_and_stays_a_problem_until_it_is_taken_away(here: Here) -> None:
    here.drop("a.csv", WRONG)
    assert here.round() == "mappen van partners: 1 bericht over bestanden"
    [mail] = here.mails()
    assert all(said in mail for said in ("POL-KUST", "1 bestand is geweigerd", "KR-RIJ-PRIVACY"))
    assert not any(kept in mail for kept in ("a.csv", "123456782"))
    assert here.trail("bestand-geweigerd") == [{"bron": "POL-KUST", "codes": "KR-RIJ-PRIVACY"}]
    assert here.trail("bestanden-gemeld") == [{"bron": "POL-KUST", "bestanden": 1, "partij": DESK}]
    assert here.problems() == ["POL-KUST: 1 bestand is geweigerd"]
    assert [(check.verdict, check.found) for check in examine_folders(here.ledger, NOW)] == [
        ("fail", "POL-KUST: 1 bestand is geweigerd")
    ]
    assert here.round(NOW + 40 * ROUND) == ""
    for name in os.listdir(here.folder / REFUSED):
        (here.folder / REFUSED / name).unlink()
    here.round(NOW + 41 * ROUND)
    assert here.problems(NOW + 41 * ROUND) == []
    assert not account_day(here.ledger, NOW.date(), NOW + LATER).account.unexplained


def test_more_refused_files_of_one_source_make_one_mail_an_hour(here: Here) -> None:
    here.drop("a.csv", WRONG)
    here.round()
    for number in range(3):
        here.drop(f"{number}.csv", WRONG)
        assert here.round(NOW + number * ROUND) == ""
    assert here.round(NOW + timedelta(hours=1)) != ""
    assert [mail.count("3 bestanden zijn geweigerd") for mail in here.mails(NOW + timedelta(hours=1))] == [0, 1]


def test_who_may_not_import_makes_files_wait_and_after_ten_minutes_that_is_told(here: Here) -> None:
    here.configured("VT-999")
    here.drop("a.csv", csv_of(DROPPED))
    assert (here.round(), here.problems()) == ("", [])
    assert here.round(NOW + LATER) != ""
    [mail] = here.mails(NOW + LATER)
    assert "1 bestand wacht al langer dan tien minuten" in mail
    assert "KR-CODE-ONBEKEND" in mail
    assert here.problems(NOW + LATER) == ["POL-KUST: 1 bestand wacht al langer dan tien minuten"]
    here.configured()
    here.round(NOW + 2 * LATER)
    assert (here.numbers(), here.problems(NOW + 2 * LATER)) == (1, [])


def test_files_that_cannot_be_put_away_hide_no_later_file_and_are_read_once(here: Here) -> None:
    (here.folder / DONE).write_bytes(b"")  # a file where the folder should be
    for number in range(MOST_AT_ONCE):
        here.drop(f"a{number:03}.csv", csv_of(DROPPED | {"meldnummer": f"P-{number}"}))
    here.drop("z.csv", csv_of(DROPPED | {"meldnummer": "P-Z"}))
    here.round()
    here.round(NOW + ROUND)
    assert here.numbers() == MOST_AT_ONCE + 1
    assert import_dropped_reports(here.ledger, NOW + 2 * ROUND) == ""
    here.round(NOW + LATER)
    [problem] = here.problems(NOW + LATER)
    assert "201 bestanden zijn gelezen maar niet weg te leggen" in problem
    assert "de map is niet te lezen of niet te legen" in problem
    (here.folder / DONE).unlink()
    here.round(NOW + 2 * LATER)
    assert len(os.listdir(here.folder / DONE)) == MOST_AT_ONCE + 1
    assert here.problems(NOW + 2 * LATER) == []


def test_a_refused_file_that_cannot_be_put_away_gets_its_codes_once_it_can(here: Here) -> None:
    (here.folder / REFUSED).write_bytes(b"")
    here.drop("a.csv", WRONG)
    here.round()
    (here.folder / REFUSED).unlink()
    here.round(NOW + ROUND)
    assert (here.folder / REFUSED / "a.csv.fout").read_text() == "2 KR-RIJ-PRIVACY meldnummer\n"
    assert len(here.trail("bestand-geweigerd")) == 1


def test_a_clock_that_ran_ahead_keeps_nothing_silent(here: Here) -> None:
    here.drop("a.csv", WRONG)
    here.round(NOW + timedelta(days=300))
    here.drop("b.csv", WRONG)
    assert here.round() != ""


def test_a_folder_that_is_gone_is_told(here: Here) -> None:
    here.folder.rmdir()
    here.round()
    here.round(NOW + LATER)
    assert "de map is niet te lezen of niet te legen" in here.mails(NOW + LATER)[0]
    here.folder.mkdir()
    here.round(NOW + 2 * LATER)
    assert here.problems(NOW + 2 * LATER) == []


def test_a_mail_that_reached_nobody_is_told_further_and_then_the_trail_says_that_nobody_is_left(here: Here) -> None:
    here.drop("a.csv", WRONG)
    here.post.verdict = Verdict.PERMANENT
    now = NOW
    for _ in range(5):
        here.round(now)
        here.mails(now)
        now += ROUND
    told = [str(found["partij"]) for found in here.trail("bestanden-gemeld")]
    assert told[0] == DESK
    assert 2 <= len(told) == len(set(told)) <= 3
    assert len([found for found in here.trail("niemand-bereikbaar") if "bron" in found]) == 1
    assert here.problems() == ["POL-KUST: 1 bestand is geweigerd"]


def test_a_mail_to_who_left_before_it_was_sent_goes_to_another(here: Here) -> None:
    here.drop("a.csv", WRONG)
    here.round()
    with here.ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(ProfessionalRow, DESK).active = False
    assert here.mails() == []
    assert here.round(NOW + ROUND) != ""
    assert len(here.mails(NOW + ROUND)) == 1
    assert [found["partij"] == DESK for found in here.trail("bestanden-gemeld")] == [True, False]


def test_two_mails_about_files_that_wait_survive_a_restore_of_the_ledger(here: Here) -> None:
    here.drop("a.csv", WRONG)
    here.round()
    here.drop("b.csv", WRONG)
    here.round(NOW + timedelta(hours=2))
    with here.ledger.unit_of_work(now=NOW + timedelta(hours=3), actor=SYSTEM) as work:
        assert _doubt(work, restored(work)) == 2
    with here.ledger.reading() as session:
        assert len(set(session.exec(select(Bundle.reference)))) == 2
        assert set(session.exec(select(Delivery.indefinite).order_by(col(Delivery.id)))) == {1}


def test_what_is_made_in_a_folder_of_a_group_is_for_that_group(here: Here) -> None:
    here.folder.chmod(0o770)
    before = os.umask(0o077)
    try:
        here.drop("a.csv", WRONG)
        here.drop("b.csv", csv_of(DROPPED))
        here.round()
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in here.folder.rglob("*") if path.suffix != ".csv"}
    assert modes == {REFUSED: 0o770, DONE: 0o770, "a.csv.fout": 0o660}


def test_a_mailbox_of_what_comes_back_that_cannot_be_emptied_is_told_without_partners_too(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir = tmp_path / "retour"
    (maildir / "new").mkdir(parents=True)
    monkeypatch.delenv("KETENREGIE_PARTNERS")
    monkeypatch.setenv("KETENREGIE_BOUNCES", str(maildir))
    forget()
    here.mails()
    assert "de map is niet te lezen of niet te legen" in here.mails(NOW + LATER)[0]
    told = "retourpost: de map is niet te lezen of niet te legen"
    assert told in show_status(here.ledger, NOW + LATER).problems
    (maildir / "cur").mkdir()
    here.mails(NOW + LATER)
    assert told not in show_status(here.ledger, NOW + LATER).problems
