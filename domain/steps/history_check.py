"""S05 bekendheidscheck: was this household reported before, here or in another region? Part of the 5 working days."""

from domain.parties import VT_ROLES, Owner
from domain.questions import Kind, Question, choice
from domain.step import Context, Step, outcomes

REGISTER = choice(
    "register",
    "VT-register geraadpleegd?",
    no_match="Ja, geen match",
    match="Ja, match met andere regio",
    not_yet="Nee, nog niet",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    earlier = Question("earlier_reports", "Aantal meldingen in de afgelopen 12 maanden", kind=Kind.NUMBER, high=99)
    return (earlier, REGISTER, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    return () if ctx.facts.text("register") in ("no_match", "match") else ("raadplegen van het VT-register",)


STEP = Step(
    word="history_check",
    code="S05",
    title="Bekendheidscheck",
    label="VB",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="safety_assessment",
    outcomes=outcomes(
        first="Eerste melding",
        repeat_multiple_known="Herhaalde melding, meerdere personen bekend",
        repeat_one_known="Herhaalde melding, één persoon bekend",
        follow_up_during_assessment="Vervolgmelding tijdens de beoordeling",
        follow_up_after_assessment="Vervolgmelding na de beoordeling",
        follow_up_during_monitoring="Vervolgmelding tijdens de monitor",
        unclassified="Niet in te delen",
    ),
    ask=ask,
    gaps=gaps,
    reminders=(),
)
