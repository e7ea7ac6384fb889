"""Read a whole report: the figures of its period, and of the year so far."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import InputRefusal
from domain.figures import Figures, Period, published_fortnight, published_on, year_so_far
from domain.figures_view import flows, fortnightly_measures
from domain.measures import MEASURES, Measure
from domain.policy.model import Privacy
from domain.waiting_lists import WaitingLine
from integrations.ledger import Ledger
from integrations.ledger.policy import policy_of
from tasks.read_figures import figures_of
from tasks.read_waiting_lists import read_waiting_lists


@dataclass(frozen=True)
class Report:
    """A report as raw counts, with what may be told (`privacy`). `year` is None where the period is the whole story."""

    kind: str
    title: str
    figures: Figures
    year: Figures | None
    privacy: Privacy
    measures: tuple[Measure, ...]
    published_on: date | None
    preliminary: bool
    partners: tuple[WaitingLine, ...] = ()
    """Waiting lists of partners, as known before the period ended."""

    @property
    def year_measures(self) -> tuple[Measure, ...]:
        """What is told of the year so far: what happened, not the states."""
        return flows(self.measures)


def read_fortnightly(ledger: Ledger, on: date, known_until: datetime) -> Report:
    """The overview that was published last on this day. Raises KR-DATUM-TOEKOMST for a day that is still to come."""
    with ledger.reading() as session:
        policy = policy_of(session)
        period = published_fortnight(policy.information.fortnightly_anchor, on, policy.calendar())
        if period.ends > known_until:
            raise InputRefusal("KR-DATUM-TOEKOMST", field="datum")
        return Report(
            kind="fortnightly",
            title="Sturingsinformatie Veilig Thuis, tweewekelijks",
            figures=figures_of(session, policy, period, known_until),
            year=figures_of(session, policy, year_so_far(period), known_until, stock=False),
            privacy=policy.privacy,
            measures=fortnightly_measures(),
            published_on=published_on(period.until, policy.calendar()),
            preliminary=False,
            partners=read_waiting_lists(session, period.until, known_until),
        )


def read_half_year(ledger: Ledger, period: Period, known_until: datetime) -> Report:
    """The figures of a half year; preliminary when it was still running at `known_until`."""
    with ledger.reading() as session:
        policy = policy_of(session)
        return Report(
            kind="half-year",
            title="Halfjaarrapportage Veilig Thuis",
            figures=figures_of(session, policy, period, known_until),
            year=None,
            privacy=policy.privacy,
            measures=MEASURES,
            published_on=None,
            preliminary=period.ends > known_until,
            partners=read_waiting_lists(session, period.until, known_until),
        )
