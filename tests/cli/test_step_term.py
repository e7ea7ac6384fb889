"""Extending, suspending and resuming a term from the command line: what is said, as text and as JSON."""

import pytest

from tests.cli.trial import Trial, decide

PLAN_BY = ("--by", "VT-201")


@pytest.fixture
def plan(trial: Trial, reference: str) -> str:
    """A safety plan that is due on Fri 22 May."""
    decide(trial, reference)
    given = {"seen_C": "yes", "told_voluntary": "yes", "outcome": "joint"}
    trial.record(reference, "joint_first_home_visit", "VT-201", "2026-05-07T16:00", **given)
    return trial.step(reference, "safety_plan")


def suspend(trial: Trial, plan: str, *more: str) -> tuple[int, str, str]:
    words = ("step", "suspend", plan, "--reason", "illness", *PLAN_BY, "--now", "2026-05-11T09:00")
    done = trial.run(*words, *more)
    return done.status, done.out, done.err


def test_a_suspension_is_told_shown_and_ended(trial: Trial, plan: str) -> None:
    assert suspend(trial, plan, "--until", "2026-05-18") == (
        0,
        "Opgeschort tot en met ma 18-05-2026: uiterlijk vr 29-05-2026.\n",
        "",
    )
    shown = trial.run("step", "show", plan, *PLAN_BY, "--now", "2026-05-13T09:00").out
    assert "Opgeschort tot en met: ma 18-05-2026" in shown
    assert "Doorlooptijd: bruto 4 werkdagen, netto 2 werkdagen" in shown
    done = trial.run("step", "resume", plan, *PLAN_BY, "--now", "2026-05-12T09:00", "--json")
    assert (done.status, done.json) == (0, {"due_at": "2026-05-26T23:59:59+02:00"})


def test_a_suspension_as_json_gives_the_days_and_the_end(trial: Trial, plan: str) -> None:
    words = ("step", "suspend", plan, "--reason", "illness", "--until", "2026-05-18", *PLAN_BY)
    done = trial.run(*words, "--now", "2026-05-11T09:00", "--json")
    assert done.json == {"days": 4, "due_at": "2026-05-29T23:59:59+02:00"}
    reference = plan.split(".")[0]
    steps = trial.run("case", "show", reference, *PLAN_BY, "--now", "2026-05-13T09:00", "--json").json["steps"]
    (line,) = (step for step in steps if step["id"] == plan)
    assert (line["gross_days"], line["net_days"], line["suspended_until"]) == (4, 2, "2026-05-18T23:59:59+02:00")


@pytest.mark.parametrize(
    ("status", "code", "until"),
    [
        (2, "KR-GEBRUIK", "18 mei"),
        (1, "KR-OPSCHORTING-DATUM", "2026-07-01"),
    ],
)
def test_a_day_that_will_not_do_is_told_without_repeating_it(
    trial: Trial, plan: str, status: int, code: str, until: str
) -> None:
    found = suspend(trial, plan, "--until", until)
    assert (found[0], code in found[2], until in found[2]) == (status, True, False)


def test_an_extension_is_told_and_refused_where_the_policy_has_none(trial: Trial, reference: str) -> None:
    informed = trial.step(reference, "persons_informed")
    words = ("--reason", "safety", *PLAN_BY, "--now", "2026-05-11T09:00")
    done = trial.run("step", "extend", informed, *words)
    assert (done.status, done.out) == (0, "Verlengd: uiterlijk ma 01-06-2026.\n")
    refused = trial.run("step", "extend", trial.step(reference, "safety_assessment"), *words)
    assert (refused.status, "KR-VERLENGING" in refused.err) == (1, True)
