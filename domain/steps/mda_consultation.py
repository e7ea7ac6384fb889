"""S15 MDA++-overleg: weighed by the coordinator, convened, held with the family, ending in dated actions.

The proposal comes from the criteria (domain 3.1); a person decides. Accepting starts clock C15.
"""

from domain.asks import ACTION_KINDS, DELAY_CAUSE, code_question
from domain.effects import AssignLocal, Effect, Open, SetDue
from domain.parties import VT_ROLES, Owner, Role
from domain.questions import Question, choice, future_date, past_date, yes_no
from domain.step import Context, Step, outcomes

WEIGHED = choice("weighed", "Aanvraag wegen", accepted="Aanvaard, overleg bijeenroepen")
CRITERIA = choice(
    "criterion",
    "Criterium",
    structural_no_result="Structureel onveilig, hulp zonder resultaat",
    repeated_events="Herhaalde onveilige gebeurtenissen",
    high_risk="Hoog risico op ernstige escalatie",
)
ABSENCE = choice("absence_reason", "Gezin niet aanwezig omdat", safety="Veiligheid", refused="Gezin wil niet")
REASON = choice(
    "not_accepted_reason",
    "Reden niet aanvaard",
    criteria_not_met="Criteria niet gehaald",
    crisis_first="Eerst crisispartners",
    other_approach="Andere aanpak past beter",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    if ctx.facts.text("weighed") != "accepted":
        return (WEIGHED, CRITERIA, REASON, STEP.outcome_question())
    present = (yes_no("family_present", "Gezin aanwezig?"), ABSENCE)
    director = code_question("director", "Casusregisseur (code)")
    held = past_date("held_on", "Datum van het overleg")
    return (held, *present, director, *_action_slots(), REASON, DELAY_CAUSE, STEP.outcome_question())


def _action_slots() -> tuple[Question, ...]:
    slots: list[Question] = []
    for n in range(1, 9):
        slots.append(Question(f"action_{n}", f"Actie {n}: soort", choices=ACTION_KINDS))
        slots.append(code_question(f"action_{n}_by", f"Actie {n}: wie (code)"))
        slots.append(future_date(f"action_{n}_due", f"Actie {n}: uiterlijk"))
    return tuple(slots)


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "not_accepted":
        return () if ctx.facts.text("not_accepted_reason") else ("reden van niet aanvaarden",)
    missing = [] if ctx.facts.text("weighed") == "accepted" else ["aanvraag wegen"]
    missing += [] if ctx.facts.text("director") else ["casusregisseur"]
    if not ctx.facts.is_yes("family_present") and not ctx.facts.text("absence_reason"):
        missing.append("gezin aanwezig, of de reden waarom niet")
    missing += [] if _actions(ctx) else ["ten minste één actie met datum"]
    return (*missing, *(f"actie {n}: wie en uiterlijk" for n in _actions(ctx) if not _complete(ctx, n)))


def _actions(ctx: Context) -> list[int]:
    return [n for n in range(1, 9) if f"action_{n}" in ctx.facts]


def _complete(ctx: Context, number: int) -> bool:
    return f"action_{number}_by" in ctx.facts and f"action_{number}_due" in ctx.facts


def progress(ctx: Context) -> tuple[Effect, ...]:
    accepted = "weighed" in ctx.new and ctx.facts.text("weighed") == "accepted"
    return (SetDue(ctx.now),) if accepted else ()


def close(ctx: Context) -> tuple[Effect, ...]:
    if ctx.facts.text("outcome") != "held":
        return ()
    actions = [
        Open("mda_action", str(n), due_on=ctx.facts.day(f"action_{n}_due"), owner=ctx.facts.text(f"action_{n}_by"))
        for n in _actions(ctx)
    ]
    return (AssignLocal(ctx.facts.text("director")), *actions)


STEP = Step(
    word="mda_consultation",
    code="S15",
    title="MDA++-overleg",
    label="Overleg",
    owner=Owner.MDA,
    recorders=frozenset({Role.MDA_COORDINATOR, Role.VT_TEAM_LEAD}),
    clock="mda_convene",
    first_clock="mda_weigh",
    outcomes=outcomes(held="Gehouden, besluiten vastgelegd", not_accepted="Niet aanvaard"),
    ask=ask,
    gaps=gaps,
    progress=progress,
    close=close,
    chain=True,
    by_hand=VT_ROLES | {Role.MDA_COORDINATOR, Role.LOCAL_PROFESSIONAL, Role.CASE_DIRECTOR},
)
