"""S06 veiligheidsbeoordeling: everyone directly involved spoken to, each child heard itself, all risks on the table.

Due 5 working days after receipt (Uitvoeringsbesluit Wmo 2015 art. 4.1.7). A conversation that did not take place needs
a reason, a date to try again and the approval of a second person; that is the gate of domain rules 5 and 4.
"""

from datetime import date

from domain.asks import DELAY_CAUSE, NEEDS_APPROVAL, NOT_HEARD, heard_question, risk_slots
from domain.case import Person, PersonRole
from domain.effects import AddRisk, Effect, Open
from domain.parties import VT_ROLES, Owner, Role
from domain.questions import Question, choice, future_date, yes_no
from domain.step import Context, Second, Step, outcomes
from domain.terms import due

SUPPLEMENT = "aanvulling"
UNSAFE = frozenset({"acute", "structural", "acute_and_structural"})
CAPACITY = choice("capacity", "Wilsbekwaam?", yes="Ja", no="Nee", doubt="Twijfel")


def ask(ctx: Context) -> tuple[Question, ...]:
    year = ctx.today.year
    heard = tuple(heard_question(person, year) for person in persons(ctx))
    dates = tuple(
        future_date(f"followup_{person.key}", f"{person.title(year)}: nieuwe poging op")
        for person in persons(ctx)
        if _heard(ctx, person) in NOT_HEARD | {""}
    )
    return (*heard, *dates, *_elder(ctx), *risk_slots(ctx.case, _risks(ctx)), DELAY_CAUSE, STEP.outcome_question())


def persons(ctx: Context) -> tuple[Person, ...]:
    """Everyone; in a supplement (a member who joined later) only who no earlier assessment heard."""
    if not ctx.step.subject.startswith(SUPPLEMENT):
        return ctx.case.persons
    earlier = [step.facts for step in ctx.case.of_kind("safety_assessment") if step.state == "done"]
    return tuple(p for p in ctx.case.persons if not any(f"heard_{p.key}" in facts for facts in earlier))


def _elder(ctx: Context) -> tuple[Question, ...]:
    if not any(person.role is PersonRole.ELDER for person in ctx.case.persons):
        return ()
    return (
        CAPACITY,
        yes_no("consents", "Oudere stemt in met hulp?"),
        yes_no("dependent", "Afhankelijk van de pleger?"),
    )


def _heard(ctx: Context, person: Person) -> str:
    return ctx.facts.text(f"heard_{person.key}")


def _risks(ctx: Context) -> int:
    return sum(1 for number in range(1, 13) if f"risk_{number}" in ctx.facts)


def gaps(ctx: Context) -> tuple[str, ...]:
    """Who was not spoken to, which exception lacks its date, and what else the assessment still needs."""
    unheard = [gap for person in persons(ctx) for gap in _person_gaps(ctx, person)]
    before = {"immediate_safety_check": "directe veiligheid afronden", "history_check": "bekendheidscheck afronden"}
    first = [gap for kind, gap in before.items() if ctx.case.running(kind)]
    danger = ["ten minste één veiligheidsrisico"] if ctx.facts.text("outcome") in UNSAFE and not _risks(ctx) else []
    elder = [question.title for question in _elder(ctx) if question.name not in ctx.facts]
    return (*unheard, *first, *elder, *danger)


def _person_gaps(ctx: Context, person: Person) -> list[str]:
    title = person.title(ctx.today.year)
    if not _heard(ctx, person):
        return [f"{title} is niet gehoord" if person.role is PersonRole.CHILD else f"{title} is niet gesproken"]
    if _heard(ctx, person) not in NOT_HEARD:
        return []
    again = ctx.facts.day(f"followup_{person.key}")
    return [] if again and again <= _latest(ctx) else [f"{title}: nieuwe poging binnen 10 werkdagen"]


def _latest(ctx: Context) -> date:
    return due(ctx.now, ctx.policy.clock("child_not_heard").term, ctx.policy.calendar()).on


def second(ctx: Context) -> Second | None:
    """Every conversation that did not take place, or was an observation, is approved by someone else."""
    names = frozenset(f"heard_{person.key}" for person in persons(ctx) if _heard(ctx, person) in NEEDS_APPROVAL)
    if not names:
        return None
    return Second(frozenset({Role.VT_EXPERT, Role.VT_TEAM_LEAD}), names, "niet gesproken of alleen geobserveerd")


def close(ctx: Context) -> tuple[Effect, ...]:
    effects: list[Effect] = [_risk(ctx, number) for number in range(1, 13) if f"risk_{number}" in ctx.facts]
    if "acute" in ctx.facts.text("outcome") and not _acted_upon(ctx):
        effects.append(Open("acute_action", ctx.step.subject, start=ctx.now, acute=True))
    if ctx.step.subject.startswith(SUPPLEMENT):
        return tuple(effects)
    return (*effects, Open("route_decision", ctx.step.subject, start=ctx.step.start_at), *_propose_mda(ctx))


def _acted_upon(ctx: Context) -> bool:
    """True when action runs already, or was taken while this assessment ran."""
    since = ctx.step.opened_at or ctx.now
    return any(s.is_open or (s.opened_at and s.opened_at >= since) for s in ctx.case.of_kind("acute_action"))


def _risk(ctx: Context, number: int) -> AddRisk:
    severity = ctx.facts.text(f"risk_{number}_severity") or "serious"
    return AddRisk(ctx.facts.text(f"risk_{number}"), severity, ctx.facts.text(f"risk_{number}_person") or "all")


def _propose_mda(ctx: Context) -> tuple[Effect, ...]:
    """Structural unsafety and enough reports in a year: propose a consultation; a person decides (domain 3.1)."""
    year_ago = ctx.now.replace(year=ctx.now.year - 1, day=min(ctx.now.day, 28))
    here = sum(1 for report in ctx.case.reports if report.received_at > year_ago)
    history = ctx.case.last_done("history_check")
    reports = max(here, history.facts.number("earlier_reports") if history else 0)
    structural = "structural" in ctx.facts.text("outcome")
    if not structural or reports < ctx.policy.mda.reports_in_12_months or ctx.case.running("mda_consultation"):
        return ()
    return (Open("mda_consultation", start=ctx.now),)


STEP = Step(
    word="safety_assessment",
    code="S06",
    title="Veiligheidsbeoordeling",
    label="VB",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="safety_assessment",
    outcomes=outcomes(
        no_unsafety="Geen onveiligheid",
        acute="Acute onveiligheid",
        structural="Structurele onveiligheid",
        acute_and_structural="Acute en structurele onveiligheid",
        unclear="Onduidelijk",
    ),
    ask=ask,
    gaps=gaps,
    second=second,
    close=close,
)
