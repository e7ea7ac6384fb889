"""Figures, counted by hand on small cases, through the reports of the command line and the task behind them."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import Session

from domain.figures import REGION, Period, fortnight, half_year
from domain.moments import parse_moment
from integrations.ledger.policy import policy_of
from tasks.read_figures import figures_of, read_figures
from tests.cli.trial import Trial, decide, moment

INSIDE = ("--internal", "--by", "KR-001")


def counts(trial: Trial, period: Period, known: str, place: str = "MEERDORP") -> Mapping[str, int]:
    """All counts of one place."""
    with trial.ledger.reading() as session:
        return figures_of(session, policy_of(session), period, moment(known)).counts[place]


def some(found: Mapping[str, int], *names: str) -> list[int]:
    """A few of them, in this order."""
    return [found[name] for name in names]


def test_reports_count_by_receipt_and_by_the_class_the_check_found(trial: Trial, reference: str) -> None:
    trial.receive("2026-04-26T23:59", "M-2", on_regular_waiting_list=True)
    trial.receive("2026-04-27T00:00", "M-3")
    trial.receive("2026-04-22T10:00", "M-4", household="H-M-1", classification="follow_up_during_assessment")
    given = {"earlier_reports": 2, "register": "no_match", "outcome": "repeat_one_known"}
    trial.record(reference, "history_check", "VT-201", "2026-04-23T09:00", **given)
    found = counts(trial, fortnight(parse_moment("2026-01-05").date(), parse_moment("2026-04-27").date()), "2026-05-01")
    names = ("reports", "reports_first", "reports_repeat", "reports_follow_up", "reports_on_waiting_list")
    assert some(found, *names) == [3, 1, 1, 1, 1]
    assert some(found, "reporter_police", "concern_child_abuse", "cases_opened", "cases_open") == [3, 3, 2, 2]


def test_assessments_on_time_late_open_and_overdue(trial: Trial, reference: str) -> None:
    trial.receive("2026-04-20T09:00", "M-2")
    late = trial.receive("2026-04-07T09:00", "M-3", municipality="DUINWIJK")
    decide(trial, reference)
    trial.record(late, "immediate_safety_check", "VT-911", "2026-04-20T08:00", outcome="not_acute")
    trial.record(
        late, "history_check", "VT-101", "2026-04-20T09:00", earlier_reports=0, register="no_match", outcome="first"
    )
    heard = {"heard_A": "yes", "heard_B": "refuses", "heard_C": "refuses", "outcome": "no_unsafety"}
    again = {"followup_B": "2026-04-29", "followup_C": "2026-04-29"}
    trial.record(late, "safety_assessment", "VT-101", "2026-04-20T10:00", **heard, **again)
    trial.record(late, "safety_assessment", "VT-901", "2026-04-20T11:00", approval="yes")
    april = half_year("2026-1")
    names = ("assessments_done", "assessments_on_time", "assessments_late", "assessments_open", "assessments_overdue")
    assert some(counts(trial, april, "2026-04-29T00:00"), *names) == [1, 1, 0, 1, 1]
    assert some(counts(trial, april, "2026-04-28T23:59"), *names) == [1, 1, 0, 1, 0]
    assert some(counts(trial, april, "2026-04-29T00:00", "DUINWIJK"), *names) == [1, 0, 1, 0, 0]
    assert some(counts(trial, april, "2026-04-29T00:00", REGION), *names) == [2, 1, 1, 1, 1]
    children = ("children_in_assessments", "children_heard", "assessments_all_spoken")
    assert some(counts(trial, april, "2026-04-29T00:00", "DUINWIJK"), *children) == [1, 0, 0]
    assert some(counts(trial, april, "2026-04-29T00:00"), *children) == [1, 1, 1]


def test_waiting_counts_what_nobody_began_and_what_has_a_cause(trial: Trial, reference: str) -> None:
    trial.receive("2026-04-20T09:00", "M-2")
    delayed = trial.receive("2026-04-18T09:00", "M-3")
    trial.record(delayed, "safety_assessment", "VT-201", "2026-04-21T08:00", heard_A="yes")
    half, names = half_year("2026-1"), ("waiting", "waiting_assessment", "waiting_median_days")
    assert some(counts(trial, half, "2026-04-24T22:05"), *names) == [2, 2, 4]
    trial.record(delayed, "safety_assessment", "VT-201", "2026-04-22T08:00", delay_cause="vt_capacity")
    found = counts(trial, half, "2026-04-24T22:05")
    assert some(found, *names, "delay_vt_capacity") == [3, 3, 4, 1]
    assert some(counts(trial, half, "2026-04-21T09:00"), *names) == [2, 2, 0]


def test_visits_services_and_lateness_by_cause(trial: Trial, reference: str) -> None:
    decide(trial, reference)
    visit = {"visited_on": "2026-05-07", "seen_C": "yes", "told_voluntary": "yes", "outcome": "joint"}
    trial.record(reference, "joint_first_home_visit", "VT-201", "2026-04-30T10:00", delay_cause="waits_for_partner")
    trial.record(reference, "joint_first_home_visit", "VT-201", "2026-05-07T16:00", **visit)
    found = counts(trial, half_year("2026-1"), "2026-05-10T00:00")
    assert some(found, "visits_done", "visits_joint", "visits_on_time", "visits_late") == [1, 1, 0, 1]
    # due Mon 4 May (King's Day skipped); 5 May is a holiday, so Wed 6 and Thu 7 May are late
    assert some(found, "overdue_steps_waits_for_partner", "overdue_days_waits_for_partner") == [1, 2]
    running = counts(trial, half_year("2026-1"), "2026-05-06T12:00")
    assert some(running, "visits_done", "overdue_days_waits_for_partner") == [0, 1]


def test_out_of_sight_is_new_then_open_then_ended(trial: Trial, reference: str) -> None:
    trial.run("step", "open", reference, "out_of_sight", "--by", "VT-201", "--now", "2026-05-12T10:00")
    found = {"trigger": "moved", "last_seen_on": "2026-05-01", "tries": 2, "outcome": "back_in_sight"}
    trial.record(reference, "out_of_sight", "VT-201", "2026-06-09T10:00", **found)
    anchor, names = parse_moment("2026-01-05").date(), ("out_of_sight_new", "out_of_sight", "out_of_sight_ended")
    periods = [fortnight(anchor, parse_moment(day).date()) for day in ("2026-05-25", "2026-06-08", "2026-06-22")]
    assert [some(counts(trial, period, "2026-07-01"), *names) for period in periods] == [
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
    ]


def test_opening_stock_plus_in_minus_out_is_closing_stock(trial: Trial, reference: str) -> None:
    for number, day in enumerate(("2026-04-25", "2026-04-29", "2026-05-03"), start=2):
        trial.receive(f"{day}T12:00", f"M-{number}", municipality="DUINWIJK" if number == 3 else "MEERDORP")
    wrong = trial.receive("2026-05-04T09:00", "M-9", accepted_by="")
    trial.record(wrong, "report_intake", "VT-911", "2026-05-05T10:00", outcome="wrong_address")
    anchor = parse_moment("2026-01-05").date()
    first, second = (fortnight(anchor, parse_moment(day).date()) for day in ("2026-04-27", "2026-05-11"))
    for place in ("MEERDORP", "DUINWIJK", REGION):
        before, after = (counts(trial, period, "2026-06-01", place) for period in (first, second))
        assert before["cases_open"] + after["cases_opened"] - after["cases_closed"] == after["cases_open"]
    assert some(counts(trial, second, "2026-06-01", REGION), "cases_opened", "cases_closed") == [3, 1]


def test_the_same_cut_off_gives_the_same_numbers_whatever_is_recorded_later(trial: Trial, reference: str) -> None:
    words = ("report", "half-year", "--half", "2026-1", *INSIDE, "--json", "--cut-off")
    decide(trial, reference)
    before = trial.run(*words, "2026-04-24T12:00").json
    trial.receive("2026-04-22T10:00", "M-3", known_at="2026-04-25T10:00")
    visit = {"visited_on": "2026-05-07", "seen_C": "yes", "told_voluntary": "yes", "outcome": "joint"}
    trial.record(reference, "joint_first_home_visit", "VT-201", "2026-05-07T16:00", delay_cause="vt_capacity", **visit)
    trial.record(reference, "conditions_and_follow_up", "VT-201", "2026-05-08T10:00", delay_cause="waits_for_person")
    trial.run("step", "open", reference, "out_of_sight", "--by", "VT-201", "--now", "2026-05-12T10:00")
    assert trial.run(*words, "2026-04-24T12:00").json == before
    later = trial.run(*words, "2026-05-20T12:00").json["period"]["region"]
    assert before["period"]["region"]["reports"] == 1
    assert some(later, "reports", "visits_done", "out_of_sight", "delay_waits_for_person") == [2, 1, 1, 1]


def test_the_overview_is_public_by_default_and_hides_small_counts(trial: Trial) -> None:
    for number in range(2, 13):
        trial.receive("2026-04-21T10:00", f"M-{number}", municipality="DUINWIJK")
    where = ("report", "fortnightly", "--on", "2026-04-28", "--now", "2026-04-28T08:00", "--json")
    public = trial.run(*where).json
    towns = {town["code"]: town["counts"]["reports"] for town in public["period"]["municipalities"]}
    assert towns == {"DUINWIJK": None, "HAVENOORD": 0, "MEERDORP": None}
    assert (public["public"], public["published_on"], public["period"]["until"]) == (True, "2026-04-28", "2026-04-27")
    assert public["period"]["region"]["reports"] == 10
    inside = trial.run(*where, *INSIDE).json
    assert {town["code"]: town["counts"]["reports"] for town in inside["period"]["municipalities"]} == {
        "DUINWIJK": 11,
        "HAVENOORD": 0,
        "MEERDORP": 1,
    }
    assert trial.audit("cijfers-ingezien")[-1].actor == "KR-001"


def test_the_overview_reads_as_a_table_with_its_provenance(trial: Trial) -> None:
    shown = trial.run("report", "fortnightly", "--on", "2026-04-28", "--now", "2026-04-28T08:00").out
    assert "Periode: ma 13-04-2026 tot en met zo 26-04-2026" in shown
    assert "Gepubliceerd: di 28-04-2026" in shown
    assert "Gegevens tot: di 28-04-2026 08:00" in shown
    assert "Dit jaar: do 01-01-2026 tot en met zo 26-04-2026" in shown


@pytest.mark.parametrize(("by", "status"), [("VT-209", 0), ("VT-990", 0), ("KR-001", 0), ("VT-201", 1), ("WT-209", 1)])
def test_whole_numbers_are_for_some_roles_only(trial: Trial, by: str, status: int) -> None:
    words = ("report", "half-year", "--half", "2026-1", "--internal", "--by", by)
    done = trial.run(*words)
    assert (done.status, done.err.startswith("KR-ROL")) == (status, status == 1)


def test_an_unknown_municipality_is_refused(trial: Trial) -> None:
    with trial.ledger.reading() as session:
        assert asked(session)["reports"] == 1
        with pytest.raises(Exception, match="KR-GEMEENTE-ONBEKEND"):
            asked(session, municipality="NERGENS")


def asked(session: Session, **more: Any) -> Mapping[str, int]:
    """As a story asks."""
    return read_figures(session, policy_of(session), half="2026-1", **more)
