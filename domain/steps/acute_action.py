"""S04 spoedinzet: direct safety restored within 24 hours of the report (clock C1), never on a waiting list."""

from domain.effects import Effect, Open
from domain.parties import VT_ROLES, Owner
from domain.questions import Choice, Question, choice, yes_no
from domain.step import Context, Ladder, Step, outcomes

MEASURE = choice(
    "measure",
    "Genomen maatregel",
    agreement="Veiligheidsafspraak voor de komende dagen",
    home_ban="Tijdelijk huisverbod",
    shelter="Opvang elders",
    police="Inzet politie",
    medical="Medische zorg",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    where = tuple(_where(person.key, person.title(ctx.today.year)) for person in ctx.case.persons)
    return (MEASURE, yes_no("contact_agreed", "Volgend contact afgesproken?"), *where, STEP.outcome_question())


def _where(key: str, title: str) -> Question:
    places = (Choice("home", "Thuis"), Choice("elsewhere_safe", "Elders, veilig"), Choice("unknown", "Onbekend"))
    return Question(f"where_{key}", f"{title}: waar nu?", choices=places)


def gaps(ctx: Context) -> tuple[str, ...]:
    missing = [] if ctx.facts.text("measure") else ["genomen maatregel"]
    persons = [person for person in ctx.case.persons if f"where_{person.key}" not in ctx.facts]
    return (*missing, *(f"{person.title(ctx.today.year)}: waar nu" for person in persons))


def close(ctx: Context) -> tuple[Effect, ...]:
    if ctx.facts.text("outcome") == "not_restored":
        return (Open("protection_request", ctx.step.subject, start=ctx.now),)
    return ()


STEP = Step(
    word="acute_action",
    code="S04",
    title="Spoedinzet",
    label="VB",
    owner=Owner.ON_CALL,
    recorders=VT_ROLES,
    clock="acute_action",
    outcomes=outcomes(restored="Directe veiligheid hersteld", not_restored="Directe veiligheid niet hersteld"),
    ask=ask,
    gaps=gaps,
    close=close,
    reminders=(),
    ladder=Ladder.ACUTE,
)
