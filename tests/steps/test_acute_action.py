"""S04: direct safety within 24 hours of the report; where everyone is, is known before it closes."""

import pytest

from tests.chain import Chain
from tests.region import VT

HOME = {"where_A": "home", "where_B": "elsewhere_safe", "where_C": "home", "where_D": "unknown"}


@pytest.fixture
def acute(chain: Chain) -> Chain:
    """Tue 21 Apr 08:50: the duty desk finds a child in danger."""
    chain.report()
    given = {"outcome": "acute", "acute_ground": "physical_danger"}
    chain.record("immediate_safety_check", "VT-911", "2026-04-21T08:50", **given)
    return chain


def test_the_alarm_goes_to_the_duty_desk_at_once(acute: Chain) -> None:
    assert acute.told("acute_action", "ACUTE") == ["VT-911"]
    assert acute.messages("acute_action")[0].acute
    assert acute.due("acute_action") == "2026-04-21 22:05"


def test_only_veilig_thuis_records_the_action(acute: Chain) -> None:
    assert acute.may_record("acute_action") == VT


def test_it_asks_of_everyone_where_they_are_and_does_not_close_without(acute: Chain) -> None:
    assert acute.missing("acute_action", "VT-911", where_A="home", where_C="elsewhere_safe", outcome="restored") == (
        "genomen maatregel",
        "Volwassene B (41 jaar): waar nu",
        "Kind D (9 jaar): waar nu",
    )
    assert acute.form("acute_action").values == {"where_A": "home", "where_C": "elsewhere_safe"}


def test_safety_restored_leaves_the_assessment_to_go_on(acute: Chain) -> None:
    assert acute.follows("acute_action", "VT-911", measure="shelter", **HOME, outcome="restored") == set()
    assert "safety_assessment" in acute.open_words()
    acute.refused("KR-STAP-GESLOTEN", "acute_action", "VT-911", outcome="not_restored")


def test_safety_not_restored_goes_to_the_board(acute: Chain) -> None:
    given = {"measure": "police", **HOME, "outcome": "not_restored"}
    assert acute.follows("acute_action", "VT-911", **given) == {"protection_request"}


def test_taking_it_up_stops_the_repetition_but_not_the_clock(acute: Chain) -> None:
    acute.sweep("2026-04-21T09:20")
    acute.acknowledge("acute_action", "VT-209", "2026-04-21T09:25")
    assert acute.sweep("2026-04-21T12:00").planned == 0
    assert acute.due("acute_action") == "2026-04-21 22:05"
    assert acute.sweep("2026-04-21T22:05").planned > 0


def test_someone_who_sees_only_numbers_cannot_silence_an_alarm(acute: Chain) -> None:
    with pytest.raises(Exception, match="KR-ROL"):
        acute.acknowledge("acute_action", "CM-001")
