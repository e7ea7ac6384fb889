"""The table of steps as the README shows it, made from the process table, the policy and the ladder.

`python -m deployments.step_table` prints it; a test holds the README to it.
"""

from collections.abc import Iterator

from domain.dutch import amount
from domain.ladder import addressees
from domain.parties import LOCAL_ROLES, ROLE_TITLES, VT_ROLES, Owner, Professional, Role, Roster
from domain.policy import Clock, Policy
from domain.process import PROCESS
from domain.step import Ladder, Step
from integrations.policy_file import load_policy

HEAD = "| code | stap | word | wie legt vast | termijn | te laat: wie hoort het |\n|---|---|---|---|---|---|"
GROUPS = ((VT_ROLES | LOCAL_ROLES, "Veilig Thuis en lokaal team"), (VT_ROLES, "Veilig Thuis"))
NO_CLOCK = {
    "close_case": "geen",
    "mda_action": "de datum uit het overleg",
    "monitoring": "na {months} maanden",
}
"""Steps without a clock of their own in the policy: where their date comes from."""

TEAMS = {Owner.LOCAL: ("local", "vt"), Owner.MDA: ("", "vt", "local")}
"""The owner's team first, as the sweep takes them; every other owner is at Veilig Thuis."""


def step_table() -> str:
    """The table as markdown: one row a step, in the order of the process."""
    policy = load_policy()
    return "\n".join([HEAD, *(_row(step, policy) for step in PROCESS)])


def _row(step: Step, policy: Policy) -> str:
    cells = (step.code, step.title, f"`{step.word}`", _recorders(step), _term(step, policy), _late(step, policy))
    return f"| {' | '.join(cells)} |"


def _recorders(step: Step) -> str:
    left, words = set(step.recorders), []
    for group, title in GROUPS:
        if group <= left:
            left -= group
            words.append(title)
    return ", ".join([*words, *(ROLE_TITLES[role] for role in Role if role in left)])


def _term(step: Step, policy: Policy) -> str:
    if step.word in NO_CLOCK:
        *first, last = map(str, policy.monitoring_months)
        return NO_CLOCK[step.word].format(months=f"{', '.join(first)} en {last}")
    return ", dan ".join(_clock(policy.clock(name)) for name in _clocks(step))


def _clocks(step: Step) -> Iterator[str]:
    if step.first_clock:
        yield step.first_clock
    if step.clock and "{n}" in step.clock:
        yield from (step.clock.format(n=number) for number in (1, 2))
    elif step.clock:
        yield step.clock


def _clock(clock: Clock) -> str:
    words = f"elke {clock.term}" if clock.repeats else str(clock.term)
    longer = f" (met reden {clock.extension} langer)" if clock.extension else ""
    still = f" (met reden hooguit {clock.suspension} opgeschort)" if clock.suspension else ""
    return f"{words}{'*' if clock.statutory else ''}{longer}{still}"


def _late(step: Step, policy: Policy) -> str:
    if step.word == "close_case":
        return "–"
    if step.ladder is Ladder.ACUTE:
        every = policy.escalation.acute_repeat_minutes
        return f"{_hears('ACUTE', step)}; elke {amount(every, 'minuut', 'minuten')} tot iemand bevestigt"
    return (
        f"{_hears('L1', step)}; na {amount(policy.escalation.l2_after_wd, 'werkdag', 'werkdagen')} {_hears('L2', step)}"
    )


def _hears(rung: str, step: Step) -> str:
    """Who hears it, by asking the ladder itself about a region with one person a role."""
    found = addressees(rung, 2, step, "eigenaar", TEAMS.get(step.owner, ("vt", "local")), _one_of_each())
    return ", ".join(found)


def _one_of_each() -> Roster:
    return Roster(
        Professional(title, frozenset({role}), "", "vt" if role in VT_ROLES else "local" if role in LOCAL_ROLES else "")
        for role, title in ROLE_TITLES.items()
    )


if __name__ == "__main__":
    print(step_table())
