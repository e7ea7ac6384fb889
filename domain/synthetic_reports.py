"""One synthetic report on a household: through which door, and with which answers, by the class of its reporter."""

from collections import defaultdict
from datetime import datetime
from random import Random

from domain.figures_2023 import ACUTE_FROM_OTHERS, ACUTE_FROM_POLICE
from domain.reports import IncomingReport
from domain.synthetic_households import Household
from domain.synthetic_moments import CITIZENS, OFFICE, POLICE, Rhythm
from domain.synthetic_region import SyntheticRegion

# Everything in this file is our own estimate, except the share of acute reports.
RHYTHMS: dict[str, Rhythm] = defaultdict(lambda: OFFICE, police=POLICE, citizen=CITIZENS, unknown=CITIZENS)
PUBLIC = frozenset({"citizen", "unknown"})
LOCAL = frozenset({"social_work", "youth_help", "preventive_services"})
"""Classes of which half the reports come from the local organisation of the municipality."""


def new_report(
    region: SyntheticRegion, household: Household, reporter: str, moment: datetime, number: str, rng: Random
) -> IncomingReport:
    """A report from this class of reporter at this moment, not yet classified."""
    source = _source(region, household, reporter, rng)
    waiting = rng.random() < 0.07
    return IncomingReport(
        source=source,
        number=f"M{number}",
        received_at=moment,
        channel=_channel(reporter, rng),
        reporter_class=reporter,
        disclosure="protected" if rng.random() < _protected(reporter) else "open",
        concern=household.concern,
        municipality=household.place.code,
        district=household.district,
        household=household.number,
        persons=household.persons,
        own_number=household.own_number,
        feedback_wanted=rng.random() < _wants_feedback(reporter),
        on_regular_waiting_list=waiting,
        existing_help=not waiting and rng.random() < 0.4,
        home_ban=reporter == "police" and household.concern == "partner_violence" and rng.random() < 0.05,
        possibly_acute=rng.random() < (ACUTE_FROM_POLICE if reporter == "police" else ACUTE_FROM_OTHERS),
        norm_ground=_norm_ground(reporter, rng),
        accepted_by=rng.choice(region.intake) if region.intake else "",
    )


def _source(region: SyntheticRegion, household: Household, reporter: str, rng: Random) -> str:
    if reporter == "police":
        return region.police
    local = reporter in LOCAL and rng.random() < 0.5
    return household.place.local_organisation if local else region.veilig_thuis


def _channel(reporter: str, rng: Random) -> str:
    if reporter == "police":
        return "file"
    weights = (80, 12, 5, 3) if reporter in PUBLIC else (45, 50, 1, 4)
    return rng.choices(("phone", "form", "in_person", "letter"), weights)[0]


def _protected(reporter: str) -> float:
    return {"citizen": 0.7, "unknown": 1.0, "police": 0.0}.get(reporter, 0.05)


def _wants_feedback(reporter: str) -> float:
    return {"citizen": 0.6, "unknown": 0.0, "police": 0.5}.get(reporter, 0.9)


def _norm_ground(reporter: str, rng: Random) -> int:
    """The meldcode binds professionals; the police report what is acute or structural."""
    if reporter in PUBLIC:
        return 0
    return 2 if reporter == "police" else rng.choices(range(1, 6), (5, 45, 20, 20, 10))[0]
