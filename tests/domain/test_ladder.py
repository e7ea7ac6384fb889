"""The ladder in time: which rung is due when, and when the alarm sounds (domain 2.2)."""

from datetime import date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from domain.dutch import AMSTERDAM
from domain.ladder import Decision, Lateness, decide, first_action, rungs_of
from domain.process import PROCESS, step_of
from domain.step import Step
from domain.terms import at_hour
from integrations.policy_file import load_policy

POLICY = load_policy()
NORMAL, CHAIN, READ, ALARM, MONITOR = (
    step_of(word) for word in ("safety_assessment", "warm_handover", "report_intake", "acute_action", "monitoring")
)
QUARTER = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=AMSTERDAM)


def end(day: str) -> datetime:
    return at(f"{day}T23:59:59")


def times(step: Step, late: Lateness) -> dict[str, str]:
    return {rung.name: f"{rung.at.astimezone(AMSTERDAM):%m-%d %H:%M}" for rung in rungs_of(step, late, POLICY)}


ASSESSMENT = Lateness(at("04-20T22:05"), end("04-28"))
REFUSED = Lateness(at("05-26T11:00"), end("06-09"), stalled_at=at("06-05T11:00"))
ACUTE = Lateness(at("04-03T15:45"), at("04-04T15:45"), acute=True)


def test_a_step_reminds_a_working_day_before_and_climbs_in_working_days_after() -> None:
    assert times(NORMAL, ASSESSMENT) == {
        "R": "04-24 08:00",  # Monday the 27th is King's Day
        "L1": "04-29 08:00",
        "L2": "04-30 08:00",
        "L3": "05-06 08:00",  # 5 May lies between
        "L4": "05-13 08:00",
    }


def test_a_step_that_opens_after_its_reminder_moment_is_not_reminded() -> None:
    assert "R" not in times(NORMAL, Lateness(at("04-24T08:00"), end("04-28")))
    assert "R" in times(NORMAL, Lateness(at("04-24T07:59"), end("04-28")))


def test_a_step_without_a_clock_never_climbs() -> None:
    late = Lateness(at("04-20T22:05"), None)
    assert times(NORMAL, late) == {}
    assert first_action(NORMAL, late, POLICY, at("04-20T22:05")) is None


def test_an_hour_that_ran_out_is_heard_at_that_hour() -> None:
    late = Lateness(at("04-24T22:05"), at("04-25T00:05"))  # Friday night
    assert times(READ, late) == {"L1": "04-25 00:05", "L2": "04-29 08:00", "L3": "05-04 08:00", "L4": "05-12 08:00"}


def test_monitoring_reminds_ten_and_five_working_days_ahead_also_at_the_moment_it_opens() -> None:
    late = Lateness(at("08-21T08:00"), end("09-04"))
    assert list(times(MONITOR, late).items())[:3] == [
        ("R10", "08-21 08:00"),
        ("R5", "08-28 08:00"),
        ("L1", "09-07 08:00"),
    ]
    assert first_action(MONITOR, late, POLICY, at("08-21T08:00")) == at("08-21T08:00")


def test_a_refusal_climbs_from_the_moment_of_the_refusal() -> None:
    assert times(CHAIN, REFUSED) == {"L1": "06-05 11:00", "L2": "06-09 08:00", "L3": "06-12 08:00", "L4": "06-19 08:00"}
    assert first_action(CHAIN, REFUSED, POLICY, at("06-05T11:00")) == at("06-05T11:00")


def test_a_refusal_after_the_due_date_buys_no_time() -> None:
    late = Lateness(at("05-26T11:00"), end("06-09"), stalled_at=at("06-12T15:00"))
    assert times(CHAIN, late)["L3"] == "06-16 08:00"


def test_a_moved_deadline_moves_every_rung() -> None:
    moved = Lateness(at("04-20T22:05"), end("05-12"))
    assert times(NORMAL, moved)["R"] == "05-11 08:00"
    assert first_action(NORMAL, moved, POLICY, at("04-28T10:00")) == at("05-11T08:00")


def test_a_step_that_opens_late_is_looked_at_at_once() -> None:
    late = Lateness(at("05-18T10:00"), end("04-28"))
    looked = first_action(NORMAL, late, POLICY, at("05-18T10:00"))
    assert looked == at("04-29T08:00")
    decision = decide(NORMAL, late, POLICY, looked, at("05-18T10:00"))
    assert (decision.rungs, decision.next_at) == ((("L1", 1), ("L2", 1), ("L3", 1), ("L4", 1)), None)


@pytest.mark.parametrize(
    ("moment", "rungs", "next_at"),
    [
        ("04-24T08:00", (("R", 1),), "04-29T08:00"),
        ("04-29T07:59", (("R", 1),), "04-29T08:00"),
        ("04-29T08:00", (("R", 1), ("L1", 1)), "04-30T08:00"),
        ("05-07T09:00", (("R", 1), ("L1", 1), ("L2", 1), ("L3", 1)), "05-13T08:00"),
    ],
)
def test_what_became_due_since_the_last_look_is_decided_together(
    moment: str, rungs: tuple[tuple[str, int], ...], next_at: str
) -> None:
    assert decide(NORMAL, ASSESSMENT, POLICY, at("04-24T08:00"), at(moment)) == Decision(rungs, at(next_at))


# The alarm


@pytest.mark.parametrize(("minutes", "number"), [(0, 1), (14, 1), (15, 2), (44, 3), (60, 5)])
def test_an_alarm_sounds_at_once_and_each_quarter_counts_on(minutes: int, number: int) -> None:
    now = ACUTE.opened_at + timedelta(minutes=minutes)
    decision = decide(ALARM, ACUTE, POLICY, ACUTE.opened_at, now)
    assert decision == Decision((("ACUTE", number),), ACUTE.opened_at + number * QUARTER)


def test_after_an_outage_the_alarm_sounds_once_with_the_number_of_the_moment() -> None:
    decision = decide(ALARM, ACUTE, POLICY, ACUTE.opened_at, at("04-03T19:46"))
    assert (decision.rungs, decision.next_at) == ((("ACUTE", 17),), at("04-03T20:00"))


def test_an_alarm_that_was_heard_is_silent_until_the_clock_runs_out() -> None:
    heard = Lateness(ACUTE.opened_at, ACUTE.due_at, acute=True, acknowledged_at=at("04-03T16:02"))
    silent = decide(ALARM, heard, POLICY, at("04-03T16:15"), at("04-03T16:15"))
    assert silent == Decision((), ACUTE.due_at)
    late = decide(ALARM, heard, POLICY, at("04-04T15:45"), at("04-04T15:45"))
    assert late.rungs == (("ACUTE", 97),)


def test_an_alarm_that_was_heard_after_the_clock_ran_out_is_silent_for_good() -> None:
    heard = Lateness(ACUTE.opened_at, ACUTE.due_at, acute=True, acknowledged_at=at("04-04T15:50"))
    assert decide(ALARM, heard, POLICY, at("04-04T16:00"), at("04-04T16:00")) == Decision((), None)


def test_an_alarm_knows_no_reminders_and_no_working_days() -> None:
    assert times(ALARM, ACUTE) == {}


opened = st.dates(date(2026, 1, 5), date(2027, 12, 1)).map(lambda day: at_hour(day, 10))


@settings(deadline=None, max_examples=200)
@given(opened, st.integers(1, 90), st.lists(st.integers(1, 40 * 24), min_size=1, max_size=12), st.sampled_from(PROCESS))
def test_however_the_sweeps_fall_every_rung_is_decided_exactly_once(
    start: datetime, days: int, waits: list[int], step: Step
) -> None:
    late = Lateness(start, start + timedelta(days=days))
    looked, now = first_action(step, late, POLICY, start), start
    decided: list[str] = []
    for hours in waits:
        now += timedelta(hours=hours)
        if looked is not None and looked <= now:
            decision = decide(step, late, POLICY, looked, now)
            decided += [rung for rung, _ in decision.rungs if rung != "ACUTE"]
            looked = decision.next_at
            assert looked is None or looked > now
    assert decided == [rung.name for rung in rungs_of(step, late, POLICY) if rung.at <= now]
