"""Who may see what of a case (process catalogue 5.4); every reading is logged beside it (NEN 7513)."""

from enum import StrEnum

from domain.case import CaseView
from domain.errors import RoleRefusal
from domain.parties import COUNTS_ONLY, LOCAL_ROLES, VT_ROLES, Professional, Role

SHARED_WORK = frozenset({"joint_first_home_visit", "warm_handover"})
PLANS_WORK = frozenset({Role.VT_TEAM_LEAD, Role.VT_MANAGER, Role.PROCESS_DIRECTOR})
INTERNAL_FIGURES = frozenset({Role.VT_TEAM_LEAD, Role.VT_MANAGER, Role.PROCESS_DIRECTOR})


class Access(StrEnum):
    """How much of a case someone sees. OUTLINE: reference, state, steps, dates and causes; nobody in it."""

    WHOLE = "whole"
    OUTLINE = "outline"
    NONE = "none"


def refuse_counts_only(person: Professional) -> None:
    """Raise RoleRefusal KR-ROL for those whose every role sees numbers only."""
    if not person.roles or person.roles <= COUNTS_ONLY:
        raise RoleRefusal("KR-ROL", act="zaken inzien")


def refuse_internal_figures(person: Professional) -> None:
    """Raise RoleRefusal KR-ROL for those who may see figures only with small numbers left out."""
    if not person.has(*INTERNAL_FIGURES):
        raise RoleRefusal("KR-ROL", act="cijfers met kleine aantallen inzien")


def refuse_planning(person: Professional, *, act: str, own: bool = False) -> None:
    """Raise RoleRefusal KR-ROL unless this person divides the work, or the matter is their `own`."""
    if not (own or person.has(*PLANS_WORK)):
        raise RoleRefusal("KR-ROL", act=act)


def access(person: Professional, case: CaseView) -> Access:
    """What this person sees of this case: a local team from the joint visit or the hand-over on, and only its own."""
    if person.has(*VT_ROLES, Role.VT_MANAGER) or _is_theirs(person, case):
        return Access.WHOLE
    if person.has(Role.MDA_COORDINATOR) and case.of_kind("mda_consultation"):
        return Access.WHOLE
    if person.has(Role.PROCESS_DIRECTOR) or any(step.owner == person.code for step in case.steps):
        return Access.OUTLINE
    return Access.NONE


def step_access(person: Professional, case: CaseView, owner: str) -> Access:
    """What this person sees of one step: whoever must act on it sees all of that step."""
    return Access.WHOLE if owner == person.code else access(person, case)


def sees_risks(person: Professional, case: CaseView) -> bool:
    """The list of risks: Veilig Thuis always, the local team while a hand-over is on offer and once it was accepted."""
    if access(person, case) is not Access.WHOLE:
        return False
    offered = any("offer" in step.facts or step.outcome == "accepted" for step in case.of_kind("warm_handover"))
    return not _is_local_only(person) or offered or case.sight == person.organisation


def sees_reporter(person: Professional) -> bool:
    """The organisation that reported: Veilig Thuis only."""
    return person.has(*VT_ROLES)


def _is_local_only(person: Professional) -> bool:
    return not person.has(*VT_ROLES, Role.VT_MANAGER, Role.MDA_COORDINATOR)


def _is_theirs(person: Professional, case: CaseView) -> bool:
    local = person.has(*LOCAL_ROLES) and person.team == case.local_team
    return (local or person.code == case.local_professional) and bool(case.of_kind(*SHARED_WORK))
