"""Who sees what (process catalogue 5.4), and the line that every reading leaves (NEN 7513)."""

import pytest

from domain.access import Access
from tasks.list_cases import Filter, list_cases
from tests.cli.trial import Trial, decide, moment

NOW = ("--now", "2026-04-21T09:00")
COUNTS_ONLY = ("CM-001", "AO-001", "SG-001")


@pytest.mark.parametrize("by", COUNTS_ONLY)
def test_who_sees_numbers_only_is_refused_at_every_case_and_step_command(trial: Trial, reference: str, by: str) -> None:
    step = trial.step(reference, "safety_assessment")
    tries = [
        ("case", "list", "--by", by),
        ("case", "show", reference, "--by", by),
        ("case", "show", "K7Q3-H9FM-C", "--by", by),
        ("case", "add-person", reference, "--role", "child", "--by", by, *NOW),
        ("step", "show", step, "--by", by),
        ("step", "record", step, "heard_A=yes", "--by", by, *NOW),
        ("step", "record", "K7Q3-H9FM-C.001", "onzin=yes", "--by", by, *NOW),
        ("step", "open", reference, "out_of_sight", "--by", by, *NOW),
        ("step", "acknowledge", step, "--by", by, *NOW),
        ("messages", "list", "--by", by),
        ("messages", "preview", "--by", by),
        ("report", "fortnightly", "--internal", "--by", by, *NOW),
        ("report", "half-year", "--half", "2026-1", "--internal", "--by", by, *NOW),
    ]
    for words in tries:
        done = trial.run(*words)
        assert (done.err.split(":")[0], done.status, done.out) == ("KR-ROL", 1, ""), words
        assert reference not in done.err


def test_every_reading_leaves_a_line_with_who_what_and_why(trial: Trial, reference: str) -> None:
    step = trial.step(reference, "safety_assessment")
    trial.run("case", "show", reference, "--by", "vt-201")
    trial.run("step", "show", step, "--by", "VT-209")
    [case] = trial.audit("zaak-ingezien")
    assert (case.actor, case.role, case.door, case.ground) == ("VT-201", "vt_worker", "opdracht", "inzage")
    assert case.case_reference == reference
    [shown] = trial.audit("stap-ingezien")
    assert (shown.actor, shown.step_id) == ("VT-209", step)
    listed = trial.audit("zaken-geraadpleegd")[-1]
    assert listed.details == {"cases": 1, "total": 1}


def test_a_process_director_sees_the_outline_and_nobody_in_it(trial: Trial, reference: str) -> None:
    sheet = trial.run("case", "show", reference, "--by", "KR-001", "--json").json
    assert (sheet["access"], sheet["persons"], sheet["risks"], sheet["reports"]) == ("outline", [], [], [])
    assert (sheet["concern"], len(sheet["steps"]) > 3, sheet["own_numbers"]) == ("", True, {})
    step = trial.run("step", "show", trial.step(reference, "safety_assessment"), "--by", "KR-001", "--json").json
    assert (step["questions"], step["missing"], step["answers"]) == ([], [], {})
    assert step["due_at"] == "2026-04-28T23:59:59+02:00"


def test_a_local_team_sees_a_case_from_the_joint_work_on_and_only_its_own(trial: Trial, reference: str) -> None:
    before = trial.run("case", "show", reference, "--by", "WT-201")
    assert (before.err.split(":")[0], before.status) == ("KR-ROL", 1)
    assert trial.audit("inzage-geweigerd")[-1].actor == "WT-201"
    decide(trial, reference)
    sheet = trial.run("case", "show", reference, "--by", "WT-202", "--json").json
    assert (sheet["access"], len(sheet["persons"]), sheet["risks"]) == (Access.WHOLE, 3, [])
    assert sheet["reports"][0]["source"] == ""
    assert trial.run("case", "show", reference, "--by", "WT-101").err.startswith("KR-ROL")


def test_a_local_team_sees_the_risks_while_the_hand_over_is_on_offer(trial: Trial, reference: str) -> None:
    decide(trial, reference)
    told = {"condition_1": "no_new_violence", "condition_1_by": "VT-201", "next_act": "offer_handover"}
    trial.record(reference, "conditions_and_follow_up", "VT-201", "2026-05-11T09:00", **told)
    words = ("case", "show", reference, "--by", "WT-201", "--json")
    offer = {"safe_contact_known": "yes", "offer": "yes"}
    seen = [trial.run(*words).json["risks"]]
    trial.record(reference, "warm_handover", "VT-201", "2026-05-11T10:00", **offer)
    seen.append(trial.run(*words).json["risks"])
    trial.record(reference, "warm_handover", "WT-209", "2026-05-12T10:00", refusal_reason="capacity", outcome="refused")
    seen.append(trial.run(*words).json["risks"])
    assert [[risk["key"] for risk in risks] for risks in seen] == [[], ["R1"], []]


def test_the_list_holds_exactly_the_cases_that_may_be_shown(trial: Trial, reference: str) -> None:
    trial.receive("2026-04-21T08:00", "M-2", municipality="DUINWIJK")
    decide(trial, reference)
    now = moment("2026-04-29T09:00")
    for by in ("VT-101", "VT-990", "KR-001", "KR-002", "WT-101", "WT-202", "ZG-001", "PO-001"):
        listed = list_cases(trial.ledger, by, now, Filter(), logged_at=now)
        every = list_cases(trial.ledger, "VT-101", now, Filter(), logged_at=now).cases
        shown = [line.reference for line in every if trial.run("case", "show", line.reference, "--by", by).status == 0]
        assert [line.reference for line in listed.cases] == shown
        assert listed.total == len(shown)


def test_the_reporting_organisation_is_told_to_veilig_thuis_alone(trial: Trial, reference: str) -> None:
    assert trial.run("case", "show", reference, "--by", "VT-201", "--json").json["reports"][0]["source"] == "POL-KUST"
