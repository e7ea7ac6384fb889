"""S10 gezamenlijk eerste huisbezoek: Veilig Thuis and the local team together. A moved date buys no time."""

from domain.asks import DELAY_CAUSE
from domain.effects import Effect, Open
from domain.parties import LOCAL_ROLES, VT_ROLES, Owner
from domain.questions import Question, choice, future_date, past_date, yes_no
from domain.step import Context, Step, outcomes

ONE_PARTY = choice(
    "one_party_reason",
    "Waarom door één partij",
    no_capacity="Geen capaciteit",
    safety="Veiligheid",
    family_wish="Wens van het gezin",
)
PLAN = future_date("planned_on", "Afgesproken datum")
VT_AGREES = yes_no("agreed_vt", "Datum akkoord voor Veilig Thuis?")
LOCAL_AGREES = yes_no("agreed_local", "Datum akkoord voor het lokale team?")


def ask(ctx: Context) -> tuple[Question, ...]:
    year = ctx.today.year
    seen = tuple(yes_no(f"seen_{child.key}", f"{child.title(year)}: gezien?") for child in ctx.case.children)
    told = yes_no("told_voluntary", "Verteld over Veilig Thuis en vrijwillige hulp?")
    visit = past_date("visited_on", "Datum van het bezoek")
    return (PLAN, VT_AGREES, LOCAL_AGREES, DELAY_CAUSE, visit, *seen, told, ONE_PARTY, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    year = ctx.today.year
    if ctx.facts.text("outcome") in ("refused", "not_at_home"):
        return ()
    missing = [f"{child.title(year)}: gezien?" for child in ctx.case.children if f"seen_{child.key}" not in ctx.facts]
    missing += [] if ctx.facts.is_yes("told_voluntary") else ["vertellen over vrijwillige hulp"]
    alone = ctx.facts.text("outcome") == "one_party" and not ctx.facts.text("one_party_reason")
    return (*missing, *(["reden van bezoek door één partij"] if alone else []))


def close(ctx: Context) -> tuple[Effect, ...]:
    if ctx.facts.text("outcome") == "refused":
        return ()
    visited = ctx.since("visited_on")
    return (Open("safety_plan", start=visited), Open("life_area_map", start=visited))


STEP = Step(
    word="joint_first_home_visit",
    code="S10",
    title="Gezamenlijk eerste huisbezoek",
    label="Huisbezoek",
    owner=Owner.WORKER,
    recorders=VT_ROLES | LOCAL_ROLES,
    clock="joint_first_home_visit",
    outcomes=outcomes(
        joint="Samen gedaan",
        one_party="Door één partij gedaan",
        refused="Gezin weigert",
        not_at_home="Niet thuis (nieuwe afspraak nodig)",
    ),
    ask=ask,
    gaps=gaps,
    close=close,
    stays=frozenset({"not_at_home"}),
    chain=True,
)
