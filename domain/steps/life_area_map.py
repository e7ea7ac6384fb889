"""S13 leefgebieden in kaart: each member of the household. The scores stay with the organisation; here only counts."""

from domain.parties import LOCAL_ROLES, VT_ROLES, Owner
from domain.questions import Kind, Question, yes_no
from domain.step import Context, Step, outcomes


def ask(ctx: Context) -> tuple[Question, ...]:
    year = ctx.today.year
    questions: list[Question] = []
    for person in ctx.case.persons:
        title = person.title(year)
        questions.append(yes_no(f"mapped_{person.key}", f"{title}: alle leefgebieden gescoord?"))
        low = Question(f"low_{person.key}", f"{title}: aantal gebieden met score 1 of 2", kind=Kind.NUMBER, high=13)
        questions.append(low)
    return (*questions, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "partly":
        return ()
    year = ctx.today.year
    return tuple(
        f"{person.title(year)}: leefgebieden"
        for person in ctx.case.persons
        if not ctx.facts.is_yes(f"mapped_{person.key}")
    )


STEP = Step(
    word="life_area_map",
    code="S13",
    title="Leefgebieden in kaart",
    label="Plan",
    owner=Owner.LOCAL,
    recorders=VT_ROLES | LOCAL_ROLES,
    clock="life_area_map",
    outcomes=outcomes(complete="Volledig", partly="Deels, met reden in eigen systeem"),
    ask=ask,
    gaps=gaps,
)
