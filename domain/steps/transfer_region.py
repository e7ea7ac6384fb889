"""S21 overdracht naar een andere regio: the old region keeps responsibility until the written acceptance."""

from domain.asks import DELAY_CAUSE
from domain.effects import Effect, Open
from domain.parties import VT_ROLES, Owner
from domain.questions import Question, past_date, yes_no
from domain.step import Context, Step, outcomes


def ask(ctx: Context) -> tuple[Question, ...]:
    package = yes_no("package_sent", "Pakket met monitordata verzonden?")
    written = past_date("accepted_on", "Schriftelijk aanvaard op")
    return (package, written, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "bounced":
        return ()
    sent = () if ctx.facts.is_yes("package_sent") else ("pakket verzonden",)
    return sent if "accepted_on" in ctx.facts else (*sent, "datum van schriftelijke aanvaarding")


def close(ctx: Context) -> tuple[Effect, ...]:
    return (Open("close_case", start=ctx.now),) if ctx.facts.text("outcome") == "accepted" else ()


STEP = Step(
    word="transfer_region",
    code="S21",
    title="Overdracht andere regio",
    label="Overdracht",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="transfer_region",
    outcomes=outcomes(accepted="Schriftelijk aanvaard", bounced="Niet aanvaard, opnieuw aanbieden"),
    ask=ask,
    gaps=gaps,
    close=close,
    stays=frozenset({"bounced"}),
    chain=True,
)
