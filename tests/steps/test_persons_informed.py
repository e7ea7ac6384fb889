"""C6: the adults hear within four weeks that there is a report; two weeks longer, each time with a reason."""

from tests.chain import Chain
from tests.region import VT
from tests.stages import reported


def test_it_is_due_four_weeks_after_receipt_and_asks_after_the_adults(chain: Chain) -> None:
    reported(chain)
    assert chain.due("persons_informed") == "2026-05-18"
    assert [name for name in chain.asked("persons_informed") if name.startswith("informed_")] == [
        "informed_A",
        "informed_B",
    ]


def test_only_veilig_thuis_informs(chain: Chain) -> None:
    assert reported(chain).may_record("persons_informed") == VT


def test_it_does_not_close_while_an_adult_does_not_know(chain: Chain) -> None:
    reported(chain)
    given = {"informed_A": "phone", "informed_B": "no", "outcome": "informed"}
    assert chain.missing("persons_informed", "VT-201", **given) == ("Volwassene B (41 jaar) is niet geïnformeerd",)
    assert chain.form("persons_informed").values == {"informed_A": "phone", "informed_B": "no"}
    assert chain.follows("persons_informed", "VT-201", informed_B="talk", outcome="informed") == set()
    chain.refused("KR-STAP-GESLOTEN", "persons_informed", "VT-201", informed_B="letter")


def test_leaving_someone_out_needs_a_second_person(chain: Chain) -> None:
    reported(chain)
    given = {"informed_A": "phone", "informed_B": "not_possible", "outcome": "informed"}
    assert chain.record("persons_informed", "VT-201", **given).waits_for
    chain.refused("KR-EIGEN-AKKOORD", "persons_informed", "VT-201", approval="yes")
    assert chain.record("persons_informed", "VT-209", approval="yes").state == "done"


def test_every_extension_gives_two_weeks_also_for_the_same_reason(chain: Chain) -> None:
    reported(chain)
    chain.record("persons_informed", "VT-201", "2026-05-15T10:00", extension="safety")
    assert chain.due("persons_informed") == "2026-06-01"
    chain.record("persons_informed", "VT-201", "2026-05-29T10:00", extension="safety")
    step = chain.step("persons_informed")
    assert (chain.due("persons_informed"), step.deadline_version) == ("2026-06-15", 3)
    assert step.explanation.count("verlengd") == 2


def test_an_extension_re_arms_the_reminder(chain: Chain) -> None:
    reported(chain)
    chain.sweep("2026-05-15T08:00")
    chain.record("persons_informed", "VT-201", "2026-05-15T10:00", extension="evidence")
    assert chain.sweep("2026-05-19T08:00").planned == 0
    chain.sweep("2026-05-29T08:00")
    assert chain.told("persons_informed", "R") == ["VT-201", "VT-201"]


def test_another_answer_does_not_extend(chain: Chain) -> None:
    reported(chain)
    chain.record("persons_informed", "VT-201", extension="safety")
    chain.record("persons_informed", "VT-201", informed_A="phone")
    assert chain.due("persons_informed") == "2026-06-01"
