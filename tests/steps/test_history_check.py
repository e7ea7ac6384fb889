"""S05: were they reported before? The register is consulted, and the assessment waits for it."""

from tests.chain import Chain
from tests.region import VT
from tests.stages import reported


def test_it_shares_the_five_working_days_of_the_assessment(chain: Chain) -> None:
    chain.report()
    assert chain.due("history_check") == chain.due("safety_assessment") == "2026-04-28"
    assert chain.step("history_check").owner == "VT-201"


def test_only_veilig_thuis_looks_up_the_history(chain: Chain) -> None:
    chain.report()
    assert chain.may_record("history_check") == VT


def test_it_does_not_close_before_the_register_was_consulted(chain: Chain) -> None:
    chain.report()
    gap = ("raadplegen van het VT-register",)
    assert chain.missing("history_check", "VT-201", earlier_reports=2, outcome="first") == gap
    assert chain.missing("history_check", "VT-201", register="not_yet", outcome="first") == gap
    assert chain.follows("history_check", "VT-201", register="match", outcome="repeat_one_known") == set()
    assert chain.form("history_check").values["earlier_reports"] == 2


def test_the_assessment_waits_for_it(chain: Chain) -> None:
    chain.report(persons="A:adult:1988")
    chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    given = {"heard_A": "yes", "outcome": "unclear"}
    assert chain.missing("safety_assessment", "VT-201", **given) == ("bekendheidscheck afronden",)
    chain.record("history_check", "VT-201", register="no_match", outcome="first")
    assert chain.follows("safety_assessment", "VT-201", outcome="unclear") == {"route_decision"}


def test_the_number_of_reports_is_a_number_within_bounds(chain: Chain) -> None:
    chain.report()
    for wrong in (100, -1, "drie", True):
        chain.refused("KR-GETAL-ONGELDIG", "history_check", "VT-201", earlier_reports=wrong)


def test_a_finished_check_refuses_a_second_outcome(chain: Chain) -> None:
    reported(chain).refused("KR-STAP-GESLOTEN", "history_check", "VT-201", outcome="first")
