"""S20 verzoek tot onderzoek: to the Child Protection Board, through CORV by hand; Veilig Thuis keeps sight."""

from domain.asks import AFTER_SERVICE, DELAY_CAUSE
from domain.effects import Effect, Open
from domain.feedback import second_feedback
from domain.parties import VT_ROLES, Owner, Role
from domain.questions import Question, past_date, yes_no
from domain.step import Context, Step, outcomes

AFTER = {"handover": "warm_handover", "close": "close_case"}


def ask(ctx: Context) -> tuple[Question, ...]:
    sent = past_date("sent_on", "Verzoek verzonden op")
    told = yes_no("municipality_told", "Gemeente geïnformeerd?")
    after = Question(
        "after_service", AFTER_SERVICE.title, choices=tuple(c for c in AFTER_SERVICE.choices if c.value in AFTER)
    )
    return (sent, told, after, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    titles = {
        "sent_on": "verzoek verzonden op",
        "municipality_told": "gemeente geïnformeerd",
        "after_service": "wat volgt hierna",
    }
    return tuple(title for name, title in titles.items() if ctx.facts.text(name) in ("", "no"))


def close(ctx: Context) -> tuple[Effect, ...]:
    kind = AFTER[ctx.facts.text("after_service")]
    return (Open(kind, start=ctx.now), *(second_feedback(ctx) if kind == "close_case" else ()))


STEP = Step(
    word="protection_request",
    code="S20",
    title="Verzoek tot onderzoek",
    label="Besluit",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="protection_request",
    outcomes=outcomes(accepted="In behandeling genomen door de Raad", advised_otherwise="Anders geadviseerd"),
    ask=ask,
    gaps=gaps,
    close=close,
    by_hand=VT_ROLES | {Role.VT_MANAGER},
)
