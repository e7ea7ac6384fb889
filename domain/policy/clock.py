"""A clock: a term, the event that starts it, and how far a region may change it."""

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.policy.document import Tree
from domain.terms import Term, Unit


class Bound(StrEnum):
    """How the law, or a norm we treat as law, binds a term."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    AGREED = "agreed"


class Start(StrEnum):
    """The event whose moment starts a clock."""

    REPORT_RECEIVED = "report_received"
    ROUTE_DECIDED = "route_decided"
    SERVICE_START = "service_start"
    SERVICE_ENDED = "service_ended"
    EXCEPTION_RECORDED = "exception_recorded"
    REQUEST_DECIDED = "request_decided"
    HOME_VISIT_DONE = "home_visit_done"
    HANDOVER_OFFERED = "handover_offered"
    HANDOVER_ACCEPTED = "handover_accepted"
    LOCAL_FIRST_CONTACT = "local_first_contact"
    MDA_PROPOSED = "mda_proposed"
    MDA_ACCEPTED = "mda_accepted"
    WAITING_ENTERED = "waiting_entered"
    LOST_CONTACT_SIGNAL = "lost_contact_signal"
    MOVE_CONFIRMED = "move_confirmed"
    HOME_BAN_IMPOSED = "home_ban_imposed"
    HALF_YEAR_ENDED = "half_year_ended"
    REQUEST_RECEIVED = "request_received"
    CALAMITY_KNOWN = "calamity_known"
    LAST_ACTIVITY = "last_activity"


class Clock(BaseModel):
    """One term of the policy. `extension`: how much longer, each time with a recorded reason; None: never.

    `suspension`: how long it may stand still, each time with a recorded reason; None: never. Nothing of the law stands
    still, nothing that is counted in hours, and no `sight_on_safety`, which is not extended either: while a family
    waits or is out of sight, somebody keeps looking (demand of the inspectorate, IGJ 2023 and 2024; process catalogue
    1.2, C18 and C19).

    `also_from`: a second event from which the due date is computed as well, since sources differ on the start; a region
    may change `start` to it, and then the two change places.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    term: Term
    start: Start
    source: str
    bound: Bound = Bound.AGREED
    also_from: Start | None = None
    extension: Term | None = None
    suspension: Term | None = None
    repeats: bool = False
    sight_on_safety: bool = False

    @property
    def statutory(self) -> bool:
        """True when a region may not loosen this term."""
        return self.bound is not Bound.AGREED

    @property
    def counts_from_report(self) -> bool:
        """True when *the* due date is the one computed from the receipt of the report."""
        return self.start is Start.REPORT_RECEIVED


FLAGS = frozenset({"rolls", "repeats", "sight_on_safety"})
PLAIN_KEYS = FLAGS | {"start", "bound", "also_from"}
LONGEST = 1000
PREFIXES = ("", "extension_", "suspension_")
_TERM_KEY = re.compile(rf"(extension_)?({'|'.join(Unit)})|(suspension_)(working_days|days|weeks)")


class KeyFault(Exception):
    """A clock's key that is not right: the error code and the key."""

    def __init__(self, code: str, key: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.key = key


def clock_of(content: Tree, source: str) -> Clock:
    """A clock from its table, e.g. {"weeks": 4, "extension_weeks": 2, "start": …}. Raises KeyFault."""
    if fault := _first_fault(content):
        raise fault
    rolls = content.get("rolls", True) is True
    term = _term(content, "", rolls)
    if term is None:
        raise KeyFault("KR-BELEID-EENHEID")
    return Clock(
        term=term,
        extension=_extension(content, rolls),
        suspension=_suspension(content, term),
        source=source,
        start=Start(str(content.get("start"))),
        bound=Bound(str(content.get("bound", Bound.AGREED))),
        also_from=Start(str(content["also_from"])) if "also_from" in content else None,
        repeats=content.get("repeats") is True,
        sight_on_safety=content.get("sight_on_safety") is True,
    )


def unit_keys(content: Tree, prefix: str) -> list[str]:
    """The keys of a clock's table that give its term (prefix ""), its extension or its suspension (see PREFIXES)."""
    return [key for key in content if (found := _TERM_KEY.fullmatch(key)) and (found[1] or found[3] or "") == prefix]


def _term(content: Tree, prefix: str, rolls: bool) -> Term | None:
    keys = unit_keys(content, prefix)
    if len(keys) > 1:
        raise KeyFault("KR-BELEID-EENHEID", keys[1])
    return Term(int(str(content[keys[0]])), Unit(keys[0].removeprefix(prefix)), rolls) if keys else None


def _extension(content: Tree, rolls: bool) -> Term | None:
    found = _term(content, "extension_", rolls)
    if found is not None and found.amount and content.get("sight_on_safety") is True:
        raise KeyFault("KR-BELEID-ZICHT", unit_keys(content, "extension_")[0])
    return found


def _suspension(content: Tree, term: Term) -> Term | None:
    """None also for an amount of 0: so a region takes away what the default allows."""
    found = _term(content, "suspension_", rolls=True)
    if found is None or not found.amount:
        return None
    key = unit_keys(content, "suspension_")[0]
    if content.get("bound", Bound.AGREED) != Bound.AGREED:
        raise KeyFault("KR-BELEID-WET", key)
    if content.get("sight_on_safety") is True:
        raise KeyFault("KR-BELEID-ZICHT", key)
    if term.unit is Unit.HOURS:
        raise KeyFault("KR-BELEID-EENHEID", key)
    return found


def _first_fault(content: Tree) -> KeyFault | None:
    for key, value in content.items():
        if key in PLAIN_KEYS:
            if not _fits(key, value):
                return KeyFault("KR-BELEID-WAARDE", key)
        elif not _TERM_KEY.fullmatch(key):
            # A number under a key we do not know can only be meant as a term: its unit is wrong.
            return KeyFault("KR-BELEID-EENHEID" if isinstance(value, int) else "KR-BELEID-SLEUTEL", key)
        elif type(value) is not int or not (0 if key.startswith("suspension_") else 1) <= value <= LONGEST:
            return KeyFault("KR-BELEID-WAARDE", key)
    return None if "start" in content else KeyFault("KR-BELEID-WAARDE")


def _fits(key: str, value: object) -> bool:
    if key in FLAGS:
        return isinstance(value, bool)
    allowed: type[StrEnum] = Bound if key == "bound" else Start
    return isinstance(value, str) and value in list(allowed)
