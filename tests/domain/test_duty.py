"""Working hours, shifts and absence: nothing that can wait leaves outside them, and everything leaves once (F94)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dutch import AMSTERDAM
from domain.duty import Duty, Span, next_opening, on_duty, working_time
from domain.parties import Professional, Role, Roster
from domain.policy import Policy, parse_policy
from domain.policy.model import Hours
from domain.terms import at_hour, local_date
from integrations.policy_file import default_policy

POLICY: Policy = parse_policy(default_policy())
CALENDAR = POLICY.calendar()
MINUTES = 6 * 365 * 24 * 60
MOMENTS = st.integers(0, MINUTES).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
HOURS = st.tuples(st.integers(0, 22), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1])


def hours(first: int = 8, last: int = 18, *roles: str) -> Hours:
    return Hours(from_hour=first, until_hour=last, always_on_duty=roles)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-04-21T08:00", "2026-04-21T08:00"),
        ("2026-04-21T17:59:59", "2026-04-21T17:59:59"),
        ("2026-04-21T18:00", "2026-04-22T08:00"),
        ("2026-04-21T07:59", "2026-04-21T08:00"),
        ("2026-04-24T22:05", "2026-04-28T08:00"),  # a weekend and the King's birthday
        ("2026-03-28T12:00", "2026-03-30T08:00"),  # over the night in which summer time begins
        ("2026-10-24T23:59", "2026-10-26T08:00"),  # and ends
    ],
)
def test_a_message_waits_for_the_first_working_hour(moment: str, opens: str) -> None:
    assert next_opening(at(moment), POLICY.hours, CALENDAR) == at(opens)


@given(MOMENTS, HOURS)
def test_the_opening_is_working_time_and_no_working_time_lies_before_it(
    moment: datetime, pair: tuple[int, int]
) -> None:
    rule = hours(*pair)
    opening = next_opening(moment, rule, CALENDAR)
    assert opening >= moment
    assert working_time(opening, rule, CALENDAR)
    assert opening.utcoffset() == timedelta()
    between = (opening - moment) // timedelta(minutes=30)
    assert not any(working_time(moment + n * timedelta(minutes=30), rule, CALENDAR) for n in range(between))


@given(MOMENTS, HOURS)
def test_an_opening_is_its_own_opening_and_never_more_than_five_days_off(
    moment: datetime, pair: tuple[int, int]
) -> None:
    rule = hours(*pair)
    opening = next_opening(moment, rule, CALENDAR)
    assert next_opening(opening, rule, CALENDAR) == opening
    assert opening - moment <= timedelta(days=5)
    wall = opening.astimezone(AMSTERDAM)
    assert opening == moment or (wall.hour, wall.minute) == (rule.from_hour, 0)


@given(MOMENTS, MOMENTS)
def test_who_waits_longer_never_leaves_sooner(one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    assert next_opening(first, POLICY.hours, CALENDAR) <= next_opening(last, POLICY.hours, CALENDAR)


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_every_working_day_has_ten_working_hours_whatever_the_clocks_do(day: date) -> None:
    start = at_hour(day, 0).astimezone(UTC)
    moments = [start + timedelta(minutes=30 * n) for n in range(52)]
    today = [moment for moment in moments if local_date(moment) == day]
    worked = [moment for moment in today if working_time(moment, POLICY.hours, CALENDAR)]
    assert len(worked) == (20 if CALENDAR.counts(day) else 0)


# Shifts and absence


NIGHT = at("2026-04-25T03:00")


def shift(code: str, begins: str, ends: str) -> Span:
    return Span(code, at(begins), at(ends))


def desk(duty: Duty, now: datetime | None = NIGHT) -> tuple[str, ...]:
    people = [Professional(f"VT-{n}", frozenset({Role.VT_ON_CALL}), "VT", "VT-1") for n in (1, 2, 3)]
    return Roster(people, duty, now).desk()


def test_an_alarm_goes_to_whose_shift_it_is_and_without_a_shift_to_the_whole_desk() -> None:
    duty = Duty((shift("VT-2", "2026-04-24T18:00", "2026-04-25T08:00"),))
    assert desk(duty) == ("VT-2",)
    assert desk(duty, at("2026-04-25T08:00")) == ("VT-1", "VT-2", "VT-3")
    assert desk(duty, None) == ("VT-1", "VT-2", "VT-3")


def test_who_reports_sick_during_a_shift_leaves_it_to_the_others() -> None:
    turn = shift("VT-2", "2026-04-24T18:00", "2026-04-25T08:00")
    both = (turn, shift("VT-3", "2026-04-24T18:00", "2026-04-25T08:00"))
    sick = (Span("VT-2", at("2026-04-25T01:00")),)
    assert desk(Duty(both, sick)) == ("VT-3",)
    assert desk(Duty((turn,), sick)) == ("VT-1", "VT-2", "VT-3")


SPANS = st.builds(
    lambda code, start, length: Span(code, start, start + timedelta(hours=length) if length else None),
    st.sampled_from(["VT-1", "VT-2", "VT-3", "VT-9"]),
    MOMENTS,
    st.integers(0, 72),
)


@given(st.lists(SPANS, max_size=6), st.lists(SPANS, max_size=6), MOMENTS)
def test_the_desk_is_never_empty_and_of_a_shift_that_covers_now_all_are_told(
    shifts: list[Span], away: list[Span], now: datetime
) -> None:
    duty = Duty(tuple(shifts), tuple(away))
    found = desk(duty, now)
    covered = {span.code for span in shifts if span.covers(now)} - {span.code for span in away if span.covers(now)}
    assert set(found) == (covered & {"VT-1", "VT-2", "VT-3"} or {"VT-1", "VT-2", "VT-3"})


def test_absences_that_follow_each_other_count_as_one() -> None:
    duty = Duty(
        (), (Span("VT-1", at("2026-05-01"), at("2026-05-04")), Span("VT-1", at("2026-05-04"), at("2026-05-11")))
    )
    assert duty.away_until("VT-1", at("2026-05-02")) == at("2026-05-11")
    assert duty.away_until("VT-1", at("2026-05-11")) is None
    assert duty.away_until("VT-2", at("2026-05-02")) is None


@given(st.lists(SPANS, max_size=8), MOMENTS)
def test_who_comes_back_at_a_moment_is_away_up_to_it_and_not_at_it(away: list[Span], now: datetime) -> None:
    duty = Duty((), tuple(away))
    for code in duty.away(now):
        back = duty.away_until(code, now)
        assert back is None or (code not in duty.away(back) and code in duty.away(back - timedelta(seconds=1)))


def test_who_is_always_on_duty_may_be_written_to_at_night_but_not_while_a_colleague_has_the_shift() -> None:
    roles = {"VT-1": {"vt_on_call"}, "VT-2": {"vt_on_call"}, "VT-3": {"vt_worker"}}
    always = hours(8, 18, "vt_on_call")
    assert on_duty(roles, Duty(), always, NIGHT) == {"VT-1", "VT-2"}
    duty = Duty((shift("VT-2", "2026-04-24T18:00", "2026-04-25T08:00"),))
    assert on_duty(roles, duty, always, NIGHT) == {"VT-2"}
    assert on_duty(roles, duty, hours(), NIGHT) == {"VT-2"}
    assert on_duty(roles, Duty(), hours(), NIGHT) == frozenset()
