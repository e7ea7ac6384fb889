"""S24 netwerkevaluatie: the family, its network and the professionals look at the agreements, every three months."""

from domain.effects import Effect, Plan
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner
from domain.questions import Question, choice, past_date, yes_no
from domain.step import Context, Step, outcomes

KEPT = choice("agreements_kept", "Afspraken nagekomen", all="Alle", most="De meeste", few="Weinig")


def ask(ctx: Context) -> tuple[Question, ...]:
    present = yes_no("family_present", "Gezin aanwezig?")
    return (past_date("held_on", "Datum"), present, KEPT, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    titles = {"held_on": "datum", "family_present": "gezin aanwezig?", "agreements_kept": "afspraken nagekomen"}
    return tuple(title for name, title in titles.items() if name not in ctx.facts)


def close(ctx: Context) -> tuple[Effect, ...]:
    if ctx.facts.text("outcome") == "last":
        return ()
    return (Plan("network_evaluation", ctx.now, by_itself=True),)


STEP = Step(
    word="network_evaluation",
    code="S24",
    title="Netwerkevaluatie",
    label="Overleg",
    owner=Owner.LOCAL,
    recorders=LOCAL_ROLES | VT_ROLES,
    clock="network_evaluation",
    outcomes=outcomes(held="Gehouden, over drie maanden opnieuw", last="Gehouden, laatste keer"),
    ask=ask,
    gaps=gaps,
    close=close,
    chain=True,
)
