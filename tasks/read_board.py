"""Read the board: what is late, what is open, what monitoring is coming, when was the last sweep. Codes only."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from domain.dutch import moment_text
from domain.process import step_of
from domain.terms import local_date
from integrations.ledger import Ledger
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import RUNNING, Case, Step, StepState, SweepRun
from tasks.corv_silence import silent_requests
from tasks.failed_messages import FailedLine, failed_messages
from tasks.offer_problems import offer_problems

SWEEP_EVERY = timedelta(minutes=5)
MOST_LATE = 500

ALARM = col(Step.acute) & col(Step.acknowledged_at).is_(None)

Counts = Callable[[date], bool]


@dataclass(frozen=True)
class LateLine:
    """One late step: which, whose, since when."""

    case_reference: str
    step_id: str
    kind: str
    title: str
    owner: str
    team: str
    due: str
    working_days_late: int
    cause: str
    acute: bool


@dataclass(frozen=True)
class Board:
    """The board of a region at one moment; `open_by_kind` and `open_by_team` count open steps.

    `failed`: the messages that reached nobody and that nobody took up. `partners`: what a person must look at because a
    partner's system did not answer as it should, in Dutch.
    """

    at: datetime
    late: tuple[LateLine, ...]
    late_count: int
    open_by_kind: dict[str, int]
    open_by_team: dict[str, int]
    monitoring: tuple[LateLine, ...]
    last_sweep: datetime | None
    next_sweep: datetime | None
    acute: int
    failed: tuple[FailedLine, ...] = ()
    partners: tuple[str, ...] = ()


def read_board(ledger: Ledger, now: datetime, ahead: timedelta = timedelta(days=14)) -> Board:
    """The board at `now`, with the monitoring moments due within `ahead`."""
    with ledger.reading() as session:
        past = (col(Step.due_at) < now) | col(Step.stalled_at).is_not(None)
        late = select(Step, Case).join(Case, col(Case.id) == Step.case_id).where(Step.state == StepState.OPEN, past)
        late_rows = session.exec(late.order_by(col(Step.due_at))).all()
        coming = (
            select(Step, Case)
            .join(Case, col(Case.id) == Step.case_id)
            .where(
                Step.kind == "monitoring",
                col(Step.state).in_(RUNNING),
                col(Step.due_at) >= now,
                col(Step.due_at) <= now + ahead,
            )
        )
        coming_rows = session.exec(coming.order_by(col(Step.due_at))).all()
        open_rows = session.exec(select(Step.kind, Step.team, ALARM).where(Step.state == StepState.OPEN)).all()
        last = session.exec(select(SweepRun.at).order_by(col(SweepRun.id).desc())).first()
        counts = _Lines(policy_of(session).calendar().counts, now)
        return Board(
            at=now,
            late=tuple(counts.line(step, case) for step, case in late_rows[:MOST_LATE]),
            late_count=len(late_rows),
            open_by_kind=dict(Counter(step_of(kind).title for kind, _, _ in open_rows).most_common()),
            open_by_team=dict(Counter(team for _, team, _ in open_rows).most_common()),
            monitoring=tuple(counts.line(step, case) for step, case in coming_rows),
            last_sweep=last,
            next_sweep=last + SWEEP_EVERY if last else None,
            acute=sum(1 for _, _, alarm in open_rows if alarm),
            failed=tuple(failed_messages(session)),
            partners=tuple(filter(None, (*offer_problems(session, now), silent_requests(session)))),
        )


class _Lines:
    """Lines of the board, with lateness in working days."""

    def __init__(self, counts: Counts, now: datetime) -> None:
        self.counts, self.now = counts, now

    def line(self, step: Step, case: Case) -> LateLine:
        return LateLine(
            case_reference=case.reference,
            step_id=step.id,
            kind=step.kind,
            title=step_of(step.kind).title,
            owner=step.owner,
            team=step.team,
            due=moment_text(step.due_at) if step.due_at else "",
            working_days_late=self._late(step.stalled_at or step.due_at),
            cause=step.waiting_cause,
            acute=step.acute,
        )

    def _late(self, since: datetime | None) -> int:
        if since is None or since > self.now:
            return 0
        day, today, late = local_date(since), local_date(self.now), 0
        while day < today:
            day += timedelta(days=1)
            late += self.counts(day)
        return late
