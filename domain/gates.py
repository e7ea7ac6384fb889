"""When a step may close: its own gaps, and the approval of a second person where the step asks one."""

from dataclasses import dataclass

from domain.asks import DELAY_CAUSE
from domain.errors import RoleRefusal
from domain.parties import ROLE_TITLES, Professional, Role, Roster
from domain.questions import YES_NO, Question
from domain.step import Context, Second, Step

GATED = frozenset({"outcome", "offer"})  # answers that only count when nothing is missing


@dataclass(frozen=True)
class Judgement:
    """What an answer leads to: the step closes, stays open, or waits for a second person."""

    closes: bool
    missing: tuple[str, ...] = ()
    waits_for: Second | None = None


def questions_of(step: Step, ctx: Context) -> tuple[Question, ...]:
    """What the step asks now, the approval included when one is waited for."""
    asked = step.ask(ctx)
    if DELAY_CAUSE not in asked:
        asked = (*asked, DELAY_CAUSE)
    second = step.second(ctx)
    if second is None or not any(name in ctx.facts for name in second.names) or _approved(second, ctx):
        return asked
    return (*asked, Question("approval", f"Akkoord van tweede persoon ({second.what})", choices=YES_NO))


def judge(step: Step, ctx: Context, asked: frozenset[str]) -> Judgement:
    """Judge the facts after an answer to the questions named in `asked`."""
    if not asked & (GATED | {"approval"}):
        return Judgement(closes=False)
    missing = step.gaps(ctx)
    if missing or ctx.facts.text("outcome") in {"", *step.stays}:
        return Judgement(closes=False, missing=missing)
    second = step.second(ctx)
    if second is not None and ctx.facts.text("approval") == "no" and _after(second, ctx):
        return Judgement(closes=False, missing=("de tweede persoon is niet akkoord",))
    if second is not None and not _approved(second, ctx):
        return Judgement(closes=False, waits_for=second)
    return Judgement(closes=True)


def _approved(second: Second, ctx: Context) -> bool:
    return ctx.facts.is_yes("approval") and _after(second, ctx)


def _after(second: Second, ctx: Context) -> bool:
    """An approval counts for what was known when it was given; a later change asks it again."""
    given = ctx.facts.given
    covered = [given[name].order for name in second.names if name in given]
    return given["approval"].order > max(covered, default=-1)


def may_approve(step: Step, ctx: Context, by: Professional) -> None:
    """Raises RoleRefusal: not the owner, not whoever gave the answers, and with one of the asked roles."""
    second = step.second(ctx)
    if second is None:
        return
    authors = {ctx.facts.by(name) for name in second.names}
    if by.code in authors | {ctx.step.owner} or not by.has(*second.roles):
        raise RoleRefusal("KR-EIGEN-AKKOORD", roles=role_names(second.roles))


def second_reader(second: Second, ctx: Context, roster: Roster, team: str) -> str:
    """Whom to ask: a lead of the team, else anyone with the role; never the owner, nor whoever gave the answers."""
    own = {ctx.facts.by(name) for name in second.names} | {ctx.step.owner}
    found = (*roster.leads([team]), *(code for role in sorted(second.roles) for code in roster.holding(role)))
    return next((code for code in found if code not in own and roster.people[code].has(*second.roles)), "")


def role_names(roles: frozenset[Role]) -> str:
    """Roles in Dutch, e.g. 'teamleider Veilig Thuis of gedragswetenschapper of vertrouwensarts'."""
    return ", ".join(sorted(ROLE_TITLES[role] for role in roles))
