"""S08: the reporter hears twice what was done: after the decision, and at the end of the service (Wmo 2015 4.1.1)."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import decided, handed_over


def test_the_first_feedback_is_due_one_working_day_after_the_decision(chain: Chain) -> None:
    decided(chain)
    assert (chain.due("reporter_feedback/1-"), chain.step("reporter_feedback").owner) == ("2026-04-29", "VT-201")


def test_the_second_is_due_five_working_days_after_the_hand_over(chain: Chain) -> None:
    handed_over(chain)
    assert chain.due("reporter_feedback/2-") == "2026-06-11"


def test_only_veilig_thuis_speaks_to_the_reporter(chain: Chain) -> None:
    assert decided(chain).may_record("reporter_feedback") == VT


def test_given_says_how_and_what(chain: Chain) -> None:
    decided(chain)
    gaps = ("hoe teruggekoppeld", "wat is verteld")
    assert chain.missing("reporter_feedback", "VT-201", outcome="given") == gaps
    given = {"channel": "letter", "told": "conditions", "told_on": "2026-04-28", "outcome": "given"}
    assert chain.follows("reporter_feedback", "VT-201", **given) == set()
    chain.refused("KR-STAP-GESLOTEN", "reporter_feedback", "VT-201", outcome="withheld")


@pytest.mark.parametrize("reason", ["danger", "not_wanted", "unreachable"])
def test_withheld_says_why(chain: Chain, reason: str) -> None:
    decided(chain)
    assert chain.missing("reporter_feedback", "VT-201", outcome="withheld") == ("reden van niet terugkoppelen",)
    assert chain.follows("reporter_feedback", "VT-201", withheld_reason=reason, outcome="withheld") == set()


def test_feedback_cannot_have_been_given_tomorrow(chain: Chain) -> None:
    decided(chain)
    chain.refused("KR-DATUM-TOEKOMST", "reporter_feedback", "VT-201", told_on="2026-04-29")


ENDINGS = [
    ("investigation", {"family_told": "yes", "outcome": "refuted"}),
    ("protection_request", {"sent_on": "2026-04-28", "municipality_told": "yes", "outcome": "accepted"}),
    ("regional_custom", {"outcome": "ended"}),
]


@pytest.mark.parametrize(("service", "given"), ENDINGS)
def test_a_service_that_ends_the_case_owes_the_second_feedback_too(
    chain: Chain, service: str, given: dict[str, str]
) -> None:
    decided(chain, service)
    opened = chain.follows(service, "VT-201", **given, after_service="close")
    assert opened == {"close_case", "reporter_feedback"}
    assert chain.due("reporter_feedback/2-") == "2026-05-06"
