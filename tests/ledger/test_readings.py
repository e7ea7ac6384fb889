"""What the command line reads, on each database: figures, lists of cases, the status."""

from datetime import datetime
from typing import Any

import pytest

from domain.figures import half_year
from integrations.ledger import Ledger
from integrations.ledger.policy import policy_of
from integrations.region_file import read_region
from tasks.examine_ledger import examine_ledger
from tasks.list_cases import Filter, list_cases
from tasks.make_ledger import make_ledger
from tasks.preview_messages import preview
from tasks.read_figures import figures_of
from tasks.show_case import show_case
from tasks.show_status import show_status
from tasks.sweep_deadlines import sweep_deadlines
from tests.cli.trial import BEGIN, KUSTLAND, Trial, decide, moment


@pytest.fixture
def filled(ledger: Ledger) -> Trial:
    """A trial ledger with two cases, one of which was decided upon, and a hand-over that was refused."""
    make_ledger(ledger, read_region(KUSTLAND), moment("2026-04-20T08:00"), virtual=True)
    trial = Trial.of(ledger)
    reference = trial.receive(BEGIN, "M-1")
    trial.receive("2026-04-21T10:00", "M-2", municipality="DUINWIJK", on_regular_waiting_list=True)
    decide(trial, reference)
    visit = {"visited_on": "2026-05-07", "seen_C": "yes", "told_voluntary": "yes", "outcome": "joint"}
    trial.record(reference, "joint_first_home_visit", "VT-201", "2026-05-07T16:00", delay_cause="vt_capacity", **visit)
    plan = {"agreements": 2, "covers_R1": "yes", "outcome": "agreed"}
    trial.record(reference, "safety_plan", "VT-201", "2026-05-08T09:00", **plan)
    trial.record(reference, "conditions_and_follow_up", "VT-201", "2026-05-08T10:00", next_act="offer_handover")
    trial.record(reference, "warm_handover", "VT-201", "2026-05-11T10:00", safe_contact_known="yes", offer="yes")
    trial.record(reference, "warm_handover", "WT-209", "2026-05-12T10:00", refusal_reason="capacity", outcome="refused")
    return trial


def test_figures_are_the_same_on_each_database(filled: Trial) -> None:
    with filled.ledger.reading() as session:
        found = figures_of(session, policy_of(session), half_year("2026-1"), moment("2026-05-18T10:00"))
    expected = {
        "reports": 1,
        "reports_first": 1,
        "assessments_on_time": 1,
        "children_heard": 1,
        "visits_late": 1,
        "handovers_offered": 1,
        "handovers_refused_capacity": 1,
        "waiting_handover": 1,
        "delay_vt_capacity": 1,
        "overdue_days_vt_capacity": 2,
        "overdue_days_handover_stalled": 3,
    }
    assert {name: found.counts["MEERDORP"][name] for name in expected} == expected
    assert found.counts["DUINWIJK"]["reports_on_waiting_list"] == 1
    assert found.counts["DUINWIJK"]["waiting_median_days"] == 27


def test_lists_sheets_previews_and_status_read_on_each_database(filled: Trial) -> None:
    ledger, now = filled.ledger, moment("2026-05-18T10:00")
    sweep_deadlines(ledger, now)
    for by, many in (("VT-101", 2), ("WT-201", 1), ("WT-101", 0), ("KR-001", 2), ("ZG-001", 0)):
        assert list_cases(ledger, by, now, Filter(), logged_at=now).total == many
    late = list_cases(ledger, "VT-101", now, Filter(late=True, municipality="MEERDORP"), logged_at=now)
    [line] = late.cases
    assert (line.late_steps > 0, _aware(line.next_due)) == (True, True)
    sheets = [show_case(ledger, line.reference, by, now, logged_at=now) for by in ("VT-201", "WT-201")]
    assert [len(sheet.risks) for sheet in sheets] == [1, 0]
    assert preview(ledger, now, moment("2026-06-30T10:00"))
    found = show_status(ledger, now)
    assert (found.stuck > 0, found.late > 0, found.audit_seq > 0) == (True, True, True)
    verdicts = {check.what: check.verdict for check in examine_ledger(ledger, now)}
    assert (verdicts["database"], verdicts["tabellen"], verdicts["logboek"], verdicts["regio"]) == ("ok",) * 4


def _aware(value: Any) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None
