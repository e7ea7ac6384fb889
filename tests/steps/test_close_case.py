"""S22: closing takes two people, and never a hand-over, a feedback or a risk that nobody took."""

import pytest

from domain.errors import StateRefusal
from tests.chain import Chain
from tests.region import VT
from tests.stages import decided, fed_back, informed, offered, started
from tests.steps.test_monitoring import SAFE

WORD = "close_case"


def closable(chain: Chain) -> Chain:
    """No follow-up was decided; everyone who must know, knows."""
    informed(fed_back(decided(chain, "no_follow_up")))
    return chain


def monitored(chain: Chain) -> Chain:
    """Mon 7 Dec 2026: monitoring found lasting safety."""
    fed_back(informed(started(chain)))
    chain.record("monitoring/1", "VT-201", "2026-09-02T10:00", **SAFE, outcome="close")
    return chain


def test_it_has_an_owner_and_no_clock(chain: Chain) -> None:
    closable(chain)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("", "VT-201")
    assert chain.told(WORD, "NOTICE") == ["VT-201"]


def test_only_veilig_thuis_closes(chain: Chain) -> None:
    assert closable(chain).may_record(WORD) == VT


def test_what_is_not_done_stands_in_the_way(chain: Chain) -> None:
    decided(chain, "no_follow_up")
    assert chain.missing(WORD, "VT-201", outcome="closed") == (
        "terugkoppeling aan de melder",
        "betrokkenen informeren",
        "risico R1",
        "monitor afgerond, of de reden",
        "rechten verteld",
    )


def test_a_hand_over_that_is_not_accepted_stands_in_the_way(chain: Chain) -> None:
    informed(fed_back(offered(chain))).open(WORD, "VT-201")
    given = {"risk_R1": "held", "rights_told": "yes", "no_monitoring_reason": "ended", "outcome": "closed"}
    assert chain.missing(WORD, "VT-201", **given) == ("de overdracht loopt nog",)
    assert chain.case.sight == "VT-KUST"


def test_a_further_report_that_nobody_assessed_stands_in_the_way(chain: Chain) -> None:
    closable(chain).report("2026-05-04T09:00", accepted_by="")
    given = {"risk_R1": "held", "rights_told": "yes", "no_monitoring_reason": "ended", "outcome": "closed"}
    unread = ("een melding is nog niet beoordeeld",)
    assert chain.missing(WORD, "VT-201", **given) == unread
    chain.record("report_intake", "VT-911", outcome="accepted")
    assert unread[0] in chain.missing(WORD, "VT-201", **given)


@pytest.mark.parametrize("end", ["resolved", "held"])
def test_closed_without_a_hand_over_nobody_holds_sight_and_nothing_is_open(chain: Chain, end: str) -> None:
    closable(chain)
    given = {"risk_R1": end, "rights_told": "yes", "no_monitoring_reason": "no_unsafety", "outcome": "closed"}
    assert chain.record(WORD, "VT-201", **given).waits_for
    assert chain.follows(WORD, "VT-209", approval="yes") == set()
    case = chain.case
    assert (case.state, case.status, case.sight) == ("closed", "VT-03", "")
    assert (chain.open_words(), chain.planned_words()) == ([], [])
    assert [(bool(risk.resolved_at), risk.owner) for risk in chain.risks()] == [(end == "resolved", "VT-KUST")]


def test_closed_after_monitoring_the_status_says_it_was_handed_over(chain: Chain) -> None:
    monitored(chain)
    chain.record("one_plan", "WT-201", safety_agreements="yes", outcome="agreed")
    given = {"risk_R1": "resolved", "rights_told": "yes", "outcome": "closed"}
    assert chain.record(WORD, "VT-201", "2027-12-06T10:00", **given).waits_for
    chain.record(WORD, "VT-202", approval="yes")
    assert (chain.case.status, f"{chain.case.retention_until}") == ("VT-02", "2047-12-06")


def test_nobody_closes_alone(chain: Chain) -> None:
    closable(chain)
    given = {"risk_R1": "held", "rights_told": "yes", "no_monitoring_reason": "board", "outcome": "closed"}
    chain.record(WORD, "VT-202", **given)
    for code in ("VT-201", "VT-202", "WT-209", "CM-001", "VT-990"):
        chain.refused("KR-EIGEN-AKKOORD", WORD, code, approval="yes")
    assert chain.missing(WORD, "VT-203", approval="no") == ("de tweede persoon is niet akkoord",)
    assert chain.case.state == "decided"


def test_a_closed_case_refuses_every_act(chain: Chain) -> None:
    closable(chain)
    given = {"risk_R1": "held", "rights_told": "yes", "no_monitoring_reason": "ended", "outcome": "closed"}
    chain.record(WORD, "VT-201", **given)
    chain.record(WORD, "VT-209", approval="yes")
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome="closed")
    with pytest.raises(StateRefusal, match="KR-ZAAK-GESLOTEN"):
        chain.open("out_of_sight", "VT-201")
    with pytest.raises(StateRefusal, match="KR-ZAAK-GESLOTEN"):
        chain.join("child", 2026)
    assert chain.sweep("2027-01-01T08:00").steps == 0


def test_opened_by_hand_a_second_time_it_is_refused(chain: Chain) -> None:
    closable(chain)
    with pytest.raises(StateRefusal, match="KR-STAP-LOOPT"):
        chain.open(WORD, "VT-201")
