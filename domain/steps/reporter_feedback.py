"""S08 terugkoppeling melder: twice, after the decision and at the end of the service (Wmo 2015 art. 4.1.1)."""

from domain.parties import VT_ROLES, Owner
from domain.questions import Question, choice, past_date
from domain.step import Context, Step, outcomes

CHANNEL = choice("channel", "Hoe teruggekoppeld", phone="Telefoon", letter="Brief", system="Systeem van de melder")
TOLD = choice(
    "told",
    "Wat is verteld",
    follow_up_started="Dat vervolg is gestart",
    handed_over_to="Aan wie is overgedragen",
    conditions="Ook voorwaarden en monitorafspraken (melder heeft een rol)",
    ended="Dat de bemoeienis is beëindigd",
)
WITHHELD = choice(
    "withheld_reason",
    "Waarom niet",
    danger="Gevaar voor betrokkenen",
    not_wanted="Melder wil geen terugkoppeling",
    unreachable="Melder niet bereikt",
)


def ask(ctx: Context) -> tuple[Question, ...]:
    return (past_date("told_on", "Datum"), CHANNEL, TOLD, WITHHELD, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "withheld":
        return () if ctx.facts.text("withheld_reason") else ("reden van niet terugkoppelen",)
    titles = {"channel": "hoe teruggekoppeld", "told": "wat is verteld"}
    return tuple(title for name, title in titles.items() if name not in ctx.facts)


STEP = Step(
    word="reporter_feedback",
    code="S08",
    title="Terugkoppeling melder",
    label="Terugkoppeling",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="reporter_feedback_{n}",
    outcomes=outcomes(given="Gegeven", withheld="Niet gegeven, met reden"),
    ask=ask,
    gaps=gaps,
)
