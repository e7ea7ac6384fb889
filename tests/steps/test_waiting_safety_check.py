"""S09: sight on safety every seven days while a case waits; the rhythm never ends silently (clock C18)."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import offered

WORD = "waiting_safety_check"


@pytest.fixture
def waiting(chain: Chain) -> Chain:
    """Fri 5 Jun: the local team refuses, so the family waits."""
    given = {"refusal_reason": "capacity", "outcome": "refused"}
    offered(chain).record("warm_handover", "WT-209", "2026-06-05T11:00", **given)
    return chain


def test_the_first_is_due_a_week_after_the_refusal(waiting: Chain) -> None:
    assert (waiting.due(WORD), waiting.step(WORD).owner) == ("2026-06-12", "VT-201")


def test_only_veilig_thuis_checks(waiting: Chain) -> None:
    assert waiting.may_record(WORD) == VT


def test_a_check_says_with_whom(waiting: Chain) -> None:
    assert waiting.missing(WORD, "VT-201", outcome="safe_enough") == ("met wie gesproken",)


@pytest.mark.parametrize("done", ["2026-06-10T10:00", "2026-06-12T10:00", "2026-06-15T10:00"])
def test_early_or_late_the_next_is_due_a_week_after_this_one_was_due(waiting: Chain, done: str) -> None:
    assert waiting.follows(WORD, "VT-201", done, contact="family", outcome="safe_enough") == {WORD}
    assert waiting.due(WORD) == "2026-06-19"


def test_acute_opens_action_and_the_next_check_stays(waiting: Chain) -> None:
    given = {"contact": "professional", "outcome": "acute"}
    assert waiting.follows(WORD, "VT-201", "2026-06-12T10:00", **given) == {"acute_action", WORD}
    assert waiting.step("acute_action").acute
    assert waiting.due("acute_action") == "2026-06-13 10:00"


def test_a_family_that_is_not_reached_is_traced_and_the_next_check_stays(waiting: Chain) -> None:
    assert waiting.follows(WORD, "VT-201", "2026-06-12T10:00", outcome="lost") == {"out_of_sight", WORD}


def test_a_check_that_was_done_refuses_a_second_outcome(waiting: Chain) -> None:
    first = waiting.step(WORD)
    waiting.record(WORD, "VT-201", contact="both", outcome="safe_enough")
    waiting.refused("KR-STAP-GESLOTEN", f"{WORD}#{first.id}", "VT-201", outcome="lost")
