"""The preview says when each message really leaves and who then gets it: the same rules, seen ahead."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, func, select

from domain.duty import AbsenceCause
from integrations.ledger import SYSTEM
from integrations.ledger.tables import Bundle, Message, MessageState, Shift, Step
from tasks.deliver_messages import deliver_messages
from tasks.preview_messages import PreviewLine, preview
from tasks.record_absence import record_absence
from tests.chain import Chain
from tests.people.post import Post
from tests.region import DOOR, moment
from tests.stages import reported

UNTIL = moment("2026-05-05T12:00")
Seen = set[tuple[datetime, str, str, str, str]]


def foreseen(chain: Chain) -> list[PreviewLine]:
    return preview(chain.ledger, chain.now, UNTIL)


def happened(chain: Chain) -> Seen:
    """Every round at every moment at which something could leave; what was sent, when, and to whom."""
    post, found, last = Post(), Seen(), 0
    for at in _moments(chain):
        chain.now = at
        chain.sweep()
        deliver_messages(chain.ledger, at, post)
        with chain.ledger.reading() as session:
            sent = select(Message, Bundle.party).join(Bundle, col(Bundle.id) == Message.bundle_id)
            rows = session.exec(sent.where(Message.state == MessageState.SENT, col(Bundle.id) > last)).all()
            found |= {(at, row.step_id, row.rung, row.party, party) for row, party in rows}
            last = session.exec(select(Bundle.id).order_by(col(Bundle.id).desc())).first() or 0
    return found


def _moments(chain: Chain) -> Iterator[datetime]:
    """When something could happen: a look of the sweep, an opening; and in between, when nothing may."""
    day = chain.now.replace(hour=8, minute=0) + timedelta(days=1)
    yield chain.now
    while day <= UNTIL:
        with chain.ledger.reading() as session:
            look = session.exec(select(func.min(Step.next_action_at))).first()
        if look is not None and look < day:
            yield max(look, chain.now)
        else:
            yield from (day - timedelta(hours=5), day)
            day += timedelta(days=1)


def as_seen(lines: list[PreviewLine]) -> Seen:
    return {(line.at, line.step_id, line.rung, line.party, line.sent_to) for line in lines if line.rung != "ACUTE"}


@pytest.mark.parametrize("late", [False, True], ids=["by-day", "in-the-evening"])
def test_what_the_preview_foresees_is_what_happens(chain: Chain, late: bool) -> None:
    reported(chain)
    chain.at("2026-04-21T19:00" if late else "2026-04-22T09:00")
    away = {"from_at": moment("2026-04-24T00:00"), "until_at": moment("2026-04-29T12:00")}
    record_absence(chain.ledger, "VT-201", AbsenceCause.LEAVE, "VT-209", door=DOOR, now=chain.now, **away)
    ahead = as_seen(foreseen(chain))
    assert {sent_to for _, _, _, party, sent_to in ahead if party == "VT-201"} >= {"VT-202"}
    assert ahead == {seen for seen in happened(chain) if seen[2] != "ACUTE"}


def test_a_notice_of_the_evening_leaves_at_the_opening(chain: Chain) -> None:
    chain.report()
    leaves = {(line.party, line.at) for line in foreseen(chain) if line.rung == "NOTICE"}
    assert ("VT-201", moment("2026-04-21T08:00")) in leaves
    assert ("VT-911", chain.now) in leaves


def test_who_comes_on_duty_during_the_night_hears_it_then(chain: Chain) -> None:
    chain.report()
    begins = moment("2026-04-21T02:00")
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        work.session.add(Shift(professional="VT-201", from_at=begins, until_at=moment("2026-04-21T06:00")))
    leaves = {line.at for line in foreseen(chain) if line.rung == "NOTICE" and line.party == "VT-201"}
    assert leaves == {begins}
    assert "VT-201" in Post().round(chain.ledger, begins)


def test_what_is_overtaken_before_it_leaves_is_not_foreseen(chain: Chain) -> None:
    reported(chain)
    step = chain.step("safety_assessment")
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        row = work.session.get_one(Step, step.id)
        row.due_at, row.next_action_at = moment("2026-04-23T23:59:59"), moment("2026-04-22T08:00")
    rungs = [
        line.rung
        for line in foreseen(chain.at("2026-04-21T18:30"))
        if line.step_id == step.id and line.at <= moment("2026-04-22T08:00")
    ]
    assert rungs == ["R"]
