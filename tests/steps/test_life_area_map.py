"""S13: the life areas of each member; the scores stay with the organisation, here are only counts."""

from typing import Any

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import visited

WORD = "life_area_map"
MAPPED = {f"mapped_{key}": "yes" for key in "ABCD"}


def test_it_is_due_ten_working_days_after_the_visit_and_is_of_the_local_team(chain: Chain) -> None:
    visited(chain)
    step = chain.step(WORD)
    assert (chain.due(WORD), step.owner, step.team, step.organisation) == (
        "2026-05-22",
        "WT-201",
        "WT-MEERDORP",
        "CJG-MEERDORP",
    )


def test_both_parties_record_and_nobody_else(chain: Chain) -> None:
    assert visited(chain).may_record(WORD) == VT | LOCAL


def test_complete_means_everyone(chain: Chain) -> None:
    visited(chain)
    given: dict[str, Any] = {"mapped_A": "yes", "low_A": 3, "mapped_C": "no", "outcome": "complete"}
    assert chain.missing(WORD, "WT-201", **given) == (
        "Volwassene B (41 jaar): leefgebieden",
        "Kind C (14 jaar): leefgebieden",
        "Kind D (9 jaar): leefgebieden",
    )
    assert chain.form(WORD).values["low_A"] == 3
    assert chain.follows(WORD, "WT-201", **MAPPED, outcome="complete") == set()
    chain.refused("KR-STAP-GESLOTEN", WORD, "WT-201", outcome="partly")


def test_partly_closes_with_what_there_is(chain: Chain) -> None:
    visited(chain)
    assert chain.follows(WORD, "WT-202", mapped_A="yes", outcome="partly") == set()


@pytest.mark.parametrize("number", [14, -1, "veel"])
def test_the_number_of_low_areas_is_at_most_thirteen(chain: Chain, number: object) -> None:
    visited(chain)
    chain.refused("KR-GETAL-ONGELDIG", WORD, "WT-201", low_A=number)


def test_too_late_the_local_team_lead_hears(chain: Chain) -> None:
    visited(chain)
    chain.sweep("2026-05-26T08:00")
    assert chain.told(WORD, "L1") == ["WT-201", "WT-209"]
