"""S19 buiten beeld: a state with an owner and a clock, never a reason to close. Ending it needs two people."""

from domain.asks import DELAY_CAUSE
from domain.effects import Effect, Open, SetDue
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner, Role
from domain.questions import Kind, Question, choice, past_date
from domain.step import Context, Second, Step, outcomes
from domain.terms import due

TRIGGER = choice(
    "trigger",
    "Aanleiding",
    missed_contacts="Contact gemist",
    moved="Verhuisd",
    school="Van school gehaald",
    refusal="Weigert contact",
    unknown_destination="Vertrokken, onbekend waarheen",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    tries = Question("tries", "Aantal pogingen", kind=Kind.NUMBER, high=99)
    return (TRIGGER, past_date("last_seen_on", "Laatst gezien op"), tries, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    titles = {"trigger": "aanleiding", "last_seen_on": "laatst gezien op", "tries": "aantal pogingen"}
    return tuple(title for name, title in titles.items() if name not in ctx.facts)


def second(ctx: Context) -> Second | None:
    if ctx.facts.text("outcome") != "responsibly_ended":
        return None
    return Second(frozenset({Role.VT_TEAM_LEAD, Role.VT_EXPERT}), frozenset({"outcome"}), "beëindigen van het zoeken")


def progress(ctx: Context) -> tuple[Effect, ...]:
    """The first try is in time within the first clock; then the clock of the decision runs, from the signal too."""
    start = ctx.step.start_at or ctx.now
    first = due(start, ctx.policy.clock("trace_out_of_sight").term, ctx.policy.calendar()).moment
    return (SetDue(start),) if "tries" in ctx.new and ctx.step.due_at == first else ()


def close(ctx: Context) -> tuple[Effect, ...]:
    outcome = ctx.facts.text("outcome")
    follow = {
        "moved_other_region": "transfer_region",
        "abroad": "protection_request",
        "unsafe": "protection_request",
        "responsibly_ended": "close_case",
    }
    return (Open(follow[outcome], start=ctx.now),) if outcome in follow else _first_contact(ctx)


def _first_contact(ctx: Context) -> tuple[Effect, ...]:
    """Back in sight of a local team that never reached the family: its first contact is owed anew."""
    never = ctx.case.last_done("local_start")
    return (Open("local_start", start=ctx.now),) if never and never.outcome == "not_reached" else ()


STEP = Step(
    word="out_of_sight",
    code="S19",
    title="Opsporen bij buiten beeld",
    label="Opsporing",
    owner=Owner.WORKER,
    recorders=VT_ROLES | LOCAL_ROLES,
    clock="trace_decision",
    first_clock="trace_out_of_sight",
    outcomes=outcomes(
        back_in_sight="Weer in beeld",
        moved_within_region="Verhuisd binnen de regio",
        moved_other_region="Verhuisd naar een andere regio",
        abroad="Naar het buitenland",
        unsafe="Onveilig, verzoek aan de Raad",
        responsibly_ended="Verantwoord beëindigd (twee handtekeningen)",
    ),
    ask=ask,
    gaps=gaps,
    progress=progress,
    second=second,
    close=close,
    chain=True,
    by_hand=VT_ROLES | LOCAL_ROLES,
)
