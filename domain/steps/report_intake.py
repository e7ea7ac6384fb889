"""S02 melding aannemen: is this a report for Veilig Thuis, and for this region?

Late after `read_within` (POLICY, own default 2 h): the duty desk and the team lead hear of it. A possibly acute report
opens it acute: an alarm at once, repeated until somebody acknowledges or answers (tasks/receive_report.py).
"""

from domain.case import CaseState
from domain.effects import Effect, EndCase, Open, Plan, SetState
from domain.parties import VT_ROLES, Owner
from domain.questions import Question
from domain.step import Context, Ladder, Step, outcomes


def ask(ctx: Context) -> tuple[Question, ...]:
    return (STEP.outcome_question(),)


def close(ctx: Context) -> tuple[Effect, ...]:
    """Accepted: the clocks run from receipt, whatever the moment of reading. Else the case ends with its status."""
    if ctx.facts.text("outcome") != "accepted":
        status = "VT-00" if ctx.facts.text("outcome") == "not_admissible" else "VT-99"
        return () if _others(ctx) else (EndCase(status),)
    received = ctx.step.start_at or ctx.now
    check = Open("immediate_safety_check", ctx.step.subject, start=received, acute=_possibly_acute(ctx))
    inform = Open("persons_informed", ctx.step.subject, start=received)
    if ctx.case.running("safety_assessment"):  # S23: a second report during the assessment joins it
        return (check,) if ctx.case.running("persons_informed") else (check, inform)
    return (
        SetState(CaseState.IN_ASSESSMENT),
        check,
        Open("history_check", ctx.step.subject, start=received),
        Open("safety_assessment", ctx.step.subject, start=received),
        Plan("route_decision", received, ctx.step.subject),
        inform,
    )


def _others(ctx: Context) -> bool:
    """True when the case rests on another report too: accepted, or still to be read."""
    rest = (step for step in ctx.case.of_kind("report_intake") if step.id != ctx.step.id)
    return any(step.is_open or step.outcome == "accepted" for step in rest)


def _possibly_acute(ctx: Context) -> bool:
    reports = [report for report in ctx.case.reports if str(report.id) == ctx.step.subject]
    return any(report.possibly_acute for report in reports)


STEP = Step(
    word="report_intake",
    code="S02",
    title="Melding aannemen",
    label="Overzicht",
    owner=Owner.ON_CALL,
    recorders=VT_ROLES,
    clock="report_intake",
    outcomes=outcomes(
        accepted="Aangenomen",
        not_admissible="Geen melding voor Veilig Thuis (VT-00)",
        wrong_address="Hoort bij een andere regio (VT-99)",
    ),
    ask=ask,
    close=close,
    reminders=(),
    ladder=Ladder.HOURS,
)
