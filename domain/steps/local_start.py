"""S17 start lokale hulp: first contact by the local team, one director, the first step of one plan (clock C10)."""

from domain.asks import code_question
from domain.case import CaseState
from domain.effects import AssignLocal, Effect, Open, Plan, SetState
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner
from domain.questions import Question, choice, past_date
from domain.step import Context, Step, outcomes

REQUEST = choice(
    "help_request", "Hulpvraag van het gezin", accepts="Accepteert hulp", doubts="Twijfelt", refuses="Weigert"
)


def ask(ctx: Context) -> tuple[Question, ...]:
    contact = past_date("first_contact_on", "Datum eerste contact")
    return (contact, code_question("director", "Casusregisseur (code)"), REQUEST, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "not_reached":
        return ()
    titles = {"first_contact_on": "datum eerste contact", "director": "casusregisseur"}
    return tuple(title for name, title in titles.items() if name not in ctx.facts)


def close(ctx: Context) -> tuple[Effect, ...]:
    outcome = ctx.facts.text("outcome")
    if outcome == "not_reached":
        return (Open("out_of_sight", start=ctx.now),)
    effects: list[Effect] = [SetState(CaseState.MONITORING), AssignLocal(ctx.facts.text("director"))]
    if outcome == "refused":
        return (*effects, Open("out_of_sight", start=ctx.now))
    return (*effects, Plan("network_evaluation", ctx.since("first_contact_on"), by_itself=True))


STEP = Step(
    word="local_start",
    code="S17",
    title="Start lokale hulp",
    label="Plan",
    owner=Owner.LOCAL,
    recorders=LOCAL_ROLES | VT_ROLES,
    clock="local_first_contact",
    outcomes=outcomes(started="Gestart", not_reached="Gezin niet bereikt", refused="Gezin weigert vrijwillige hulp"),
    ask=ask,
    gaps=gaps,
    close=close,
    chain=True,
)
