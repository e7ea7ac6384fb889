"""S14: every open risk has an agreement, whether the family asks for help or not."""

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import visited

WORD = "safety_plan"


def test_it_is_due_ten_working_days_after_the_visit(chain: Chain) -> None:
    visited(chain)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-05-22", "VT-201")


def test_both_parties_record_and_nobody_else(chain: Chain) -> None:
    assert visited(chain).may_record(WORD) == VT | LOCAL


def test_it_asks_after_each_open_risk(chain: Chain) -> None:
    visited(chain, "physical", "neglect")
    titles = {question.name: question.title for question in chain.form(WORD).questions}
    assert titles["covers_R2"] == "Risico R2 (Verwaarlozing): afspraak gemaakt?"


def test_it_does_not_close_while_a_risk_has_no_agreement(chain: Chain) -> None:
    visited(chain, "physical", "neglect")
    given = {"covers_R1": "yes", "covers_R2": "no", "outcome": "agreed"}
    assert chain.missing(WORD, "WT-201", **given) == ("afspraak bij risico R2", "aantal veiligheidsafspraken")
    assert chain.form(WORD).values == {"covers_R1": "yes", "covers_R2": "no"}
    assert chain.follows(WORD, "WT-201", covers_R2="yes", agreements=2, outcome="partly") == set()
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome="refused")


def test_an_agreement_is_at_least_one(chain: Chain) -> None:
    visited(chain)
    chain.refused("KR-GETAL-ONGELDIG", WORD, "VT-201", agreements=0)


def test_a_family_may_refuse_the_plan(chain: Chain) -> None:
    visited(chain)
    assert chain.follows(WORD, "VT-201", outcome="refused") == set()
    assert chain.risks()[0].resolved_at is None
