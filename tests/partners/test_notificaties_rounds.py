"""The round that reads again what was said to have changed: once each, patiently, and whatever one of them does."""

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from domain.delivery import LADDER
from domain.errors import OutsideFailure
from integrations.handover_systems import patience
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import Notification
from integrations.ledger.settings_table import put
from integrations.verdict import Result, Verdict
from tasks.claim_offers import SLACK
from tasks.process_notifications import process_notifications
from tasks.read_handover import Heard
from tasks.receive_notification import Notice, receive_notification
from tests.faults import tier
from tests.partners.receiving import NOW, ZAKEN, forget, installed

CANARY = "kanarie-van-meerdorp"


@pytest.fixture(autouse=True)
def _still(ledger: Ledger) -> None:
    """Time stands still where a test puts it."""
    clock(ledger, "virtual")


def clock(ledger: Ledger, kind: str) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        put(work, "clock", kind)


@dataclass
class Partner:
    """What reading an address comes to, and which were read."""

    says: Heard | BaseException = Heard.ACCEPTED
    read: list[str] = field(default_factory=list)

    def __call__(self, ledger: Ledger, remote: str, now: datetime) -> Heard:
        self.read.append(remote)
        if isinstance(self.says, BaseException):
            raise self.says
        return self.says


def zaak(number: int) -> str:
    return f"{ZAKEN}zaken/{UUID(int=number)}"


def told(ledger: Ledger, number: int, minute: int = 0, now: datetime = NOW) -> None:
    """The source says that something happened to this zaak."""
    made = NOW + timedelta(minutes=minute)
    assert receive_notification(ledger, Notice("nrc", zaak(number), f"{zaak(number)}/x", "create", made), now)


def rows(ledger: Ledger) -> list[Notification]:
    with ledger.reading() as session:
        return list(session.exec(select(Notification).order_by("id")))


def no(verdict: Verdict, reason: str, wait: float = 0.0) -> Unanswered:
    return Unanswered(Result(verdict, reason), wait=wait)


def test_nothing_waiting_is_nothing_said(ledger: Ledger) -> None:
    assert process_notifications(ledger, NOW, Partner()) == ""


def test_each_address_is_read_once_however_often_it_was_told(ledger: Ledger) -> None:
    partner = Partner()
    for number, minute in ((1, 0), (1, 1), (2, 0), (1, 2)):
        told(ledger, number, minute)
    assert process_notifications(ledger, NOW, partner) == "2 adressen van partners opnieuw gelezen, 0 later opnieuw."
    assert partner.read == [zaak(1), zaak(2)]
    assert [(row.done_at, row.attempts, row.reason) for row in rows(ledger)] == [(NOW, 1, "")] * 4
    assert process_notifications(ledger, NOW, partner) == ""


def test_an_address_that_is_no_handover_of_ours_is_done_and_says_so(ledger: Ledger) -> None:
    told(ledger, 1)
    process_notifications(ledger, NOW, Partner(Heard.NOTHING))
    assert [(row.done_at, row.reason) for row in rows(ledger)] == [(NOW, "onbekend")]


def test_the_address_is_looked_up_among_real_handovers_when_no_other_reader_is_given(ledger: Ledger) -> None:
    told(ledger, 1)
    process_notifications(ledger, NOW)
    assert [row.reason for row in rows(ledger)] == ["onbekend"]


@pytest.mark.parametrize("verdict", [Verdict.TEMPORARY, Verdict.INDEFINITE])
def test_who_does_not_answer_is_asked_again_by_the_ladder_until_it_ends(ledger: Ledger, verdict: Verdict) -> None:
    told(ledger, 1)
    partner, now = Partner(no(verdict, "tijd-verstreken")), NOW
    for tries, wait in enumerate(LADDER, start=1):
        assert process_notifications(ledger, now, partner) == (
            "0 adressen van partners opnieuw gelezen, 1 later opnieuw."
        )
        [row] = rows(ledger)
        assert (row.attempts, row.next_try_at, row.done_at) == (tries, now + wait, None)
        assert process_notifications(ledger, now + wait - timedelta(seconds=1), partner) == ""
        now += wait
    process_notifications(ledger, now, partner)
    [row] = rows(ledger)
    assert (row.done_at, row.reason, row.attempts) == (now, "tijd-verstreken", len(LADDER) + 1)


def test_a_server_that_asks_to_stay_away_is_asked_later_and_never_sooner(ledger: Ledger) -> None:
    told(ledger, 1)
    process_notifications(ledger, NOW, Partner(no(Verdict.TEMPORARY, "http-429", wait=3600)))
    assert rows(ledger)[0].next_try_at == NOW + timedelta(hours=1)
    process_notifications(ledger, NOW + timedelta(hours=1), Partner(no(Verdict.TEMPORARY, "http-429", wait=1)))
    assert rows(ledger)[0].next_try_at == NOW + timedelta(hours=1, minutes=5)


def test_a_refusal_for_good_ends_it_with_the_reason(ledger: Ledger) -> None:
    told(ledger, 1)
    process_notifications(ledger, NOW, Partner(no(Verdict.PERMANENT, "http-404")))
    assert [(row.done_at, row.reason) for row in rows(ledger)] == [(NOW, "http-404")]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(OutsideFailure("KR-ADMINISTRATIE-BEZET"), "KR-ADMINISTRATIE-BEZET"), (RuntimeError(CANARY), "onverwacht")],
)
def test_one_bad_address_does_not_stop_the_others_and_tells_only_its_kind(
    ledger: Ledger, fault: Exception, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2, 3):
        told(ledger, number)

    def read(ledger: Ledger, remote: str, now: datetime) -> Heard:
        if remote == zaak(2):
            raise fault
        return Heard.WAITING

    with caplog.at_level(logging.DEBUG):
        said = process_notifications(ledger, NOW, read)
    assert said == "2 adressen van partners opnieuw gelezen, 1 later opnieuw."
    assert [(row.done_at, row.reason) for row in rows(ledger)] == [(NOW, ""), (None, reason), (NOW, "")]
    assert CANARY not in caplog.text


def test_what_is_told_while_it_is_being_read_is_read_again(ledger: Ledger) -> None:
    told(ledger, 1)
    read: list[str] = []

    def reader(given: Ledger, remote: str, now: datetime) -> Heard:
        if not read:
            told(given, 1, minute=5)
        read.append(remote)
        return Heard.WAITING

    process_notifications(ledger, NOW, reader)
    assert [row.done_at for row in rows(ledger)] == [NOW, None]
    process_notifications(ledger, NOW, reader)
    assert read == [zaak(1)] * 2
    assert [row.done_at for row in rows(ledger)] == [NOW, NOW]


def test_a_round_that_died_after_its_claim_is_taken_over_when_the_lease_ends(ledger: Ledger) -> None:
    told(ledger, 1)
    with pytest.raises(KeyboardInterrupt):
        process_notifications(ledger, NOW, Partner(KeyboardInterrupt()))
    partner = Partner()
    assert process_notifications(ledger, NOW + SLACK - timedelta(seconds=1), partner) == ""
    process_notifications(ledger, NOW + SLACK, partner)
    assert partner.read == [zaak(1)]
    assert [row.attempts for row in rows(ledger)] == [2]


@pytest.mark.parametrize("bound", [30, 300])
def test_nobody_takes_over_what_a_patient_reader_may_still_be_reading(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: int
) -> None:
    at_most = f'zaken = {{ url = "{ZAKEN}", bound = {bound}, timeout = 30 }}'
    installed(tmp_path, monkeypatch)
    path = tmp_path / "partners.toml"
    path.write_text(path.read_text().replace(f'zaken = {{ url = "{ZAKEN}" }}', at_most))
    forget()
    longest = patience("CJG-MEERDORP")
    assert longest > timedelta(seconds=bound)
    told(ledger, 1)
    with pytest.raises(KeyboardInterrupt):
        process_notifications(ledger, NOW, Partner(KeyboardInterrupt()))
    assert process_notifications(ledger, NOW + longest, Partner()) == ""
    assert process_notifications(ledger, NOW + longest + SLACK, Partner()) != ""


def test_the_lease_counts_from_the_claim_and_not_from_the_begin_of_the_round(ledger: Ledger) -> None:
    leases: list[datetime] = []
    clock(ledger, "real")
    for number in (1, 2):
        told(ledger, number)

    def read(ledger: Ledger, remote: str, now: datetime) -> Heard:
        leases.extend(row.next_try_at for row in rows(ledger) if row.next_try_at and not row.done_at)
        time.sleep(0.05)
        return Heard.WAITING

    process_notifications(ledger, NOW, read)
    assert leases[1] - leases[0] >= timedelta(seconds=0.05)


def test_a_next_try_from_a_wrong_future_is_tried_now(ledger: Ledger) -> None:
    told(ledger, 1)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.exec(select(Notification)).one().next_try_at = NOW + timedelta(days=400)
    partner = Partner()
    process_notifications(ledger, NOW, partner)
    assert partner.read == [zaak(1)]


def test_what_was_dealt_with_is_forgotten_after_a_month_and_a_repeat_before_that_counts_once(ledger: Ledger) -> None:
    told(ledger, 1)
    process_notifications(ledger, NOW, Partner())
    again = Notice("nrc", zaak(1), f"{zaak(1)}/x", "create", NOW)
    assert not receive_notification(ledger, again, NOW + timedelta(days=29))
    process_notifications(ledger, NOW + timedelta(days=31), Partner())
    assert rows(ledger) == []


def test_whatever_befalls_it_every_notification_is_read_or_ends_with_a_reason(ledger: Ledger) -> None:
    chance = tier.chance("notifications")
    weather: list[Heard | Exception] = [
        Heard.WAITING,
        Heard.NOTHING,
        no(Verdict.TEMPORARY, "http-503", wait=7_200),
        no(Verdict.INDEFINITE, "verbroken"),
        OutsideFailure("KR-ADMINISTRATIE-BEZET"),
        RuntimeError(CANARY),
    ]
    partner, now, amount = Partner(), NOW, tier.scaled(20, 300)
    for number in range(amount):
        told(ledger, number % 7, minute=number)

    def read(ledger: Ledger, remote: str, now: datetime) -> Heard:
        partner.says = chance.choice(weather)
        return partner(ledger, remote, now)

    for _ in range(60):
        process_notifications(ledger, now, read)
        now += timedelta(minutes=chance.randrange(1, 600))
    process_notifications(ledger, now + timedelta(days=2), Partner())
    ended = rows(ledger)
    assert len(ended) == amount
    assert all(row.done_at is not None for row in ended)
    assert CANARY not in str(ended)
