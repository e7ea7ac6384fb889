"""S03: danger is judged within 24 elapsed hours of receipt, day and night, holidays included."""

import pytest

from tests.chain import Chain
from tests.region import VT


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-04-20T22:05", "2026-04-21 22:05"),
        ("2026-04-03T15:45", "2026-04-04 15:45"),  # Good Friday to Saturday (domain 7.2)
        ("2026-03-28T14:00", "2026-03-29 15:00"),  # the clock goes forward in this night
    ],
)
def test_the_clock_runs_through_night_weekend_and_summer_time(chain: Chain, received: str, due: str) -> None:
    chain.report(received)
    assert chain.due("immediate_safety_check") == due
    assert chain.step("immediate_safety_check").owner == "VT-911"


def test_only_veilig_thuis_judges_danger(chain: Chain) -> None:
    chain.report()
    assert chain.may_record("immediate_safety_check") == VT


def test_acute_needs_its_ground_and_opens_action_due_24_hours_after_receipt(chain: Chain) -> None:
    chain.report()
    assert chain.missing("immediate_safety_check", "VT-911", outcome="acute") == ("grond voor acuut",)
    given = {"outcome": "acute", "acute_ground": "disclosure"}
    assert chain.follows("immediate_safety_check", "VT-911", "2026-04-21T08:00", **given) == {"acute_action"}
    assert chain.due("acute_action") == "2026-04-21 22:05"
    assert chain.step("acute_action").acute


def test_not_acute_opens_nothing(chain: Chain) -> None:
    chain.report()
    assert chain.follows("immediate_safety_check", "VT-911", outcome="not_acute", suspicion="none") == set()
    chain.refused("KR-STAP-GESLOTEN", "immediate_safety_check", "VT-911", outcome="acute")


def test_a_report_that_may_be_acute_alarms_at_once_and_every_15_minutes(chain: Chain) -> None:
    chain.report("2026-04-03T15:45", possibly_acute=True)
    assert chain.told("immediate_safety_check", "ACUTE") == ["VT-911"]
    assert chain.sweep().planned == 0
    chain.sweep("2026-04-03T16:00")
    assert chain.told("immediate_safety_check", "ACUTE") == ["VT-911", "VT-911", "VT-209"]


def test_whoever_answers_has_heard_the_alarm(chain: Chain) -> None:
    chain.report(possibly_acute=True)
    chain.record("immediate_safety_check", "VT-911", "2026-04-20T22:10", suspicion="unclear")
    assert chain.sweep("2026-04-21T10:00").planned == 0
    chain.sweep("2026-04-21T22:05")
    assert chain.messages("immediate_safety_check")[-1].rung == "ACUTE"


def test_an_answer_after_the_clock_ran_out_silences_that_alarm_too(chain: Chain) -> None:
    chain.report(possibly_acute=True)
    chain.acknowledge("immediate_safety_check", "VT-911", "2026-04-20T22:10")
    assert chain.sweep("2026-04-21T22:05").planned > 0
    chain.record("immediate_safety_check", "VT-911", "2026-04-21T22:10", suspicion="unclear")
    assert chain.sweep("2026-04-22T08:00").planned == 0
