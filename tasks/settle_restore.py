"""Settle a restore: an older ledger may send again what the lost days sent, and says so; and the mark that shows it.

One unit of work, before anything is sent: it leaves no moment at which a restored ledger sends without marking.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from domain.delivery import bundle_reference, letter_reference
from domain.dutch import moment_text
from domain.messages import Rendered, repeated
from integrations.faults import fault_point
from integrations.ledger import SYSTEM, Ledger, UnitOfWork, high_water
from integrations.ledger import restored as facts
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import RUNNING, Bundle, Delivery, Message, Outbox, Step
from tasks.compose_messages import body_hash
from tasks.drop_closed import UNSETTLED, may_have_arrived

SHOWN_FOR = timedelta(days=1)
AT_ONCE = 500  # numbers in one statement


def settle_restore(ledger: Ledger, now: datetime, *, forced: bool = False) -> int:
    """Settle when this ledger is an older copy of itself, or when `forced`; how many waiting deliveries were marked.

    Nothing happens, and nothing is written, when there is no sign of a restore.
    """
    with ledger.reading() as session:
        why = facts.sign_of_restore(session, ledger)
        homeless = not get(session, facts.LIVES_IN) and bool(facts.lives_in(session))
    if why or forced:
        return _settle(ledger, now, facts.BY_HAND if forced else why)
    if homeless:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            facts.settle_home(uow)
    return 0


def leave_mark(ledger: Ledger, now: datetime, *, sent: bool) -> None:
    """After a round: note how far the ledger is. `sent`: it sent or bundled, so no older copy may pass for it."""
    if sent:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            put(uow, high_water.ROUNDS, str(int(get(uow.session, high_water.ROUNDS) or 0) + 1))
    with ledger.reading() as session:
        mark = high_water.reached(session)
    known = high_water.read(ledger.url)
    high_water.write(ledger.url, replace(mark, times=max(mark.times, known.times)))


def restore_problem(session: Session, ledger: Ledger, now: datetime) -> str:
    """What to tell of a restore that nobody asked for, in Dutch; '' when there is nothing to tell."""
    if facts.sign_of_restore(session, ledger):
        return "de administratie is een oudere kopie; de volgende bezorging merkt haar"
    until, cause = get(session, facts.UNTIL), get(session, facts.CAUSE)
    if not until or cause == facts.BY_HAND or now - datetime.fromisoformat(until) > SHOWN_FOR:
        return ""
    moment = moment_text(datetime.fromisoformat(until))
    return f"oudere administratie bemerkt op {moment}; vraag na wat daarna is vastgelegd"


def _settle(ledger: Ledger, now: datetime, why: str) -> int:
    mark = high_water.read(ledger.url)
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        times = max(facts.epoch(uow.session), mark.times) + 1
        high_water.write(ledger.url, replace(mark, times=times))  # first: a number may be skipped, never given twice
        facts.restored(uow, why, mark)
        marked = _doubt(uow, times)
        _forget_runs(uow)
        uow.audit("teruggezet", ground="beheer", reden=why, keer=times, bezorgingen=marked)
    fault_point("restore.settled")
    with ledger.reading() as session:
        high_water.write(ledger.url, high_water.reached(session))
    return marked


def _doubt(uow: UnitOfWork, times: int) -> int:
    """Everything that waits may have gone out already. Its mail gets a new reference, unless its text was fixed: the
    lost days cannot have changed the words of a mail that may have arrived."""
    waiting = select(Delivery.bundle_id).where(col(Delivery.state).in_(UNSETTLED))
    deliveries = uow.session.exec(select(Delivery).where(col(Delivery.bundle_id).in_(waiting))).all()
    by_bundle: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_bundle[delivery.bundle_id].append(delivery)
    open_text = [number for number, those in by_bundle.items() if not may_have_arrived(those)]
    for i in range(0, len(open_text), AT_ONCE):
        _rename(uow.session, open_text[i : i + AT_ONCE], times)
    doubted = [delivery for delivery in deliveries if delivery.state in UNSETTLED]
    for delivery in doubted:
        delivery.indefinite += 1
    return len(doubted)


def _rename(session: Session, numbers: Sequence[int], times: int) -> None:
    first = select(Message.bundle_id, func.min(Message.id)).where(col(Message.bundle_id).in_(numbers))
    lowest = dict(session.exec(first.group_by(col(Message.bundle_id))).all())
    for bundle in session.exec(select(Bundle).where(col(Bundle.id).in_(numbers))):
        lowest_in_it = lowest.get(bundle.id)
        new = bundle_reference(lowest_in_it, times) if lowest_in_it else letter_reference(bundle.id or 0, times)
        old = bundle.reference
        text = repeated(Rendered(bundle.subject.replace(old, new), bundle.body.replace(old, new)))
        bundle.reference, bundle.subject, bundle.body = new, text.subject, text.body
        bundle.body_hash = body_hash(text)


def _forget_runs(uow: UnitOfWork) -> None:
    """Which run shows which step is news from before: reconcile finds or makes them; what waits is told anew."""
    connection = uow.session.connection()
    living = col(Step.state).in_(RUNNING)
    connection.execute(update(Step).where(living, col(Step.run_id) != "").values(run_id=""))
    connection.execute(update(Outbox).where(col(Outbox.done_at).is_(None)).values(attempts=0, reason=""))
