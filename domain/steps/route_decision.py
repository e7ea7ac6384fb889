"""S07 besluit vervolg: the route, always with a second reader. Status codes follow VNG JZV; the term is that of S06."""

from domain.asks import code_question
from domain.case import CaseState
from domain.effects import AssignLocal, Effect, Open, SetState, SetStatus
from domain.parties import VT_ROLES, Owner, Role
from domain.questions import Question, choice
from domain.step import Context, Second, Step, outcomes

STATUS = {
    "handover": "VT-01-02",
    "conditions_and_follow_up": "VT-01-01",
    "investigation": "VT-01-01",
    "no_follow_up": "VT-01-03",
    "regional_custom": "VT-01-04",
    "protection_request": "VT-01-01",
}
SERVICES = frozenset({"conditions_and_follow_up", "investigation", "regional_custom", "protection_request"})
VISITED = frozenset({"handover", "conditions_and_follow_up", "regional_custom"})

PRIORITY = choice("priority", "Prioriteit", high="Hoog", normal="Gewoon")
GROUND = choice(
    "investigation_ground",
    "Grond voor onderzoek",
    unclear="Onduidelijk of sprake is van onveiligheid",
    denial="Betrokkenen ontkennen of weigeren hulp",
    thin="Te weinig informatie",
    anonymous="Anonimiteit beloofd aan de melder",
    intervention="Directe interventie nodig",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    local = code_question("local_professional", "Professional lokaal team (code)")
    return (STEP.outcome_question(), PRIORITY, GROUND, local)


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "investigation" and not ctx.facts.text("investigation_ground"):
        return ("grond voor onderzoek",)
    return ()


def second(ctx: Context) -> Second | None:
    roles = frozenset({Role.VT_WORKER, Role.VT_TEAM_LEAD, Role.VT_EXPERT})
    return Second(roles, frozenset({"outcome", "investigation_ground"}), "tweede lezer van het besluit")


def close(ctx: Context) -> tuple[Effect, ...]:
    route = ctx.facts.text("outcome")
    effects: list[Effect] = [SetStatus(STATUS[route])]
    if local := ctx.facts.text("local_professional"):
        effects.append(AssignLocal(local))
    effects += [
        Open("reporter_feedback", f"1-{report.id}", start=ctx.now)
        for report in ctx.case.reports
        if _owed(ctx, report.id)
    ]
    if route in VISITED:
        effects.append(Open("joint_first_home_visit", start=ctx.now))
    return (*effects, *_follow(ctx, route))


def _owed(ctx: Context, report: int) -> bool:
    wanted = any(item.id == report and item.feedback_wanted for item in ctx.case.reports)
    return wanted and not any(step.subject == f"1-{report}" for step in ctx.case.of_kind("reporter_feedback"))


def _follow(ctx: Context, route: str) -> tuple[Effect, ...]:
    if route in SERVICES:
        return (SetState(CaseState.IN_SERVICE), Open(route, start=ctx.now))
    if route == "handover":
        return (SetState(CaseState.DECIDED), Open("warm_handover", start=ctx.now))
    return (SetState(CaseState.DECIDED), Open("close_case", start=ctx.now))


STEP = Step(
    word="route_decision",
    code="S07",
    title="Besluit vervolg",
    label="Besluit",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="route_decision",
    outcomes=outcomes(
        handover="Overdracht aan lokaal team (VT-01-02)",
        conditions_and_follow_up="Voorwaarden en vervolg (VT-01-01)",
        investigation="Onderzoek (VT-01-01)",
        no_follow_up="Geen vervolgstappen (VT-01-03)",
        regional_custom="Regionaal maatwerk (VT-01-04)",
        protection_request="Verzoek tot onderzoek bij de Raad",
    ),
    ask=ask,
    gaps=gaps,
    second=second,
    close=close,
)
