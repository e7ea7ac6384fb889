"""The life of steps as the account needs it: from the rows of the steps and the audit trail, never from messages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from domain.obligations import Chapter, Life
from domain.policy import Policy
from domain.process import URGENT, step_of
from integrations.ledger.tables import Audit, Step

HEARD = ("urgent-gezien", "antwoord-vastgelegd")
OPENED = ("stap-geopend", "stap-gepland")
MOVED = ("termijn-gestart", "termijn-verlengd", "termijn-opgeschort", "termijn-hervat")
AT_ONCE = 5_000  # steps in one question
_COLUMNS = [
    col(getattr(Step, name))
    for name in ("id", "kind", "opened_at", "closed_at", "due_at", "stalled_at", "acute", "acknowledged_at")
] + [col(Step.deadline_version)]


def lives_of_day(session: Session, policy: Policy, start: datetime, end: datetime) -> Iterator[Life]:
    """The steps that may owe something between these moments."""
    around = _around(policy)
    near = or_(*(column.between(start - around, end + around) for column in (col(Step.due_at), col(Step.stalled_at))))
    alarm = or_(col(Step.acute), col(Step.kind).in_(URGENT))
    may_owe = or_(
        near, and_(col(Step.opened_at) >= start, col(Step.opened_at) < end), alarm, col(Step.deadline_version) > 1
    )
    living = or_(col(Step.closed_at).is_(None), col(Step.closed_at) >= start)
    return _lives(session, col(Step.opened_at).is_not(None) & living & may_owe)


def lives_of(session: Session, step_ids: Iterable[str]) -> Iterator[Life]:
    """These steps."""
    ids = sorted(step_ids)
    for i in range(0, len(ids), AT_ONCE):
        yield from _lives(session, col(Step.id).in_(ids[i : i + AT_ONCE]) & col(Step.opened_at).is_not(None))


def _around(policy: Policy) -> timedelta:
    """No rung lies further from its due date than this: so many working days, with weekends and a row of holidays."""
    rule = policy.escalation
    return timedelta(days=10 + 2 * max(rule.remind_before_wd, *rule.monitoring, rule.l4_after_wd))


def _lives(session: Session, where: Any) -> Iterator[Life]:
    rows = session.connection().execute(select(*_COLUMNS).where(where)).all()
    acts = _acts(session, [row.id for row in rows if row.deadline_version > 1 or row.acute or row.kind in URGENT])
    for row in rows:
        yield _life(row, acts.get(row.id, []))


def _acts(session: Session, ids: Sequence[str]) -> dict[str, list[Any]]:
    """What the trail says of these steps: openings, moved terms, and who had seen it. In their order."""
    found: dict[str, list[Any]] = defaultdict(list)
    columns = (col(Audit.step_id), col(Audit.at), col(Audit.act), col(Audit.details))
    wanted = select(*columns).where(col(Audit.act).in_((*HEARD, *OPENED, *MOVED))).order_by(col(Audit.seq))
    for i in range(0, len(ids), AT_ONCE):
        for act in session.connection().execute(wanted.where(col(Audit.step_id).in_(ids[i : i + AT_ONCE]))):
            found[act.step_id].append(act)
    return found


def _life(row: Any, acts: Sequence[Any]) -> Life:
    heard = {act.at for act in acts if act.act in HEARD} | ({row.acknowledged_at} - {None})
    chapters = tuple(_stalled(_chapters(row, acts), row.stalled_at))
    known = {chapter.version for chapter in chapters}
    return Life(
        step_id=row.id,
        kind=step_of(row.kind),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        acute=row.acute,
        chapters=chapters,
        heard=tuple(heard),
        strange=frozenset(range(1, row.deadline_version + 1)) - known,
    )


def _chapters(row: Any, acts: Sequence[Any]) -> list[Chapter]:
    """One for each version of the term; a term that never moved is the one the row has."""
    moved = [act for act in acts if act.act in MOVED]
    if not moved:
        return [Chapter(row.deadline_version, row.opened_at, row.due_at)]
    first = next((_moment(act.details.get("due")) for act in acts if act.act in OPENED), None)
    begun = [Chapter(int(moved[0].details["version"]) - 1, row.opened_at, first)]
    return begun + [Chapter(int(act.details["version"]), act.at, _moment(act.details.get("due"))) for act in moved]


def _stalled(chapters: Sequence[Chapter], stalled_at: datetime | None) -> Iterator[Chapter]:
    """A refusal before the due moment starts a chapter of its own; after it nothing changes."""
    ends = (*(chapter.from_at for chapter in chapters[1:]), None)
    for chapter, until in zip(chapters, ends, strict=True):
        if stalled_at is None or (until is not None and until <= stalled_at):
            yield chapter
        elif stalled_at <= chapter.from_at:
            yield Chapter(chapter.version, chapter.from_at, chapter.due_at, stalled_at)
        else:
            yield chapter
            if chapter.due_at is None or stalled_at < chapter.due_at:
                yield Chapter(chapter.version, stalled_at, chapter.due_at, stalled_at)


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
