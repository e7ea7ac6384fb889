"""Nothing leaves outside working hours but an alarm and what goes to who is on duty; the rest becomes one digest."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deployments.demo import demo_policy
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Absence, Message, MessageState, Shift
from integrations.mail import Result, Verdict
from tasks import bundle_messages as bundling
from tasks.bundle_messages import Bundled, bundle_messages
from tasks.change_policy import change_policy
from tests.faults.tier import scaled
from tests.messages.rows import NOW, add_step, bundles, deliveries, messages, plan, planned
from tests.people.post import Post, cost
from tests.region import moment

EVENING = moment("2026-04-21T22:05")
NIGHT = moment("2026-04-22T03:00")
OPENING = moment("2026-04-22T08:00")
ON_CALL: dict[str, dict[str, Any]] = {"VT-102": {"roles": ["vt_on_call"]}}


def held(step_id: str, party: str = "VT-101", rung: str = "NOTICE") -> Message:
    """A message of the evening."""
    return planned(step_id, party, rung, planned_at=EVENING)


NOT_NOW = Result(Verdict.TEMPORARY, "smtp-451")


def test_at_night_only_an_alarm_leaves_and_what_goes_to_the_duty_desk(still: Ledger) -> None:
    plan(
        still,
        held("s-1"),
        held("s-2", "VT-102"),
        held("s-3", rung="ACUTE"),
        held("s-4", "CM-101", "L3"),
        people=ON_CALL,
    )
    post = Post()
    assert post.round(still, EVENING) == ["VT-101", "VT-102"]
    assert "urgente taak" in next(subject for who, subject, _ in post.mails if who == "VT-101")
    assert [bundle.any_hour for bundle in bundles(still)] == [True, True]
    assert [message.state for message in messages(still)] == ["planned", "sent", "sent", "planned"]
    assert post.round(still, NIGHT) == []
    assert post.round(still, OPENING - timedelta(seconds=1)) == []
    assert post.round(still, OPENING) == ["CM-101", "VT-101"]


def test_what_was_held_is_one_digest_a_person_in_the_first_round_after_opening(still: Ledger) -> None:
    held = [planned(f"s-{n}", code, planned_at=EVENING) for n in range(4) for code in ("VT-101", "LT-101")]
    plan(still, *held)
    assert bundle_messages(still, NIGHT) == Bundled()
    assert bundle_messages(still, OPENING) == Bundled(bundles=2, messages=8)
    assert not any(bundle.any_hour for bundle in bundles(still))


def test_a_weekend_and_a_holiday_are_no_working_time(still: Ledger) -> None:
    plan(still, planned("s-1", planned_at=moment("2026-04-24T19:00")))
    post = Post()
    for day in ("2026-04-25T10:00", "2026-04-26T10:00", "2026-04-27T10:00"):
        assert post.round(still, moment(day)) == []
    assert post.round(still, moment("2026-04-28T08:00")) == ["VT-101"]


def test_a_higher_rung_that_comes_during_the_night_takes_the_place_of_what_was_held(still: Ledger) -> None:
    plan(still, planned("s-1", planned_at=EVENING), planned("s-1", rung="L1", planned_at=OPENING))
    assert bundle_messages(still, OPENING) == Bundled(bundles=1, messages=1, silenced=1)


def test_a_second_try_waits_for_the_opening_too_and_that_of_an_alarm_does_not(still: Ledger) -> None:
    closing = moment("2026-04-21T17:59:30")
    plan(still, planned("s-1", planned_at=NOW), planned("s-2", "VT-102", "ACUTE", planned_at=NOW))
    post = Post(NOT_NOW, NOT_NOW)
    assert post.round(still, closing) == []
    assert post.round(still, closing + timedelta(minutes=2)) == ["VT-102"]
    [waiting] = [delivery for delivery in deliveries(still) if delivery.state == "temporary"]
    assert (waiting.next_try_at, waiting.attempts) == (OPENING, 1)
    assert post.round(still, NIGHT) == []
    assert post.round(still, OPENING) == ["VT-101"]


def test_who_has_a_shift_hears_everything_that_night_and_who_is_away_does_not(still: Ledger) -> None:
    plan(still, planned("s-1", planned_at=EVENING), planned("s-2", "VT-102", planned_at=EVENING))
    with still.unit_of_work(now=EVENING, actor=SYSTEM) as work:
        work.session.add_all(
            Shift(professional=code, from_at=EVENING, until_at=OPENING) for code in ("VT-101", "VT-102")
        )
        work.session.add(
            Absence(professional="VT-102", from_at=NOW, cause="sick", recorded_at=NOW, recorded_by="VT-102")
        )
    post = Post()
    assert post.round(still, NIGHT) == ["VT-101"]
    assert post.round(still, OPENING) == ["VT-201"]


def test_a_message_that_finds_somebody_on_duty_in_the_place_of_another_leaves_at_night(still: Ledger) -> None:
    plan(still, planned("s-1", planned_at=EVENING), people=ON_CALL | {"VT-101": {"active": False, "deputy": "VT-102"}})
    assert Post().round(still, NIGHT) == ["VT-102"]


@pytest.mark.parametrize("awake", [(), ("VT-102",)], ids=["nobody-awake", "a-desk"])
def test_a_night_round_costs_nothing_for_what_is_held(
    still: Ledger, awake: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    many = scaled(3_000, 20_000)
    plan(still, planned("s-0", planned_at=EVENING), people={code: {"roles": ["vt_on_call"]} for code in awake})
    few = _night_round(still)
    with still.unit_of_work(now=EVENING, actor=SYSTEM) as work:
        add_step(work.session, "s-1")
        work.session.add_all(planned("s-1", ordinal=n, planned_at=EVENING) for n in range(1, many))
    lots = _night_round(still)
    record_property("said", f"a night round: {few} steps of the database with 1 message held, {lots} with {many}")
    assert lots < few * 1.5 + 500
    assert {message.state for message in messages(still)} == {MessageState.PLANNED}


def test_a_night_round_moves_mails_that_wait_once_and_never_reads_them_again(
    still: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "LINES_AT_MOST", 1)
    plan(still, *(planned(f"s-{n}") for n in range(200)))
    assert bundle_messages(still, NOW).bundles == 200
    first, second = _night_round(still), _night_round(still)
    assert second < first / 3
    assert {delivery.next_try_at for delivery in deliveries(still)} == {OPENING}


def _night_round(ledger: Ledger) -> int:
    post = Post()
    return cost(ledger, lambda: post.round(ledger, NIGHT))


def test_the_demo_mails_at_any_hour_for_it_is_often_shown_at_night(still: Ledger) -> None:
    parties = ("VT-101", "VT-201", "LT-101", "LT-201", "PR-101")
    plan(still, *(held(f"s-{n}", party) for n, party in enumerate(parties)), held("s-9", "CM-101", "L4"))
    change_policy(still, demo_policy(), EVENING)
    assert Post().round(still, moment("2026-04-26T03:00")) == sorted([*parties, "CM-101"])
