"""The failure museum: 22 ways in which systems like this one lost or doubled a reminder, each seen in a named system.

Each exhibit says what must hold here instead, and tries it on our own code.
"""

import json
import shutil
import signal
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import text, update
from sqlmodel import col, select

from benchmarks.sweep_due import NOW as BENCH_NOW
from benchmarks.sweep_due import filled
from deployments.mail_catcher import MailCatcher, read_mailbox
from domain.calendar_nl import ONE_DAY
from domain.delivery import LADDER, LEASE
from domain.duty import AssignReason
from domain.errors import OutsideFailure, StateRefusal
from domain.ladder import COUNTS
from domain.messages import ACUTE, UNDELIVERED
from domain.process import PROCESS
from domain.terms import Term, Unit, due_from_date, end_of_day
from domain.terms import due as due_moment
from integrations.faults import armed
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.contacts import address_book
from integrations.ledger.tables import (
    Audit,
    Bundle,
    Case,
    Delivery,
    Message,
    MessageState,
    OwnNumber,
    ProfessionalRow,
    Report,
    Step,
    StepState,
)
from integrations.mail import AppriseSender, Result, Sender, Verdict
from integrations.policy_file import load_policy
from integrations.settings import Settings, settings
from tasks.assign_case import assign_case
from tasks.bundle_messages import bundle_messages
from tasks.claim_deliveries import claim_deliveries
from tasks.deliver_messages import deliver_messages
from tasks.make_ledger import make_ledger
from tasks.record_answer import record_answer
from tasks.run_facts import outbox_failed, running_steps, waiting_outbox
from tasks.send_message import send_message
from tasks.sweep_deadlines import sweep_deadlines
from tests.chain import Chain
from tests.cli.trial import Trial
from tests.faults.museum import Post, child, delivering, every_kind, first_version
from tests.faults.sometimes import saw
from tests.faults.tier import FULL, scaled
from tests.messages import rows
from tests.messages.servers import SILENT, closed_port, http, smtp
from tests.region import DOOR, kustland, moment, with_region
from tests.stages import heard, reported
from tests.steps.sweep_rows import REMINDER, many, set_step

ASSESSMENT = "safety_assessment"
LATE, LATER = "2026-04-29T08:00", "2026-04-30T08:00"  # its first and second rung after Tue 28 April
Said = Callable[[str, object], None]
Row = TypeVar("Row", Message, Delivery)


@pytest.fixture(scope="module")
def kust_template(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("museum") / "kust.sqlite"
    with_region(Ledger(f"sqlite:///{shutil.copy(ledger_template, path)}")).dispose()
    return path


@pytest.fixture
def chain(kust_template: Path, tmp_path: Path) -> Iterator[Chain]:
    made = Chain(Ledger(f"sqlite:///{shutil.copy(kust_template, tmp_path / 'kust.sqlite')}"))
    yield made
    made.ledger.dispose()


def delivered(chain: Chain, sender: Sender | None = None) -> Post:
    """One round of delivery; who got what."""
    post = Post()
    deliver_messages(chain.ledger, chain.now, sender or post)
    return post


def found(ledger: Ledger, table: type[Row]) -> list[Row]:
    with ledger.reading() as session:
        return list(session.exec(select(table).order_by(text("id"))))


def states(chain: Chain, rung: str) -> Counter[str]:
    return Counter(message.state for message in chain.messages() if message.rung == rung)


def change(ledger: Ledger, code: str, **values: object) -> None:
    with ledger.unit_of_work(now=rows.NOW, actor=SYSTEM) as uow:
        uow.session.connection().execute(
            update(ProfessionalRow).where(col(ProfessionalRow.code) == code).values(**values)
        )


@pytest.mark.parametrize("stopped", ["2026-04-23T20:00", "2026-04-28T20:00", "2026-04-29T20:00"])
def test_01_a_sweep_that_stood_still_for_25_hours_handles_every_due_rung_once(chain: Chain, stopped: str) -> None:
    reported(chain).sweep(stopped)
    before, saved, since = _said(chain), chain.saved(), chain.now
    for hours in range(1, 26):
        chain.now = since + timedelta(hours=hours)
        chain.sweep()
    never_stood_still = _said(chain)
    chain.restored(saved)
    chain.now = since + timedelta(hours=25)
    chain.sweep()
    assert _said(chain) == never_stood_still
    assert len(never_stood_still) > len(before)
    assert chain.sweep().planned == 0


def _said(chain: Chain) -> list[tuple[str, str, str]]:
    return sorted((m.step_id, m.party, m.rung) for m in chain.messages())


def test_02_a_kill_between_send_and_commit_sends_again_under_the_same_reference_and_says_so(
    ledger: Ledger, tmp_path: Path
) -> None:
    rows.plan(ledger, rows.planned("s-1"))
    ledger.dispose()
    with MailCatcher(tmp_path / "mail") as relay:
        worker = delivering(ledger, rows.NOW, "send.after", signal.SIGKILL, relay.port)
        worker.communicate()
        assert worker.returncode == -signal.SIGKILL
        assert len(read_mailbox(relay.folder)) == 1
        sender = AppriseSender(Settings(mail_port=relay.port))
        assert deliver_messages(ledger, rows.NOW + 2 * LEASE, sender).sent == 1
        assert deliver_messages(ledger, rows.NOW + 9 * LEASE, sender).sent == 0
        copies = read_mailbox(relay.folder)
    assert (len(copies), len({copy.reference for copy in copies})) == (2, 1)
    [delivery] = rows.deliveries(ledger)
    assert (delivery.state, delivery.attempts, delivery.indefinite) == ("sent", 2, 1)
    saw("lease-takeover")


def test_03_one_item_that_fails_leaves_the_56_before_it_recorded_and_the_43_after_it_sent(chain: Chain) -> None:
    many(reported(chain), 99)
    bad = f"{chain.reference}.900056"
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.connection().execute(update(Step).where(col(Step.id) == bad).values(kind="onbekend"))
    swept = chain.sweep(REMINDER)
    assert (swept.planned, swept.failed) == (99, 1)
    delivered(chain)
    assert states(chain, "R") == {"sent": 99}
    assert bad not in {message.step_id for message in chain.messages()}


def test_04_two_managers_in_common_and_three_teams_all_hear_of_every_step(chain: Chain) -> None:
    second = ProfessionalRow(
        code="VT-991",
        organisation="VT-KUST",
        team="VT-NOORD",
        roles=["vt_manager"],
        channels=["mail:vt-991@kustland.example"],
    )
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.add(second)
    for number, municipality in enumerate(("DUINWIJK", "MEERDORP", "HAVENOORD")):
        chain.report(municipality=municipality, household=f"H-{number}")
    chain.sweep(LATE)
    chain.sweep(LATER)
    late = [m for m in chain.messages() if m.step_id.endswith(_number(chain))]
    told = Counter((m.rung, m.party) for m in late)
    assert [told["L2", manager] for manager in ("VT-990", "VT-991")] == [3, 3]
    assert [told["L1", lead] for lead in ("VT-109", "VT-209", "VT-309")] == [1, 1, 1]
    post = delivered(chain)
    assert {code for code, _, _ in post.sent} >= {"VT-990", "VT-991", "VT-109", "VT-209", "VT-309"}


def _number(chain: Chain) -> str:
    """What the ids of the assessments end in: the same in every case."""
    return chain.step(ASSESSMENT).id.split(".")[1]


def test_05_a_case_that_was_overdue_before_an_upgrade_still_climbs_after_it(chain: Chain, tmp_path: Path) -> None:
    reported(chain).sweep(REMINDER)
    old = Chain(first_version(chain.ledger, tmp_path / "first.sqlite"), chain.now, chain.reference)
    old.ledger.upgrade()
    assert old.sweep().planned == 0  # what was said before the upgrade is not said again
    old.sweep(LATE)
    old.sweep(LATER)
    assert (old.told(ASSESSMENT, "R"), old.told(ASSESSMENT, "L2")) == (["VT-201"], ["VT-990"])
    assert {"VT-201", "VT-209"} <= set(old.told(ASSESSMENT, "L1"))
    old.ledger.dispose()


def test_06_a_sweep_costs_what_is_due_not_what_is_open(tmp_path: Path, record_property: Said) -> None:
    peaks = []
    for open_steps in (1_000, scaled(10_000, 100_000)):
        (folder := tmp_path / str(open_steps)).mkdir()
        ledger = filled(folder, open_steps, due=50)
        tracemalloc.start()
        began = time.perf_counter()
        swept = sweep_deadlines(ledger, BENCH_NOW)
        took, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        ledger.dispose()
        peaks.append(peak)
        assert (swept.planned, swept.failed) == (50, 0)
        assert took < scaled(20, 1)
        record_property("said", f"{open_steps} open, 50 due: {took:.2f} s, {peak / 1e6:.1f} MB")
    assert peaks[1] < peaks[0] + 2_000_000


def test_07_a_worker_frozen_for_twice_its_lease_takes_nothing_back_when_it_wakes(
    ledger: Ledger, tmp_path: Path
) -> None:
    rows.plan(ledger, rows.planned("s-1"))
    ledger.dispose()
    with MailCatcher(tmp_path / "mail") as relay:
        frozen = delivering(ledger, rows.NOW, "send.before", signal.SIGSTOP, relay.port)
        assert frozen.stdout is not None
        assert frozen.stdout.readline() == "ready\n"
        sender = AppriseSender(Settings(mail_port=relay.port))
        assert deliver_messages(ledger, rows.NOW + 2 * LEASE, sender).sent == 1
        frozen.send_signal(signal.SIGCONT)
        frozen.communicate(timeout=300)
        copies = read_mailbox(relay.folder)
    [delivery] = rows.deliveries(ledger)
    assert (delivery.state, delivery.attempts, delivery.indefinite) == ("sent", 2, 1)
    assert (len(copies), len({copy.reference for copy in copies})) == (2, 1)


def test_07_a_worker_that_wakes_before_it_sent_does_not_send(ledger: Ledger) -> None:
    rows.plan(ledger, rows.planned("s-1"))
    bundle_messages(ledger, rows.NOW)
    with ledger.unit_of_work(now=rows.NOW, actor=SYSTEM) as work:
        [claim] = claim_deliveries(work, address_book(work.session), 1)
    post = Post()
    assert send_message(post, replace(claim, since=claim.since - 2 * LEASE.total_seconds())) is None
    assert post.sent == []


def test_08_there_is_no_queue_but_the_ledger_a_copy_of_it_delivers_everything(ledger: Ledger, tmp_path: Path) -> None:
    rows.plan(ledger, *(rows.planned(f"s-{number}", code) for number, code in enumerate(("VT-101", "LT-101"))))
    bundle_messages(ledger, rows.NOW)
    ledger.dispose()
    elsewhere = Ledger(f"sqlite:///{shutil.copy(str(ledger.url.database), tmp_path / 'elsewhere.sqlite')}")
    post = Post()
    assert deliver_messages(elsewhere, rows.NOW, post).sent == 2
    assert {code for code, _, _ in post.sent} == {"VT-101", "LT-101"}
    elsewhere.dispose()


def test_09_a_message_that_is_given_up_leaves_a_row_and_a_person_is_told(ledger: Ledger) -> None:
    rows.plan(ledger, rows.planned("s-1", "VT-101"))
    post = Post({"VT-101": Result(Verdict.TEMPORARY, "smtp-451")})
    deliver_messages(ledger, rows.NOW, post)
    assert _tried_until_given_up(ledger, post) > rows.NOW + timedelta(days=7)
    lost, *told = found(ledger, Message)
    assert (lost.state, "smtp-451" in lost.reason) == ("failed", True)
    assert [(message.state, message.party != "VT-101") for message in told] == [("sent", True)]
    assert post.to(told[0].party)
    with ledger.reading() as session:
        assert session.exec(select(Audit).where(Audit.act == "bericht-mislukt")).one().details["partij"] == "VT-101"


def _tried_until_given_up(ledger: Ledger, sender: Sender) -> datetime:
    """Rounds at each next moment of the ladder, then daily, until the first message is failed, and one round more."""
    now = rows.NOW
    for wait in (*LADDER[:5], *[ONE_DAY] * 20):
        now += wait
        deliver_messages(ledger, now, sender)
        if found(ledger, Message)[0].state == MessageState.FAILED:
            deliver_messages(ledger, now + LEASE, sender)
            return now
    raise AssertionError("never given up")


class Surprise:
    """A sender that raises what nobody foresaw."""

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        raise ZeroDivisionError


def test_10_every_way_to_fail_ends_as_a_failure_with_a_reason(ledger: Ledger, tmp_path: Path) -> None:
    def impatient(port: int, **more: object) -> AppriseSender:
        return AppriseSender(Settings(mail_port=port, **more), timeout=1)  # type: ignore[arg-type]

    with (
        smtp(banner=SILENT) as silent,
        smtp(banner='{"bad json') as garbled,
        smtp() as plain,
        http(404) as (gone, _),
        http(502) as (broken, _),
    ):
        senders: dict[str, tuple[Sender, str]] = {
            "refused": (impatient(closed_port()), ""),
            "time-out": (impatient(silent.port), ""),
            "bad answer": (impatient(garbled.port), ""),
            "tls": (impatient(plain.port, mail_security="starttls"), ""),
            "404": (impatient(25), f"json://127.0.0.1:{gone}/"),
            "502": (impatient(25), f"json://127.0.0.1:{broken}/"),
            "unforeseen": (Surprise(), ""),
        }
        reasons = {
            name: _given_up(ledger, tmp_path / f"{number}.sqlite", sender, channel)
            for number, (name, (sender, channel)) in enumerate(senders.items())
        }
    assert [name for name, reason in reasons.items() if not reason] == []
    assert len(set(reasons.values())) >= 4


def _given_up(ledger: Ledger, path: Path, sender: Sender, channel: str) -> str:
    """The reason after a first try and, where that was not the end, the last one of the ladder."""
    ledger.dispose()
    trial = Ledger(f"sqlite:///{shutil.copy(str(ledger.url.database), path)}")
    rows.plan(trial, rows.planned("s-1"), people={"VT-101": {"channels": [channel]}} if channel else {})
    deliver_messages(trial, rows.NOW, sender)
    [first, *_] = found(trial, Delivery)
    assert first.state in ("temporary", "permanent", "indefinite")
    last_try = update(Delivery).where(col(Delivery.id) == 1, col(Delivery.state) != "permanent")
    with trial.unit_of_work(now=rows.NOW, actor=SYSTEM) as uow:
        uow.session.connection().execute(last_try.values(attempts=len(LADDER), next_try_at=rows.NOW))
    deliver_messages(trial, rows.NOW + timedelta(minutes=1), sender)
    [lost, *_], [last, *_] = found(trial, Message), found(trial, Delivery)
    trial.dispose()
    return last.reason if (lost.state, last.state) == ("failed", "permanent") else ""


def test_11_the_exit_status_is_not_zero_when_an_item_failed(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path / "home"))
    make_ledger(ledger, kustland(), moment("2026-01-05T08:00"), virtual=True)
    trial = Trial(Path(str(ledger.url.database)), ledger)
    with smtp() as polite, smtp(RCPT="550 no") as rude:
        ends = [_sweep(trial, monkeypatch, number, port) for number, port in enumerate((polite.port, rude.port), 1)]
        with ledger.writer.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE step SET kind = 'onbekend' || id, next_action_at = '2026-01-05 00:00:00.000000'"
            )
        ends.append(_sweep(trial, monkeypatch, 3, polite.port))
    assert ends == [0, 1, 1]


def _sweep(trial: Trial, monkeypatch: pytest.MonkeyPatch, number: int, port: int) -> int:
    monkeypatch.setenv("KETENREGIE_MAIL_PORT", str(port))
    settings.cache_clear()
    trial.receive(f"2026-04-2{number}T09:00", f"M-{number}")
    return trial.run("sweep", "--now", f"2026-04-2{number}T10:00").status


@pytest.mark.parametrize("number", [101, 1_001])
def test_12_no_page_limit_hides_the_rest(chain: Chain, number: int) -> None:
    many(reported(chain), number - 1)
    assert chain.sweep(REMINDER).planned == number
    post = delivered(chain)
    assert states(chain, "R") == {"sent": number}
    lines = sum(text.count(f"zaak {chain.reference}") for text in post.to("VT-201"))
    assert lines >= number


@pytest.mark.parametrize("fault", ["unassigned", "disabled", "no address"])
def test_13_who_is_missing_is_replaced_in_the_same_sweep(chain: Chain, fault: str) -> None:
    reported(chain)
    if fault == "unassigned":
        set_step(chain, ASSESSMENT, owner="")
    else:
        values: dict[str, object] = {"active": False} if fault == "disabled" else {"channels": []}
        change(chain.ledger, "VT-201", **values)
    delivered(chain)
    chain.sweep(REMINDER)
    post = delivered(chain)
    assert states(chain, "R") == {"sent": 1}
    assert post.sent
    assert post.to("VT-201") == []


def test_14_a_new_owner_gets_the_reminders_and_the_clock_stays(chain: Chain) -> None:
    before = reported(chain).step(ASSESSMENT)
    assign_case(chain.ledger, chain.reference, "VT-202", next(iter(AssignReason)), "VT-209", door=DOOR, now=chain.now)
    after = chain.step(ASSESSMENT)
    assert (after.due_at, after.deadline_version, after.owner) == (before.due_at, before.deadline_version, "VT-202")
    chain.sweep(REMINDER)
    assert chain.told(ASSESSMENT, "R") == ["VT-202"]


@pytest.mark.parametrize("bundled", [False, True])
def test_15_what_is_done_between_plan_and_send_is_not_reminded_of(chain: Chain, bundled: bool) -> None:
    delivered(heard(chain))
    assert chain.sweep(REMINDER).planned == 1
    if bundled:
        bundle_messages(chain.ledger, chain.now)
    chain.record(ASSESSMENT, "VT-201", outcome="structural", risk_1="physical")
    delivered(chain)
    assert states(chain, "R") == {"cancelled": 1}


def test_16_an_outage_of_three_weeks_ends_in_one_digest_a_person_with_the_highest_rung(chain: Chain) -> None:
    delivered(reported(chain))
    many(chain, 9)
    chain.sweep("2026-05-20T09:00")
    delivered(chain)
    said = [m for m in chain.messages() if m.rung not in {*COUNTS, "NOTICE"} and m.state == "sent"]
    assert max(Counter((m.step_id, m.party) for m in said).values()) == 1  # one rung a step a person
    digests = Counter(party for party, _ in {(m.party, m.bundle_id) for m in said})
    assert max(digests.values()) == 1
    assert len([m for m in said if m.party == "VT-990"]) >= 10
    skipped = {m.rung for m in chain.messages() if m.state == "skipped"}
    assert skipped >= {"R"}
    saw("skipped-rung")


def test_17_an_upgrade_with_a_step_of_every_kind_orphans_none(chain: Chain, tmp_path: Path) -> None:
    every_kind(reported(chain))
    old = first_version(chain.ledger, tmp_path / "first.sqlite")
    out, _ = child("look", str(old.url), chain.now.isoformat()).communicate()
    seen = json.loads(out)
    steps = seen["steps"].values()
    assert not seen["prefect"]
    assert {step["kind"] for step in steps} == {kind.word for kind in PROCESS}
    for step in steps:
        assert all(step[name] for name in ("title", "open", "owner", "run")), step["kind"]
        assert "outcome" in step["asks"], step["kind"]
        assert step["due"] or step["kind"] == "close_case", step["kind"]
        assert step["looked_at"] == step["due"], step["kind"]
    old.dispose()


def test_18_what_failed_once_is_made_by_the_retry(chain: Chain) -> None:
    reported(chain).at(REMINDER)

    def fails(name: str) -> None:
        if name == "sweep.batch":
            raise OutsideFailure("KR-ADMINISTRATIE-BEZET")

    with armed(fails), pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BEZET"):
        chain.sweep()
    assert chain.told(ASSESSMENT, "R") == []
    assert chain.sweep().planned == 1
    [first, *_] = waiting_outbox(chain.ledger, 100)
    outbox_failed(chain.ledger, first.id, chain.now, "KR-PREFECT")
    assert first.id in {item.id for item in waiting_outbox(chain.ledger, 100)}


def test_19_nothing_depends_on_a_paused_run_the_ledger_decides(chain: Chain) -> None:
    """Every run is gone for ten days: no clock stops, an answer is taken, and every open step asks for a run."""
    set_step(reported(chain), ASSESSMENT, run_id="00000000-0000-0000-0000-000000000000")
    chain.sweep("2026-05-01T09:00")
    assert chain.told(ASSESSMENT, "L2") == ["VT-990"]
    heard_all = {f"heard_{key}": "yes" if key in "AB" else "alone" for key in "ABCD"}
    assert "route_decision" in chain.follows(ASSESSMENT, "VT-201", **heard_all, outcome="structural", risk_1="physical")
    with chain.ledger.reading() as session:
        open_ = set(session.exec(select(Step.id).where(Step.state == StepState.OPEN)))
    assert open_ <= {facts.step_id for facts in running_steps(chain.ledger, chain.now)}
    assert {item.step_id for item in waiting_outbox(chain.ledger, 1000) if item.act == "start_run"} >= open_


WINDOWS = ((3, 25, 8), (4, 1, 12), (4, 20, 12), (10, 20, 10), (12, 18, 18))
"""Month, day, number of days: summer time and Easter, King's Day, winter time, the turn of the year."""


@pytest.mark.parametrize("year", range(2026, 2029 if FULL else 2027))
def test_20_terms_hold_over_summer_time_easter_kings_day_and_the_turn_of_the_year(year: int) -> None:
    calendar = load_policy().calendar()
    starts = [date(year, month, day) + n * ONE_DAY for month, day, span in WINDOWS for n in range(span)]
    for start in starts:
        for number in (1, 2, 5, 10):
            due = due_from_date(start, Term(number, Unit.WORKING_DAYS), calendar)
            passed = [start + n * ONE_DAY for n in range(1, (due.on - start).days + 1)]
            worked = [day for day in passed if day.weekday() < 5 and not calendar.recognised(day)]
            assert worked[-1] == due.on
            assert len([day for day in worked if not calendar.equated(day)]) <= number <= len(worked)
            assert due.moment == end_of_day(due.on)
            assert not calendar.equated(due.on)
        for hour in (0, 1, 3, 23):
            begin = moment(f"{start}T{hour:02}:30")
            assert due_moment(begin, Term(24, Unit.HOURS), calendar).moment - begin == timedelta(hours=24)
    saw("fold-hour")


def test_21_of_two_people_who_finish_one_step_exactly_one_wins_and_the_other_is_told(chain: Chain) -> None:
    for _ in range(scaled(3, 40)):
        chain.reports = 0
        heard(chain)
        step, now = chain.step(ASSESSMENT).id, chain.at("2026-04-28T15:30").now
        with ThreadPoolExecutor(2) as both:
            ends = sorted(both.map(lambda by, s=step, n=now: _finish(chain.ledger, s, by, n), ("VT-201", "VT-202")))
        assert ends == ["KR-STAP-GESLOTEN", "done"]


def _finish(ledger: Ledger, step: str, by: str, now: datetime) -> str:
    given = {"outcome": "structural", "risk_1": "physical"}
    try:
        return record_answer(ledger, step, given, by, door=DOOR, now=now).state
    except StateRefusal as refusal:
        return refusal.code


CANARIES = ("Kanarie", "Jansen-Kanarie", "123456782")


def test_22_no_template_ever_says_what_stands_in_a_field_of_the_case(chain: Chain) -> None:
    every_kind(reported(chain))
    rungs = ("NOTICE", "SECOND", "R10", "R5", "R", "L1", "L2", "L3", "L4", ACUTE, UNDELIVERED)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        connection = uow.session.connection()
        connection.execute(update(Case).values(household=CANARIES[0], district=CANARIES[1]))
        connection.execute(update(Report).values(number=CANARIES[2]))
        connection.execute(update(Step).values(closed_by=CANARIES[0]))
        uow.session.add(OwnNumber(case_id=chain.case.id or 0, organisation="POL-KUST", number=CANARIES[2]))
        steps = uow.session.exec(select(Step).where(Step.state == StepState.OPEN)).all()
        connection.execute(update(Message).values(state=MessageState.SENT))
        for step in steps:
            uow.session.add_all(_every_rung(chain, step, rungs))
    assert bundle_messages(chain.ledger, chain.now).failed == 0
    with chain.ledger.reading() as session:
        texts = [f"{bundle.subject}\n{bundle.body}" for bundle in session.exec(select(Bundle))]
        told = set(session.exec(select(Message.rung).where(Message.state == MessageState.BUNDLED)))
    assert told == set(rungs)
    assert [text for text in texts for canary in CANARIES if canary.lower() in text.lower()] == []


def _every_rung(chain: Chain, step: Step, rungs: tuple[str, ...]) -> list[Message]:
    """Each rung to somebody of its own, so that none silences another."""
    people = [
        "VT-201",
        "VT-202",
        "VT-203",
        "VT-209",
        "VT-101",
        "VT-102",
        "VT-103",
        "CM-001",
        "SG-001",
        "VT-911",
        "VT-990",
    ]
    return [
        Message(
            step_id=step.id,
            case_reference="" if rung in COUNTS else chain.reference,
            party=party,
            rung=rung,
            deadline_version=99,
            ordinal=1,
            label=next(kind.label for kind in PROCESS if kind.word == step.kind),
            acute=rung == ACUTE,
            state=MessageState.PLANNED,
            planned_at=chain.now,
            owed_at=chain.now,
        )
        for rung, party in zip(rungs, people, strict=True)
    ]
