"""S21: the old region keeps responsibility until the new one has accepted in writing (clock C20)."""

from typing import Any

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import decided

WORD = "transfer_region"


@pytest.fixture
def moving(chain: Chain) -> Chain:
    """Mon 11 May: the family has moved to another region."""
    decided(chain).open("out_of_sight", "VT-201", "2026-05-11T10:00")
    given: dict[str, Any] = {
        "trigger": "moved",
        "last_seen_on": "2026-05-08",
        "tries": 2,
        "outcome": "moved_other_region",
    }
    chain.record("out_of_sight", "VT-201", **given)
    return chain


def test_it_is_due_five_working_days_after_the_move_was_confirmed(moving: Chain) -> None:
    assert (moving.due(WORD), moving.step(WORD).owner) == ("2026-05-19", "VT-201")


def test_only_veilig_thuis_transfers(moving: Chain) -> None:
    assert moving.may_record(WORD) == VT


@pytest.mark.parametrize("sent", [{}, {"package_sent": "no"}])
def test_it_is_not_accepted_before_the_package_was_sent_and_the_answer_came(
    moving: Chain, sent: dict[str, str]
) -> None:
    gaps = ("pakket verzonden", "datum van schriftelijke aanvaarding")
    assert moving.missing(WORD, "VT-201", **sent, outcome="accepted") == gaps


def test_accepted_in_writing_the_case_can_be_closed_and_not_before(moving: Chain) -> None:
    assert moving.case.sight == "VT-KUST"
    given = {"package_sent": "yes", "accepted_on": "2026-05-15", "outcome": "accepted"}
    assert moving.follows(WORD, "VT-201", "2026-05-15T16:00", **given) == {"close_case"}
    assert (moving.case.sight, moving.case.state) == ("VT-KUST", "in_service")
    moving.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome="bounced")


def test_not_accepted_it_stays_open_with_its_due_date(moving: Chain) -> None:
    assert moving.record(WORD, "VT-201", "2026-05-15T16:00", outcome="bounced").state == "open"
    assert moving.due(WORD) == "2026-05-19"
    moving.sweep("2026-05-20T08:00")
    assert moving.told(WORD, "L1") == ["VT-201", "VT-209", "WT-209"]
