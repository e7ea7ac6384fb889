"""S14 veiligheidsplan: every open risk is covered by at least one agreement, whoever asks for help or not."""

from domain.asks import DELAY_CAUSE, risk_title
from domain.case import CaseView
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner
from domain.questions import Kind, Question, choice, yes_no
from domain.step import Context, Step, outcomes

SIGNED = choice("signed", "Ondertekend door de volwassenen", all="Allen", some="Een deel", none="Niemand")


def ask(ctx: Context) -> tuple[Question, ...]:
    number = Question("agreements", "Aantal veiligheidsafspraken", kind=Kind.NUMBER, low=1, high=50)
    plan = yes_no("emergency_plan", "Noodplan met veilige persoon?")
    return (number, *_covers(ctx.case), plan, SIGNED, DELAY_CAUSE, STEP.outcome_question())


def _covers(case: CaseView) -> tuple[Question, ...]:
    words = "Risico {} ({}): afspraak gemaakt?"
    return tuple(yes_no(f"covers_{r.key}", words.format(r.key, risk_title(r.kind))) for r in case.open_risks)


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "refused":
        return ()
    missing = [f"afspraak bij risico {r.key}" for r in ctx.case.open_risks if not ctx.facts.is_yes(f"covers_{r.key}")]
    return (*missing, *([] if ctx.facts.number("agreements") else ["aantal veiligheidsafspraken"]))


STEP = Step(
    word="safety_plan",
    code="S14",
    title="Veiligheidsplan",
    label="Plan",
    owner=Owner.WORKER,
    recorders=VT_ROLES | LOCAL_ROLES,
    clock="safety_plan",
    outcomes=outcomes(agreed="Afgesproken", partly="Deels afgesproken", refused="Geweigerd"),
    ask=ask,
    gaps=gaps,
)
