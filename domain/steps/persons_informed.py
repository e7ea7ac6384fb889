"""C6 betrokkenen informeren: within 4 weeks of receipt; two weeks longer with a reason, each time (POLICY)."""

from domain.effects import Effect, Extend
from domain.parties import VT_ROLES, Owner, Role
from domain.questions import Choice, Question, choice
from domain.step import Context, Second, Step, outcomes

HOW = (
    Choice("phone", "Telefonisch"),
    Choice("letter", "Per brief"),
    Choice("talk", "In gesprek"),
    Choice("no", "Niet"),
    Choice("not_possible", "Niet mogelijk (akkoord van een tweede persoon nodig)"),
)
EXTENSION = choice(
    "extension",
    "Uitstellen met twee weken, reden",
    safety="Veiligheid van een betrokkene",
    evidence="Belang van bewijs",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    year = ctx.today.year
    told = tuple(Question(f"informed_{p.key}", f"{p.title(year)}: geïnformeerd?", choices=HOW) for p in ctx.case.adults)
    return (*told, EXTENSION, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    year = ctx.today.year
    return tuple(
        f"{person.title(year)} is niet geïnformeerd"
        for person in ctx.case.adults
        if ctx.facts.text(f"informed_{person.key}") in ("", "no")
    )


def second(ctx: Context) -> Second | None:
    """Not telling someone at all is a decision of two people (domain 1.2, C6: safety of a person)."""
    names = [f"informed_{person.key}" for person in ctx.case.adults]
    left_out = frozenset(name for name in names if ctx.facts.text(name) == "not_possible")
    roles = frozenset({Role.VT_TEAM_LEAD, Role.VT_EXPERT})
    return Second(roles, left_out, "iemand niet informeren") if left_out else None


def progress(ctx: Context) -> tuple[Effect, ...]:
    return (Extend(ctx.facts.text("extension")),) if "extension" in ctx.new else ()


STEP = Step(
    word="persons_informed",
    code="C6",
    title="Betrokkenen informeren",
    label="Overzicht",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="inform_persons_concerned",
    outcomes=outcomes(informed="Alle volwassenen geïnformeerd of met akkoord uitgezonderd"),
    ask=ask,
    gaps=gaps,
    second=second,
    progress=progress,
)
