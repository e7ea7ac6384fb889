"""S15 actie: one action decided in a consultation, with its own owner and date."""

from domain.asks import DELAY_CAUSE
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner, Role
from domain.questions import Question, past_date
from domain.step import Context, Step, outcomes


def ask(ctx: Context) -> tuple[Question, ...]:
    return (past_date("done_on", "Datum"), DELAY_CAUSE, STEP.outcome_question())


STEP = Step(
    word="mda_action",
    code="S15-A",
    title="Actie uit overleg",
    label="Overleg",
    owner=Owner.MDA,
    recorders=VT_ROLES | LOCAL_ROLES | {Role.MDA_COORDINATOR, Role.PARTNER},
    clock=None,
    outcomes=outcomes(done="Gedaan", not_possible="Niet mogelijk, terug naar het overleg"),
    ask=ask,
    chain=True,
)
