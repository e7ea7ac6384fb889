"""S16 warme overdracht: offered complete, talked through with the family, accepted or refused by the local team.

Until it is accepted Veilig Thuis keeps sight on safety. A refusal counts as the due date passed (domain 7.4): the step
stays open, its ladder starts at once, and it can be offered again.
"""

from domain.asks import DELAY_CAUSE, HEARD, NOT_HEARD, risk_acknowledgements
from domain.case import CaseState
from domain.effects import (
    AcknowledgeRisk,
    CloseSteps,
    Effect,
    MoveSight,
    OfferHandover,
    Open,
    Plan,
    SetDue,
    SetState,
    SetStatus,
    Stall,
)
from domain.feedback import second_feedback
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner, Roster
from domain.questions import Question, choice, past_date, yes_no
from domain.step import Context, Step, outcomes

OFFER = choice("offer", "Overdracht aanbieden", yes="Ja, het pakket is compleet")
CONTACT = yes_no("safe_contact_known", "Veilig contactkanaal in het pakket?")
EXPERTISE = choice(
    "expertise", "Benodigde deskundigheid", none="Geen bijzondere", trauma="Trauma", disability="LVB", elder="Ouderen"
)
REFUSAL = choice(
    "refusal_reason",
    "Reden van weigering",
    capacity="Geen capaciteit",
    expertise_missing="Deskundigheid ontbreekt",
    not_our_resident="Geen inwoner",
    incomplete_package="Pakket onvolledig",
    already_other_help="Al andere hulp",
    family_refuses="Gezin weigert",
)
WITHDRAWAL = choice(
    "withdrawal_reason",
    "Reden van intrekken",
    moved="Gezin verhuist naar een andere regio",
    new_facts="Nieuwe feiten, eerst opnieuw beoordelen",
    other_route="Andere route nodig",
)
SUPPORT = yes_no("vt_support", "Veilig Thuis blijft ondersteunen?")
SERVICES = ("conditions_and_follow_up", "investigation", "regional_custom", "waiting_safety_check")


def ask(ctx: Context) -> tuple[Question, ...]:
    if "offer" not in ctx.facts:
        withdraw = Question("outcome", "Uitkomst", choices=STEP.outcomes[2:])
        return (OFFER, CONTACT, EXPERTISE, withdraw, WITHDRAWAL, DELAY_CAUSE)
    talk = (past_date("talk_on", "Datum overdrachtsgesprek met het gezin"), SUPPORT)
    return (*talk, *risk_acknowledgements(ctx.case), STEP.outcome_question(), REFUSAL, WITHDRAWAL, DELAY_CAUSE)


def gaps(ctx: Context) -> tuple[str, ...]:
    """Before the offer: the completeness of the package. After it: what acceptance needs; and each side its own act."""
    if ctx.facts.text("outcome") == "withdrawn":
        reason = [] if ctx.facts.text("withdrawal_reason") else ["reden van intrekken"]
        return (*_side(ctx), *reason)
    return (*_side(ctx), *_own_gaps(ctx))


def _side(ctx: Context) -> tuple[str, ...]:
    """A hand-over is two-sided: Veilig Thuis offers or withdraws, the local team of the case accepts or refuses."""
    if ctx.by is None:
        return ()
    local = ctx.by.has(*LOCAL_ROLES) and ctx.by.organisation == ctx.case.local_organisation
    if ctx.facts.text("outcome") in ("accepted", "refused"):
        return () if local else ("aanvaarden of weigeren doet het lokale team van deze zaak",)
    return () if ctx.by.has(*VT_ROLES) else ("aanbieden of intrekken doet Veilig Thuis",)


def _own_gaps(ctx: Context) -> tuple[str, ...]:
    if "offer" in ctx.new or "offer" not in ctx.facts:
        return package_gaps(ctx)
    if ctx.facts.text("outcome") == "refused":
        return () if ctx.facts.text("refusal_reason") else ("reden van weigering",)
    talk = [] if ctx.facts.day("talk_on") else ["overdrachtsgesprek met het gezin"]
    risks = [f"risico {r.key} overnemen" for r in ctx.case.open_risks if not ctx.facts.is_yes(f"takes_{r.key}")]
    return (*unheard(ctx), *talk, *risks)


def package_gaps(ctx: Context) -> tuple[str, ...]:
    """What the package lacks: everyone spoken to or excepted, the plan, the history, the safe contact channel."""
    if ctx.case.last_done("safety_assessment") is None:
        return ("veiligheidsbeoordeling",)
    missing = [*unheard(ctx), *(["besluit vervolg"] if ctx.case.running("route_decision") else [])]
    missing += [] if ctx.case.last_done("history_check") else ["bekendheidscheck"]
    missing += _plan_gap(ctx)
    return (*missing, *([] if ctx.facts.is_yes("safe_contact_known") else ["veilig contactkanaal"]))


def unheard(ctx: Context) -> tuple[str, ...]:
    """Who was neither heard nor excepted; also someone who joined the household after the offer."""
    year = ctx.today.year
    persons = (person for person in ctx.case.persons if not ctx.case.heard(person)[0])
    return tuple(f"{person.title(year)} is niet gehoord of uitgezonderd" for person in persons)


def _plan_gap(ctx: Context) -> list[str]:
    conditions = any(
        name.startswith("condition_") for s in ctx.case.of_kind("conditions_and_follow_up") for name in s.facts
    )
    if ctx.case.last_done("safety_plan") or conditions or not ctx.case.open_risks:
        return []
    return ["veiligheidsplan of voorwaarden"]


def not_heard(ctx: Context) -> tuple[str, ...]:
    """The lines of the package about children who were not heard: reason and follow-up date."""
    reasons = {choice.value: choice.title for choice in HEARD}
    return tuple(
        f"{child.title(ctx.today.year)}: niet gehoord ({reasons[heard]}), nieuwe poging {again}"
        for child in ctx.case.children
        for heard, again in [ctx.case.heard(child)]
        if heard in NOT_HEARD
    )


def trained_for(ctx: Context, roster: Roster) -> tuple[str, ...]:
    """After a refusal for want of expertise: who in the region was trained in what the offer asked for."""
    before = ctx.step.previous
    if before.text("refusal_reason") != "expertise_missing":
        return ()
    return roster.trained(before.text("expertise"), [ctx.case.local_team])


def progress(ctx: Context) -> tuple[Effect, ...]:
    if "offer" in ctx.new:
        return (SetDue(ctx.now), SetState(CaseState.HANDOVER_OFFERED), OfferHandover())
    if "outcome" in ctx.new and ctx.facts.text("outcome") == "refused":
        waiting = () if ctx.case.running("waiting_safety_check") else (Open("waiting_safety_check", start=ctx.now),)
        return (Stall("handover_stalled"), *waiting)
    return ()


def close(ctx: Context) -> tuple[Effect, ...]:
    return _withdrawn(ctx) if ctx.facts.text("outcome") == "withdrawn" else _accepted(ctx)


def _withdrawn(ctx: Context) -> tuple[Effect, ...]:
    """The case goes back to the service that runs, or to a new decision; Veilig Thuis never let go of it."""
    stop = (CloseSteps(("waiting_safety_check",), "handover_withdrawn"), MoveSight(ctx.case.vt_organisation))
    if ctx.case.running(*SERVICES[:3]):
        return (*stop, SetState(CaseState.IN_SERVICE))
    return (*stop, SetState(CaseState.IN_ASSESSMENT), Open("route_decision", ctx.step.id, start=ctx.now))


def _accepted(ctx: Context) -> tuple[Effect, ...]:
    """Risks and sight move, the service ends, local help and monitoring are set."""
    taken: list[Effect] = [AcknowledgeRisk(risk.key) for risk in ctx.case.open_risks]
    months = ctx.policy.monitoring_months
    moments = [Plan("monitoring", ctx.now, str(n), months=m, by_itself=True) for n, m in enumerate(months, 1)]
    return (
        MoveSight(ctx.case.local_organisation),
        *taken,
        SetState(CaseState.HANDED_OVER),
        SetStatus("VT-02"),
        CloseSteps(SERVICES, "handed_over"),
        Open("local_start", start=ctx.now),
        Open("one_plan", start=ctx.now),
        *moments,
        *second_feedback(ctx),
    )


STEP = Step(
    word="warm_handover",
    code="S16",
    title="Warme overdracht",
    label="Overdracht",
    owner=Owner.WORKER,
    recorders=VT_ROLES | LOCAL_ROLES,
    clock="handover_acceptance",
    first_clock="handover_offer",
    outcomes=outcomes(accepted="Aanvaard", refused="Geweigerd", withdrawn="Ingetrokken door Veilig Thuis"),
    ask=ask,
    gaps=gaps,
    progress=progress,
    close=close,
    stays=frozenset({"refused"}),
    chain=True,
    by_hand=VT_ROLES,
)
