"""How a case gets somewhere: each stage goes through the one before it, on the days of the main case (domain 7.1)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from sqlmodel import select

from integrations.ledger.tables import Setting
from tests.chain import Chain
from tests.region import HOUSEHOLD

P = ParamSpec("P")
_made: dict[tuple[object, ...], tuple[bytes, Chain]] = {}


def once(stage: Callable[Concatenate[Chain, P], Chain]) -> Callable[Concatenate[Chain, P], Chain]:
    """A stage of a fresh chain is made once; the next test that asks for it gets a copy of its file."""

    @wraps(stage)
    def staged(chain: Chain, /, *args: P.args, **kwargs: P.kwargs) -> Chain:
        if chain.reports or chain.ledger.url.drivername != "sqlite":
            return stage(chain, *args, **kwargs)
        key = (stage.__name__, *args, *kwargs.items(), *settings_of(chain))
        if key in _made:
            chain.restored(_made[key])
        else:
            _made[key] = stage(chain, *args, **kwargs).saved()
        return chain

    return staged


def settings_of(chain: Chain) -> list[tuple[str, str]]:
    """What the fresh ledger was told of its clock: a copy must be told the same."""
    with chain.ledger.reading() as session:
        rows = session.exec(select(Setting).where(Setting.name == "clock"))
        return [(row.name, row.value) for row in rows]


@once
def reported(chain: Chain, persons: str = HOUSEHOLD) -> Chain:
    """Mon 20 Apr 2026 22:05: reported by the police, accepted, not acute, history known."""
    chain.report(persons=persons)
    chain.record("immediate_safety_check", "VT-911", "2026-04-21T08:50", outcome="not_acute", suspicion="structural")
    chain.record("history_check", "VT-201", "2026-04-21T16:00", register="no_match", outcome="first")
    return chain


def informed(chain: Chain) -> Chain:
    """Every adult knows of the report."""
    chain.record("persons_informed", "VT-201", informed_A="phone", informed_B="letter", outcome="informed")
    return chain


@once
def heard(chain: Chain) -> Chain:
    """Everyone of the household was spoken to."""
    reported(chain)
    chain.record("safety_assessment", "VT-201", heard_A="yes", heard_B="yes", heard_C="alone", heard_D="alone")
    return chain


@once
def assessed(chain: Chain, outcome: str = "structural", *risks: str) -> Chain:
    """Tue 28 Apr 15:30: the assessment is done, with these risks; one when the outcome needs it."""
    heard(chain)
    found = risks or (() if outcome in ("no_unsafety", "unclear") else ("physical",))
    given = {f"risk_{number}": kind for number, kind in enumerate(found, 1)}
    chain.record("safety_assessment", "VT-201", "2026-04-28T15:30", outcome=outcome, **given)
    return chain


@once
def decided(chain: Chain, route: str = "conditions_and_follow_up", *risks: str) -> Chain:
    """Tue 28 Apr 15:30: the route is decided, and approved by a second reader."""
    assessed(chain, "structural", *risks)
    ground = {"investigation_ground": "thin"} if route == "investigation" else {}
    chain.record("route_decision", "VT-201", outcome=route, local_professional="WT-201", **ground)
    chain.record("route_decision", "VT-209", approval="yes")
    return chain


@once
def visited(chain: Chain, *risks: str) -> Chain:
    """Thu 7 May 16:00: the family was visited by both parties."""
    decided(chain, "conditions_and_follow_up", *risks)
    given = {"seen_C": "yes", "seen_D": "yes", "told_voluntary": "yes", "outcome": "joint"}
    chain.record("joint_first_home_visit", "VT-201", "2026-05-07T16:00", **given)
    return chain


@once
def prepared(chain: Chain, *risks: str) -> Chain:
    """Tue 28 Apr: a condition is set and the hand-over is opened by hand."""
    decided(chain, "conditions_and_follow_up", *risks)
    chain.record("conditions_and_follow_up", "VT-201", condition_1="no_new_violence", next_act="offer_handover")
    return chain


@once
def offered(chain: Chain, *risks: str) -> Chain:
    """Tue 2 Jun 10:00: the hand-over is offered, complete."""
    prepared(chain, *risks)
    chain.record("warm_handover", "VT-201", "2026-06-02T10:00", offer="yes", safe_contact_known="yes")
    return chain


@once
def handed_over(chain: Chain) -> Chain:
    """Thu 4 Jun 14:00: talked through with the family, and accepted by the local team."""
    offered(chain)
    given = {"talk_on": "2026-06-04", "takes_R1": "yes", "outcome": "accepted"}
    chain.record("warm_handover", "WT-201", "2026-06-04T14:00", **given)
    return chain


@once
def started(chain: Chain) -> Chain:
    """Tue 9 Jun: the local team has met the family; the case is in monitoring."""
    handed_over(chain)
    given = {"first_contact_on": "2026-06-09", "director": "WT-201", "outcome": "started"}
    chain.record("local_start", "WT-201", "2026-06-09T16:00", **given)
    return chain


def fed_back(chain: Chain) -> Chain:
    """Every feedback that is owed now was given."""
    while "reporter_feedback" in chain.open_words():
        chain.record("reporter_feedback", "VT-201", channel="phone", told="follow_up_started", outcome="given")
    return chain
