"""S03 directe veiligheid: is someone in danger now or in the coming days? 24 elapsed hours (clock C1)."""

from domain.effects import Effect, Open
from domain.parties import VT_ROLES, Owner
from domain.questions import Question, choice
from domain.step import Context, Ladder, Step, outcomes

GROUND = choice(
    "acute_ground",
    "Grond voor acuut",
    physical_danger="Direct fysiek gevaar nu of de komende dagen",
    no_basic_care="Minst noodzakelijke zorg ontbreekt",
    disclosure="Onthulling door een kind of oudere",
)
SUSPICION = choice(
    "suspicion",
    "Eerste indruk",
    none="Geen aanwijzing voor onveiligheid",
    structural="Vermoeden van structurele onveiligheid",
    unclear="Nog onduidelijk",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    return (STEP.outcome_question(), GROUND, SUSPICION)


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "acute" and not ctx.facts.text("acute_ground"):
        return ("grond voor acuut",)
    return ()


def close(ctx: Context) -> tuple[Effect, ...]:
    if ctx.facts.text("outcome") == "acute":
        return (Open("acute_action", ctx.step.subject, start=ctx.step.start_at or ctx.now, acute=True),)
    return ()


STEP = Step(
    word="immediate_safety_check",
    code="S03",
    title="Directe veiligheid",
    label="VB",
    owner=Owner.ON_CALL,
    recorders=VT_ROLES,
    clock="immediate_safety_check",
    outcomes=outcomes(acute="Acuut", not_acute="Niet acuut"),
    ask=ask,
    gaps=gaps,
    close=close,
    reminders=(),
    ladder=Ladder.ACUTE,
)
