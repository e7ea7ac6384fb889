"""S02 melding aannemen: is this a report for Veilig Thuis, and for this region?

Late after `read_within` (POLICY, own default 2 h): the duty desk and the team lead hear of it. A possibly acute report
opens it acute: an alarm at once, repeated until somebody acknowledges or answers (tasks/receive_report.py).
A reporter's system knows its own numbers of families, not our cases: whoever reads the report says when it is about a
household whose case is open (S23). From then on this intake is one of that case, and so are later reports under the
same number of that reporter. Accepted on a case that was known already, who works on that case hears so in neutral
words; after a hand-over that is the local team too, and an MDA++ consultation is proposed (domain 3.1, POLICY).
"""

from domain.case import HANDED, CaseState, CaseView, Person
from domain.effects import Effect, EndCase, JoinCase, Open, Plan, SetState, Tell
from domain.messages import FURTHER
from domain.parties import VT_ROLES, Owner
from domain.questions import Kind, Question, choice
from domain.step import Context, Ladder, Step, outcomes

BELONGS = Question("belongs_to", "Dit gezin heeft al een open zaak: de code van die zaak", kind=Kind.CASE)


def ask(ctx: Context) -> tuple[Question, ...]:
    """Beside the outcome: whoever goes by another letter in reports is seen once, and not taken for somebody else."""
    elsewhere = (BELONGS,) if _is_untouched(ctx.case) else ()
    return (STEP.outcome_question(), *elsewhere, *(_other_letter(ctx, person) for person in _unseen(ctx)))


def _is_untouched(case: CaseView) -> bool:
    """True when nothing was done on this case yet but reading its reports."""
    return case.state is CaseState.RECEIVED and all(step.kind == STEP.word for step in case.steps)


def first(ctx: Context) -> tuple[Effect, ...]:
    """The report goes to the case it belongs to; what is asked and what follows is then for that case to say."""
    return (JoinCase(ctx.facts.text(BELONGS.name)),) if BELONGS.name in ctx.new else ()


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") != "accepted":
        return ()
    missing = (person for person in _unseen(ctx) if _seen(person) not in ctx.facts)
    return tuple(f"{person.title_by_key()}: gezien onder welke letter?" for person in missing)


def _other_letter(ctx: Context, person: Person) -> Question:
    title = f"{person.title(ctx.today.year)} heet in een melding {person.told_as}; hier is {person.told_as} een ander"
    return choice(_seen(person), title, seen="Gezien")


def _unseen(ctx: Context) -> tuple[Person, ...]:
    before = [step.facts for step in ctx.case.of_kind("report_intake") if step.id != ctx.step.id]
    others = (person for person in ctx.case.persons if person.told_as)
    return tuple(person for person in others if not any(_seen(person) in facts for facts in before))


def _seen(person: Person) -> str:
    return f"letter_{person.key}"


def close(ctx: Context) -> tuple[Effect, ...]:
    """Accepted: the clocks run from receipt, whatever the moment of reading. Else the case ends with its status."""
    if ctx.facts.text("outcome") != "accepted":
        status = "VT-00" if ctx.facts.text("outcome") == "not_admissible" else "VT-99"
        return () if _others(ctx) else (EndCase(status),)
    received = ctx.step.start_at or ctx.now
    check = Open("immediate_safety_check", ctx.step.subject, start=received, acute=_possibly_acute(ctx))
    inform = Open("persons_informed", ctx.step.subject, start=received)
    further = _further(ctx)
    if ctx.case.running("safety_assessment"):  # S23: a second report during the assessment joins it
        return (check, *further) if ctx.case.running("persons_informed") else (check, inform, *further)
    return (
        *further,
        SetState(CaseState.IN_ASSESSMENT),
        check,
        Open("history_check", ctx.step.subject, start=received),
        Open("safety_assessment", ctx.step.subject, start=received),
        Plan("route_decision", received, ctx.step.subject),
        inform,
    )


def _further(ctx: Context) -> tuple[Effect, ...]:
    """S23: who works on the case already hears; after a hand-over a consultation is proposed, and a person decides."""
    if ctx.case.state is CaseState.RECEIVED:
        return ()
    handed = ctx.case.state in HANDED
    tell = Tell(FURTHER, local=bool(ctx.case.local_professional) or handed)
    proposed = handed and ctx.policy.mda.follow_up_after_handover and not ctx.case.running("mda_consultation")
    return (tell, Open("mda_consultation", start=ctx.now)) if proposed else (tell,)


def _others(ctx: Context) -> bool:
    """True when the case rests on another report too: accepted, or still to be read."""
    rest = (step for step in ctx.case.of_kind("report_intake") if step.id != ctx.step.id)
    return any(step.is_open or step.outcome == "accepted" for step in rest)


def _possibly_acute(ctx: Context) -> bool:
    reports = [report for report in ctx.case.reports if str(report.id) == ctx.step.subject]
    return any(report.possibly_acute for report in reports)


STEP = Step(
    word="report_intake",
    code="S02",
    title="Melding aannemen",
    label="Overzicht",
    owner=Owner.ON_CALL,
    recorders=VT_ROLES,
    clock="report_intake",
    outcomes=outcomes(
        accepted="Aangenomen",
        not_admissible="Geen melding voor Veilig Thuis (VT-00)",
        wrong_address="Hoort bij een andere regio (VT-99)",
    ),
    ask=ask,
    gaps=gaps,
    first=first,
    close=close,
    reminders=(),
    ladder=Ladder.HOURS,
)
