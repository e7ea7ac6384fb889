"""Who takes part: roles, the kinds of organisation, and who must act on a step.

Roles follow domain table 2.1 of the process catalogue; what each role may record stands in each step.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.duty import Duty
from domain.errors import RoleRefusal, UnknownRefusal


class Role(StrEnum):
    """Roles of professionals; a professional may hold several."""

    VT_WORKER = "vt_worker"
    VT_ON_CALL = "vt_on_call"
    VT_TEAM_LEAD = "vt_team_lead"
    VT_EXPERT = "vt_expert"
    VT_MANAGER = "vt_manager"
    LOCAL_PROFESSIONAL = "local_professional"
    LOCAL_TEAM_LEAD = "local_team_lead"
    CASE_DIRECTOR = "case_director"
    PROCESS_DIRECTOR = "process_director"
    MDA_COORDINATOR = "mda_coordinator"
    PARTNER = "partner"
    CONTRACT_MANAGER = "contract_manager"
    REGIONAL_OFFICIAL = "regional_official"
    STEERING_GROUP = "steering_group"


ROLE_TITLES: dict[Role, str] = {
    Role.VT_WORKER: "medewerker Veilig Thuis",
    Role.VT_ON_CALL: "bereikbare dienst",
    Role.VT_TEAM_LEAD: "teamleider Veilig Thuis",
    Role.VT_EXPERT: "gedragswetenschapper of vertrouwensarts",
    Role.VT_MANAGER: "manager Veilig Thuis",
    Role.LOCAL_PROFESSIONAL: "professional lokaal team",
    Role.LOCAL_TEAM_LEAD: "teamleider lokaal team",
    Role.CASE_DIRECTOR: "casusregisseur",
    Role.PROCESS_DIRECTOR: "procesregisseur",
    Role.MDA_COORDINATOR: "coördinator MDA++",
    Role.PARTNER: "ketenpartner",
    Role.CONTRACT_MANAGER: "contractmanager",
    Role.REGIONAL_OFFICIAL: "regionaal ambtelijk overleg",
    Role.STEERING_GROUP: "stuurgroep",
}

VT_ROLES = frozenset({Role.VT_WORKER, Role.VT_ON_CALL, Role.VT_TEAM_LEAD, Role.VT_EXPERT})
LOCAL_ROLES = frozenset({Role.LOCAL_PROFESSIONAL, Role.LOCAL_TEAM_LEAD, Role.CASE_DIRECTOR})
COUNTS_ONLY = frozenset({Role.CONTRACT_MANAGER, Role.REGIONAL_OFFICIAL, Role.STEERING_GROUP})


class OrganisationKind(StrEnum):
    """Kinds of organisation in the chain."""

    VEILIG_THUIS = "veilig_thuis"
    LOCAL_TEAM = "local_team"
    POLICE = "police"
    BOARD = "board"
    CARE = "care"
    MUNICIPALITY = "municipality"
    OTHER = "other"


class Owner(StrEnum):
    """Who must act on a step; resolved to a professional when the step opens."""

    WORKER = "worker"  # the case's fixed Veilig Thuis worker
    ON_CALL = "on_call"  # the duty desk of Veilig Thuis
    LOCAL = "local"  # the local professional, else the local team lead
    MDA = "mda"  # the MDA++ coordinator


@dataclass(frozen=True)
class Professional:
    """A professional as the rules see one: a code, never a name."""

    code: str
    roles: frozenset[Role]
    organisation: str
    team: str
    active: bool = True
    expertise: frozenset[str] = frozenset()

    def has(self, *roles: Role) -> bool:
        """True when at least one of the roles is held."""
        return bool(self.roles.intersection(roles))


class Roster:
    """Everyone of the region, found by role and by team. A ladder that finds nobody ends at the process director.

    `duty` says whose shift it is at `now`; without a moment the whole duty desk is on.
    """

    def __init__(self, professionals: Iterable[Professional], duty: Duty | None = None, now: datetime | None = None):
        self.people = {person.code: person for person in professionals}
        self.duty, self.now = duty or Duty(), now
        self._by_role: dict[Role, list[str]] = {role: [] for role in Role}
        for person in sorted(self.people.values(), key=lambda found: found.code):
            for role in person.roles if person.active else ():
                self._by_role[role].append(person.code)

    def active(self, code: str) -> Professional:
        """The active professional with this code. Raises KR-CODE-ONBEKEND or KR-CODE-INACTIEF."""
        person = self.people.get(code.strip().upper())
        if person is None:
            raise UnknownRefusal("KR-CODE-ONBEKEND")
        if not person.active:
            raise RoleRefusal("KR-CODE-INACTIEF")
        return person

    def holding(self, role: Role) -> tuple[str, ...]:
        """The active holders of a role, by code."""
        return tuple(self._by_role[role])

    def at(self, now: datetime) -> "Roster":
        """The same people at another moment."""
        moved = copy(self)
        moved.now = now
        return moved

    def desk(self) -> tuple[str, ...]:
        """The duty desk: whose shift it is now, else every holder of the role, so that an alarm never finds nobody."""
        holders = self.holding(Role.VT_ON_CALL)
        turn = self.duty.on_shift(self.now) if self.now else frozenset()
        return tuple(code for code in holders if code in turn) or holders

    def present(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Those of these codes who are there; all of them when nobody is."""
        away = self.duty.away(self.now) if self.now else frozenset()
        return tuple(code for code in codes if code not in away) or codes

    def assignable(self) -> frozenset[str]:
        """The active codes that work may be given to: nobody who sees numbers only."""
        return frozenset(code for code, person in self.people.items() if person.active and person.roles - COUNTS_ONLY)

    def leads(self, teams: Iterable[str]) -> tuple[str, ...]:
        """The team leads of these teams, in the order of the teams."""
        leads = (*self._by_role[Role.VT_TEAM_LEAD], *self._by_role[Role.LOCAL_TEAM_LEAD])
        return tuple(code for team in teams for code in leads if self.people[code].team == team)

    def trained(self, expertise: str, teams: Iterable[str]) -> tuple[str, ...]:
        """Who was trained in this: first those of these teams, then everyone else of the region."""
        near = frozenset(teams)
        found = (person for person in self.people.values() if person.active and expertise in person.expertise)
        return tuple(p.code for p in sorted(found, key=lambda person: (person.team not in near, person.code)))

    def last_resort(self, teams: Iterable[str]) -> tuple[str, ...]:
        """Who hears of it when nobody else is left: the leads of these teams, the process director, any lead."""
        leads = (*self._by_role[Role.VT_TEAM_LEAD], *self._by_role[Role.LOCAL_TEAM_LEAD])
        return self.leads(teams) or self.holding(Role.PROCESS_DIRECTOR) or leads

    def in_team(self, team: str, role: Role) -> tuple[str, ...]:
        """The active holders of a role within a team."""
        return tuple(code for code in self._by_role[role] if self.people[code].team == team)
