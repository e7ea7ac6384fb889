"""S18 monitor: is it safe and does it stay safe? By the same worker, at moments set ahead (clock C16, POLICY)."""

from domain.asks import THEME_ANSWERS, THEMES
from domain.case import CaseState, CaseView
from domain.effects import CloseSteps, Effect, MoveSight, Open, Plan, SetState
from domain.parties import VT_ROLES, Owner
from domain.questions import Question, choice, yes_no
from domain.step import Context, Step, outcomes

JUDGEMENT = choice(
    "judgement",
    "Oordeel",
    not_safe="Niet veilig",
    directly_safe="Direct veilig",
    stably_safe="Stabiel veilig",
    recovered="Hersteld",
)
WAITS = choice(
    "waits_for_help",
    "Wacht iemand op reguliere hulp?",
    no="Nee",
    addiction_care="Ja, verslavingszorg",
    mental_health_care="Ja, psychische hulp",
    youth_care="Ja, jeugdhulp",
    housing="Ja, woonplek",
)
ENDING = frozenset({"stably_safe", "recovered"})


def ask(ctx: Context) -> tuple[Question, ...]:
    year = ctx.today.year
    themes = tuple(Question(f"theme_{t.value}", t.title, choices=THEME_ANSWERS) for t in THEMES)
    heard = tuple(yes_no(f"heard_{c.key}", f"{c.title(year)}: zelf gehoord?") for c in ctx.case.children)
    incident = yes_no("new_incident", "Nieuw incident?")
    return (*themes, *heard, incident, WAITS, JUDGEMENT, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    missing = [t.title for t in THEMES if f"theme_{t.value}" not in ctx.facts]
    missing += [f"{c.title_by_key()}: gehoord?" for c in ctx.case.children if f"heard_{c.key}" not in ctx.facts]
    missing += [] if ctx.facts.text("judgement") else ["oordeel"]
    return (*missing, *_closing_gaps(ctx))


def _closing_gaps(ctx: Context) -> list[str]:
    if ctx.facts.text("outcome") != "close":
        return []
    unmet = [t.title for t in THEMES if ctx.facts.text(f"theme_{t.value}") != "met"]
    safe = [] if ctx.facts.text("judgement") in ENDING else ["oordeel stabiel veilig of hersteld"]
    return [*(f"nog niet gehaald: {title}" for title in unmet), *safe]


def close(ctx: Context) -> tuple[Effect, ...]:
    outcome = ctx.facts.text("outcome")
    if outcome == "close":
        rest = CloseSteps(("monitoring", "network_evaluation"), "case_closing")
        return (rest, Open("close_case", start=ctx.now))
    if outcome == "back_to_vt":
        return _back(ctx)
    extra: tuple[Effect, ...] = (Open("safety_plan", start=ctx.now),) if outcome == "new_intervention" else ()
    return (*extra, *_one_more(ctx))


def _back(ctx: Context) -> tuple[Effect, ...]:
    return (
        MoveSight(ctx.case.vt_organisation),
        SetState(CaseState.IN_ASSESSMENT),
        Open("immediate_safety_check", ctx.step.id, start=ctx.now),
        Open("history_check", ctx.step.id, start=ctx.now),
        Open("safety_assessment", ctx.step.id, start=ctx.now),
        Plan("route_decision", ctx.now, ctx.step.id),
    )


def _one_more(ctx: Context) -> tuple[Effect, ...]:
    """Monitoring never ends silently: after the last moment another is set."""
    if _others(ctx.case, ctx.step.id):
        return ()
    number = len(ctx.case.of_kind("monitoring")) + 1
    return (Plan("monitoring", ctx.now, str(number), months=ctx.policy.monitoring_months[0], by_itself=True),)


def _others(case: CaseView, own: str) -> list[str]:
    return [step.id for step in case.running("monitoring") if step.id != own]


STEP = Step(
    word="monitoring",
    code="S18",
    title="Monitor",
    label="Monitor",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="monitoring",
    outcomes=outcomes(
        **{"continue": "Doorgaan"},
        new_intervention="Nieuwe interventie",
        back_to_vt="Terug naar beoordeling",
        close="Afsluiten voorbereiden",
    ),
    ask=ask,
    gaps=gaps,
    close=close,
    reminders=("R10", "R5"),
    notice=False,
)
