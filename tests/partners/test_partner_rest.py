"""A system that asked for rest is left alone until then, whatever waits for it; a wrong clock keeps nobody silent."""

from datetime import timedelta

import pytest

from domain.delivery import LONGEST_WAIT
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.verdict import Result, Verdict
from tasks.partner_rest import MISSES, awake, leave_alone, rest, rest_after, resting, wake
from tests.region import moment

NOW = moment("2026-06-02T10:00")
HOUR = timedelta(hours=1)


def asked(ledger: Ledger, until: timedelta, whom: str = "melder:POL-KUST", after: timedelta = timedelta()) -> None:
    with ledger.unit_of_work(now=NOW + after, actor=SYSTEM) as uow:
        rest(uow, whom, NOW + until)


def rests(ledger: Ledger, after: timedelta = timedelta(), whom: str = "melder:POL-KUST") -> bool:
    with ledger.reading() as session:
        return resting(session, whom, NOW + after)


def test_who_asked_for_rest_rests_until_then_and_no_other(ledger: Ledger) -> None:
    assert not rests(ledger)
    asked(ledger, HOUR)
    assert rests(ledger, HOUR - timedelta(seconds=1))
    assert not rests(ledger, HOUR)
    assert not rests(ledger, whom="melder:ZORG")
    with ledger.reading() as session:
        assert awake(session, "melder", ["POL-KUST", "ZORG"], NOW) == {"ZORG"}
        assert awake(session, "overdracht", ["POL-KUST"], NOW) == {"POL-KUST"}


def test_a_shorter_rest_does_not_end_a_longer_one(ledger: Ledger) -> None:
    asked(ledger, 2 * HOUR)
    asked(ledger, HOUR)
    assert rests(ledger, HOUR)
    asked(ledger, 3 * HOUR)
    assert rests(ledger, 2 * HOUR)


def test_a_rest_from_a_clock_that_was_ahead_is_none_and_is_written_over(ledger: Ledger) -> None:
    asked(ledger, 30 * LONGEST_WAIT, after=29 * LONGEST_WAIT)
    assert not rests(ledger)
    asked(ledger, HOUR)
    assert rests(ledger)
    assert not rests(ledger, HOUR)


def test_who_is_woken_rests_no_more_until_it_asks_again(ledger: Ledger) -> None:
    asked(ledger, HOUR)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        wake(uow, "melder:POL-KUST")
    assert not rests(ledger)
    asked(ledger, HOUR)
    assert rests(ledger)


@pytest.mark.parametrize("wait", [0.0, 3600.0])
def test_an_answer_asks_for_as_long_as_it_says(ledger: Ledger, wait: float) -> None:
    busy = Unanswered(Result(Verdict.TEMPORARY, "http-429"), status=429, wait=wait)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        rest_after(uow, "melder:POL-KUST", busy)
        rest_after(uow, "melder:POL-KUST", None)
    assert rests(ledger) is (wait > 0)


@pytest.mark.parametrize(
    ("reason", "status", "wait", "left", "by_one"),
    [
        ("http-429", 429, 0.0, True, True),
        ("http-503", 503, 0.0, True, True),
        ("http-500", 500, 0.0, False, False),
        ("http-500", 500, 60.0, True, True),
        ("tijd-verstreken", 0, 0.0, True, False),
        ("grens-verstreken", 0, 0.0, True, False),
        ("geen-verbinding", 0, 0.0, True, True),
        ("relay-KR-GEHEIM", 0, 0.0, True, True),
        ("relay-http-401", 401, 0.0, True, False),
        ("relay-http-403", 403, 0.0, True, False),
        ("relay-http-403", 403, 60.0, True, True),
        ("http-404", 404, 0.0, False, False),
    ],
)
def test_who_is_too_busy_or_away_is_asked_no_more_this_round(
    reason: str, status: int, wait: float, left: bool, by_one: bool
) -> None:
    """`by_one`: at once, also by who asks about items that rights may keep from us one by one; else after some."""
    missed = Unanswered(Result(Verdict.TEMPORARY, reason), status=status, wait=wait)
    assert leave_alone(missed) is left
    assert leave_alone(missed, in_a_row=1) is by_one
    assert leave_alone(missed, in_a_row=MISSES) is left
    assert not leave_alone(None)
    assert not leave_alone(Unanswered(Result(Verdict.PERMANENT, reason="http-404"), status=404), in_a_row=MISSES)
