"""A daily round has one turn a day, whoever starts it: by several at once, after a death, and again when it broke."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from domain.errors import OutsideFailure
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import get, put
from tasks.daily_turns import AGAIN, LEASE, Unfinished, claim_turn, in_time, settle_turn, told_of, turn_of
from tasks.partner_rounds import PartnerRound, run_daily_rounds, run_partner_rounds
from tests.ledger.postgres_server import Server
from tests.partners.conftest import Configure
from tests.partners.receiving import FILE

MORNING = datetime.fromisoformat("2026-06-03T05:10+02:00")
AT_ONCE = 8


@dataclass
class Work:
    """A daily round of which a test says what it comes to; `began`: when it was done."""

    says: list[str | BaseException] = field(default_factory=list)
    began: list[datetime] = field(default_factory=list)
    __name__: str = "nalezen"

    def __call__(self, ledger: Ledger, now: datetime) -> str:
        self.began.append(now)
        said = self.says.pop(0) if self.says else ""
        if isinstance(said, BaseException):
            raise said
        return said


@pytest.fixture(autouse=True)
def _with_partners(configured: Configure) -> None:
    text = FILE.format(nrc="http://127.0.0.1:9/", receiver="http://127.0.0.1:9/", zaken="http://127.0.0.1:9/z/")
    configured(text, {})


@pytest.fixture
def still(ledger: Ledger) -> Ledger:
    """A ledger whose clock stands still where a test puts it."""
    return _still(ledger)


def _still(ledger: Ledger) -> Ledger:
    with ledger.unit_of_work(now=MORNING, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    return ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """A ledger on each database."""
    if request.param == "sqlite":
        yield _still(request.getfixturevalue("ledger"))
        return
    server: Server = request.getfixturevalue("postgres")
    server.create("turns")
    there = Ledger(server.url("turns"))
    try:
        there.upgrade()
        yield _still(there)
    finally:
        there.dispose()
        server.drop("turns")


def test_of_several_that_start_a_round_at_once_one_does_it(either: Ledger) -> None:
    gate, began = threading.Barrier(AT_ONCE), list[datetime]()

    def slow(ledger: Ledger, now: datetime) -> str:
        began.append(now)
        done.wait(90)
        return "gedaan"

    def start(_: int) -> list[str]:
        gate.wait()
        said = run_daily_rounds(either, MORNING, (slow,))
        if not said:
            others.release()
        return said

    done, others = threading.Event(), threading.Semaphore(0)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = [pool.submit(start, number) for number in range(AT_ONCE)]
        for _ in range(AT_ONCE - 1):
            assert others.acquire(timeout=60), "more than one does it"
        done.set()
    assert sorted((one.result() for one in told), key=len) == [[]] * (AT_ONCE - 1) + [["gedaan"]]
    assert len(began) == 1


@pytest.mark.parametrize("broke", [RuntimeError("KANARIE"), Unfinished("NRC weg")])
def test_a_round_that_broke_or_ended_half_is_done_again_the_same_day(still: Ledger, broke: str | Exception) -> None:
    work, also = Work([broke, broke]), Work(__name__="anders")
    for hour in range(5):
        run_daily_rounds(still, MORNING + timedelta(hours=hour), (work, also))
        run_daily_rounds(still, MORNING + timedelta(hours=hour, minutes=59), (work, also))
    assert work.began == [MORNING + timedelta(hours=hour) for hour in range(3)]
    assert also.began == [MORNING], "a round that was done well is not done again"


def test_a_round_that_broke_is_told_by_its_code_or_by_its_kind_and_never_by_its_text(still: Ledger) -> None:
    broke = [OutsideFailure("KR-ADMINISTRATIE-BEZET"), RuntimeError("KANARIE")]
    for how in (run_partner_rounds, run_daily_rounds):
        told = [
            said
            for number, one in enumerate(broke)
            for said in how(still, MORNING, (Work([one], __name__=f"r{number}"),))
        ]
        assert told == ["r0 niet gelukt (KR-ADMINISTRATIE-BEZET)", "r1 niet gelukt (RuntimeError)"]


def test_a_round_that_could_not_be_done_all_day_has_its_turn_in_the_night(still: Ledger) -> None:
    work = Work([Unfinished("weg")] * 99)
    now = MORNING
    while now < MORNING + timedelta(hours=24):
        run_daily_rounds(still, now, (work,))
        now += timedelta(minutes=2)
    assert len(work.began) == 24


def test_who_dies_in_a_round_holds_it_for_the_lease(still: Ledger) -> None:
    work = Work([KeyboardInterrupt()])
    with suppress(KeyboardInterrupt):
        run_daily_rounds(still, MORNING, (work,))
    run_daily_rounds(still, MORNING + LEASE - timedelta(seconds=1), (work,))
    assert work.began == [MORNING]
    run_daily_rounds(still, MORNING + LEASE, (work,))
    assert work.began == [MORNING, MORNING + LEASE]


def test_who_slept_past_the_lease_and_failed_does_not_undo_that_another_did_it(still: Ledger) -> None:
    assert claim_turn(still, "nalezen", MORNING)
    assert claim_turn(still, "nalezen", MORNING + LEASE)
    settle_turn(still, "nalezen", MORNING + LEASE, done=True)
    settle_turn(still, "nalezen", MORNING + LEASE, done=False)
    assert not claim_turn(still, "nalezen", MORNING + LEASE + AGAIN)


def test_a_turn_that_was_written_by_a_wrong_clock_keeps_nobody_away(still: Ledger) -> None:
    for written in ("2031-01-01", f"2026-06-02 {MORNING + timedelta(days=300)}"):
        with still.unit_of_work(now=MORNING, actor=SYSTEM) as uow:
            put(uow, "daily:nalezen", written)
        assert claim_turn(still, "nalezen", MORNING), written
        settle_turn(still, "nalezen", MORNING, done=False)
        assert claim_turn(still, "nalezen", MORNING + AGAIN), "and it is tried again as ever"


def test_the_clock_of_a_round_goes_on_so_that_its_lease_counts_from_its_own_begin(ledger: Ledger) -> None:
    first, second = Work(__name__="eerste"), Work(__name__="tweede")
    run_daily_rounds(ledger, MORNING, (first, second))
    assert MORNING < first.began[0] < second.began[0] < MORNING + timedelta(minutes=1)
    with ledger.reading() as session:
        assert (get(session, "daily:eerste"), turn_of(session, "tweede").due(MORNING)) == ("2026-06-03", False)


def test_what_comes_too_late_is_left_for_the_next_round() -> None:
    assert list(in_time(range(3))) == [0, 1, 2]
    assert list(in_time(range(3), 0.0)) == []


def test_of_several_partners_one_that_was_away_makes_the_round_unfinished() -> None:
    whole, half = told_of("lijst", ["A 1", "B 2"]), told_of("lijst", ["A 1", Unfinished("B weg")])
    assert (whole, half, told_of("lijst", [])) == ("lijst: A 1, B 2", "lijst: A 1, B weg", "")
    assert [isinstance(one, Unfinished) for one in (whole, half)] == [False, True]


def test_each_round_has_a_turn_of_its_own() -> None:
    from tasks.partner_rounds import DAILY

    names = [work.__name__ for work in DAILY]
    assert len(set(names)) == len(names)


_: PartnerRound = Work()
