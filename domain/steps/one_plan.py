"""C14 één gezin, één plan, één regisseur: safety agreements hold even without a request for help."""

from domain.asks import DELAY_CAUSE
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner
from domain.questions import Kind, Question, yes_no
from domain.step import Context, Step, outcomes


def ask(ctx: Context) -> tuple[Question, ...]:
    goals = Question("goals", "Aantal doelen", kind=Kind.NUMBER, high=50)
    safety = yes_no("safety_agreements", "Veiligheidsafspraken in het plan?")
    network = yes_no("network_invited", "Netwerk uitgenodigd?")
    return (goals, safety, network, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    return () if ctx.facts.is_yes("safety_agreements") else ("veiligheidsafspraken in het plan",)


STEP = Step(
    word="one_plan",
    code="C14",
    title="Gezinsplan",
    label="Plan",
    owner=Owner.LOCAL,
    recorders=LOCAL_ROLES | VT_ROLES,
    clock="one_plan",
    outcomes=outcomes(agreed="Vastgesteld met het gezin", without_family="Vastgesteld zonder instemming"),
    ask=ask,
    gaps=gaps,
    chain=True,
)
