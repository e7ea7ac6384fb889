"""S22 afsluiten: with a second reader, never with a report nobody assessed, an open hand-over, feedback or risk."""

from domain.asks import risk_title
from domain.case import HANDED
from domain.effects import CloseSteps, Effect, EndCase, ResolveRisk
from domain.parties import VT_ROLES, Owner, Role
from domain.questions import Choice, Question, choice, yes_no
from domain.step import Context, Second, Step, outcomes

ASSESSING = ("report_intake", "immediate_safety_check", "acute_action", "safety_assessment", "route_decision")
"""A further report has clocks of its own (S23); closing must not end them unread."""

RISK_END = (Choice("resolved", "Opgelost"), Choice("held", "Blijft in beeld bij de houder"))
NO_MONITORING = choice(
    "no_monitoring_reason",
    "Geen of niet alle monitormomenten, reden",
    no_unsafety="Geen onveiligheid vastgesteld",
    transferred="Overgedragen aan andere regio",
    board="Raad of gecertificeerde instelling houdt zicht",
    ended="Verantwoord beëindigd",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    words = "Risico {} ({})"
    risks = tuple(
        Question(f"risk_{r.key}", words.format(r.key, risk_title(r.kind)), choices=RISK_END)
        for r in ctx.case.open_risks
    )
    rights = yes_no("rights_told", "Rechten verteld (inzage, vernietiging)?")
    return (*risks, NO_MONITORING, rights, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    missing = ["een melding is nog niet beoordeeld"] if ctx.case.running(*ASSESSING) else []
    missing += ["de overdracht loopt nog"] if ctx.case.running("warm_handover") else []
    missing += ["terugkoppeling aan de melder"] if ctx.case.running("reporter_feedback") else []
    missing += ["betrokkenen informeren"] if ctx.case.running("persons_informed") else []
    missing += [f"risico {r.key}" for r in ctx.case.open_risks if f"risk_{r.key}" not in ctx.facts]
    missing += [] if _monitored(ctx) or "no_monitoring_reason" in ctx.facts else ["monitor afgerond, of de reden"]
    return (*missing, *([] if ctx.facts.is_yes("rights_told") else ["rechten verteld"]))


def _monitored(ctx: Context) -> bool:
    return bool(ctx.case.last_done("monitoring")) and not ctx.case.running("monitoring")


def second(ctx: Context) -> Second | None:
    roles = frozenset({Role.VT_WORKER, Role.VT_TEAM_LEAD, Role.VT_EXPERT})
    return Second(roles, frozenset({"outcome"}), "tweede lezer van de afsluiting")


def close(ctx: Context) -> tuple[Effect, ...]:
    resolved = [ResolveRisk(r.key) for r in ctx.case.open_risks if ctx.facts.text(f"risk_{r.key}") == "resolved"]
    others = tuple(step.kind for step in ctx.case.running(*_all_kinds(ctx)) if step.id != ctx.step.id)
    status = "VT-02" if ctx.case.state in HANDED else "VT-03"
    return (*resolved, CloseSteps(others, "case_closed"), EndCase(status))


def _all_kinds(ctx: Context) -> set[str]:
    return {step.kind for step in ctx.case.steps}


STEP = Step(
    word="close_case",
    code="S22",
    title="Zaak afsluiten",
    label="Besluit",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock=None,
    outcomes=outcomes(closed="Afgesloten"),
    ask=ask,
    gaps=gaps,
    second=second,
    close=close,
    by_hand=VT_ROLES,
)
