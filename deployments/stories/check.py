"""Hold what an act brought about against what the story expects; each difference is one Dutch sentence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from deployments.stories.format import Expect, Told
from domain.case import CaseView, PersonRole
from domain.dutch import AMSTERDAM, amount
from domain.step import Context
from domain.steps.warm_handover import not_heard, trained_for
from domain.terms import local_date
from integrations.ledger.case_view import case_view
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Report, Risk, Step, StepState
from tasks.record_answer import Recorded


@dataclass(frozen=True)
class Seen:
    """What there is to look at after an act: the session, the case, the window of time, what the act gave or met."""

    session: Session
    case: Case
    since: datetime
    now: datetime
    result: Recorded | None
    refused: str
    missing: tuple[str, ...]


def differences(seen: Seen, expect: Expect) -> Iterator[str]:
    """Every difference, in Dutch; none when the story holds."""
    if seen.refused != expect.refused:
        yield f"geweigerd: verwacht {expect.refused or 'niet'}, was {seen.refused or 'niet'}"
    for check in (_missing, _second, _dues, _moments, _states, _lateness, _case, _risks, _persons, _offers, _messages):
        yield from check(seen, expect)


def _same(what: str, expected: object, found: object) -> Iterator[str]:
    if str(expected) != str(found):
        yield f"{what}: verwacht {expected}, was {found}"


def _missing(seen: Seen, expect: Expect) -> Iterator[str]:
    if expect.missing is None:
        return
    if len(seen.missing) != len(expect.missing):
        wanted = amount(len(expect.missing), "onderdeel", "onderdelen")
        yield f"ontbreekt: verwacht {wanted}, was {'; '.join(seen.missing) or 'niets'}"
    for part in expect.missing:
        if not any(part in gap for gap in seen.missing):
            yield f"ontbreekt: verwacht {part}"


def _second(seen: Seen, expect: Expect) -> Iterator[str]:
    if expect.waits_for_second is not None:
        waits = bool(seen.result and seen.result.waits_for)
        yield from _same("wacht op tweede persoon", expect.waits_for_second, waits)


def steps(seen: Seen, word: str) -> list[Step]:
    """The steps of this word (or word/subject) of the case, as they came."""
    kind, _, subject = word.partition("/")
    rows = seen.session.exec(select(Step).where(Step.case_id == seen.case.id, Step.kind == kind).order_by(col(Step.id)))
    return [step for step in rows if step.subject.startswith(subject)]


def _last(seen: Seen, word: str) -> Step | None:
    found = steps(seen, word)
    return found[-1] if found else None


def _shown(moment: datetime | None, like: str) -> str:
    """A moment in the precision the story asks: a date, or a date and time."""
    if moment is None:
        return "None"
    local = moment.astimezone(AMSTERDAM)
    return local.date().isoformat() if len(like) <= len("2026-04-20") else local.strftime("%Y-%m-%d %H:%M")


def _dues(seen: Seen, expect: Expect) -> Iterator[str]:
    pairs: tuple[tuple[dict[str, str], Callable[[Step], datetime | None]], ...] = (
        (expect.due, lambda step: step.due_at),
        (expect.due_from_report, lambda step: step.due_other_at),
    )
    for wanted, moment in pairs:
        for word, day in wanted.items():
            step = _last(seen, word)
            yield from _same(f"uiterlijk {word}", day, _shown(moment(step), day) if step else "geen stap")


def _moments(seen: Seen, expect: Expect) -> Iterator[str]:
    for word, days in expect.moments.items():
        running = [s for s in steps(seen, word) if s.state in RUNNING]
        yield from _same(f"momenten {word}", list(days), [_shown(step.due_at, "2026-04-20") for step in running])


def _states(seen: Seen, expect: Expect) -> Iterator[str]:
    for word in expect.opened:
        if not any(step.state == StepState.OPEN for step in steps(seen, word)):
            yield f"{word} is niet open"
    for word in expect.not_open:
        if any(step.state == StepState.OPEN for step in steps(seen, word)):
            yield f"{word} is open"
    for word, outcome in expect.closed.items():
        closed = [s.outcome for s in steps(seen, word) if s.state in (StepState.DONE, StepState.CANCELLED)]
        yield from _same(f"uitkomst {word}", outcome, closed[-1] if closed else "niet afgerond")
    for word, cause in expect.cause.items():
        step = _last(seen, word)
        yield from _same(f"oorzaak {word}", cause, step.waiting_cause if step else "geen stap")
    for word, code in expect.worker.items():
        step = _last(seen, word)
        yield from _same(f"eigenaar {word}", code, step.owner if step else "geen stap")


def _lateness(seen: Seen, expect: Expect) -> Iterator[str]:
    for word in expect.on_time:
        yield from _same(f"werkdagen te laat {word}", 0, _late(seen, word))
    for word, days in expect.working_days_late.items():
        yield from _same(f"werkdagen te laat {word}", days, _late(seen, word))
    for word, days in expect.lasted_days.items():
        step = _last(seen, word)
        ends = step and step.start_at and step.closed_at and local_date(step.closed_at) - local_date(step.start_at)
        yield from _same(f"duur {word}", days, ends.days if ends else "niet afgerond")


def _late(seen: Seen, word: str) -> int | str:
    step = _last(seen, word)
    if step is None or step.due_at is None or step.closed_at is None:
        return "niet afgerond"
    counts = policy_of(seen.session).calendar().counts
    day, last = local_date(step.due_at), local_date(step.closed_at)
    return sum(counts(day + timedelta(days=n)) for n in range(1, (last - day).days + 1))


def _case(seen: Seen, expect: Expect) -> Iterator[str]:
    case = seen.case
    retention = case.retention_until.isoformat() if case.retention_until else ""
    found = {
        "holder": case.sight,
        "state": case.state,
        "status": case.status,
        "waiting": case.waiting_cause,
        "retention": retention,
    }
    for name, value in found.items():
        if (wanted := getattr(expect, name)) is not None:
            yield from _same(name, wanted, value)
    if expect.classification is not None:
        last = select(Report.classification).where(Report.case_id == case.id).order_by(col(Report.id).desc())
        yield from _same("indeling", expect.classification, seen.session.exec(last).first())


def _risks(seen: Seen, expect: Expect) -> Iterator[str]:
    rows = seen.session.exec(select(Risk).where(Risk.case_id == seen.case.id)).all()
    if expect.open_risks is not None:
        yield from _same("open risico's", expect.open_risks, sum(r.resolved_at is None for r in rows))
    if expect.acknowledged_risks is not None:
        yield from _same(
            "overgenomen risico's", expect.acknowledged_risks, sum(r.acknowledged_at is not None for r in rows)
        )


def _persons(seen: Seen, expect: Expect) -> Iterator[str]:
    view = case_view(seen.session, seen.case)
    if expect.heard is not None:
        yield from _same("gesproken", expect.heard, _share(view, None))
    if expect.children_heard is not None:
        yield from _same("kinderen gehoord", expect.children_heard, _share(view, PersonRole.CHILD))
    if expect.package:
        handover = view.of_kind("warm_handover")[-1]
        lines = not_heard(Context(view, handover, policy_of(seen.session), seen.now))
        for part in expect.package:
            if not any(part in line for line in lines):
                yield f"pakket: verwacht {part}, was {'; '.join(lines) or 'niets'}"


def _offers(seen: Seen, expect: Expect) -> Iterator[str]:
    if not expect.offers:
        return
    view = case_view(seen.session, seen.case)
    context = Context(view, view.of_kind("warm_handover")[-1], policy_of(seen.session), seen.now)
    yield from _same("geschoolde professionals", list(expect.offers), list(trained_for(context, roster(seen.session))))


def _share(view: CaseView, role: PersonRole | None) -> str:
    facts = view.of_kind("safety_assessment")[-1].facts
    persons = [person for person in view.persons if role is None or person.role is role]
    heard = [p for p in persons if facts.text(f"heard_{p.key}") in ("yes", "alone", "with_adult", "observed")]
    return f"{len(heard)}/{len(persons)}"


def _messages(seen: Seen, expect: Expect) -> Iterator[str]:
    told = messages(seen, seen.since)
    for wanted in expect.messages:
        if not any(_is(wanted, found) for found in told):
            yield f"bericht {wanted.rung} over {wanted.step} aan {wanted.to or 'iemand'} is niet gepland"
    for unwanted in expect.no_messages:
        if any(_is(unwanted, found) for found in messages(seen, None)):
            yield f"bericht {unwanted.rung} over {unwanted.step} had niet gemogen"
    if expect.only_messages is not None:
        extra = [found for found in told if not any(_is(wanted, found) for wanted in expect.only_messages)]
        yield from (f"bericht {f.rung} over {f.step} aan {f.to} was niet verwacht" for f in extra)
        lacking = [wanted for wanted in expect.only_messages if not any(_is(wanted, found) for found in told)]
        yield from (f"bericht {w.rung} over {w.step} aan {w.to} is niet gepland" for w in lacking)


def messages(seen: Seen, since: datetime | None) -> list[Told]:
    """What was decided for this case since a moment; skipped rungs are not told."""
    rows = (
        select(Message, Step.kind)
        .join(Step, col(Step.id) == Message.step_id)
        .where(Step.case_id == seen.case.id, Message.state != MessageState.SKIPPED, col(Message.planned_at) <= seen.now)
        .order_by(col(Message.id))
    )
    found = [
        (message, kind) for message, kind in seen.session.exec(rows) if since is None or message.planned_at > since
    ]
    return [Told(step=kind, rung=message.rung, to=message.party) for message, kind in found]


def _is(wanted: Told, found: Told) -> bool:
    return (wanted.step, wanted.rung) == (found.step, found.rung) and wanted.to in ("", found.to)
