"""A mail that waits while its reader falls ill goes to who stands in; one that may have arrived stays whose it was."""

from collections.abc import Sequence

import pytest
from sqlmodel import col, select, update

from domain.duty import AbsenceCause
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Audit, Delivery, Message
from integrations.mail import Result, Verdict
from tasks import unmake_mails as unmaking
from tasks.bundle_messages import bundle_messages
from tasks.end_absence import end_absence
from tasks.record_absence import record_absence
from tasks.record_departure import record_departure
from tests.messages.rows import NOW, bundles, deliveries, later, messages, plan, planned
from tests.people.post import Post

BUSY, DOUBT = Result(Verdict.TEMPORARY, "smtp-451"), Result(Verdict.INDEFINITE, "verbroken")
DEPUTY = {"VT-101": {"deputy": "VT-102"}}


def made(ledger: Ledger, *given: Message) -> None:
    """These messages, each in a mail that has not left; VT-102 is the deputy of VT-101."""
    plan(ledger, *given, people=DEPUTY)
    bundle_messages(ledger, NOW)


def ill(ledger: Ledger, code: str = "VT-101", **when: float) -> None:
    at = later(**(when or {"minutes": 1}))
    record_absence(ledger, code, AbsenceCause.SICK, code, door="test", now=later(minutes=1), from_at=at)


def acts(ledger: Ledger) -> Sequence[Audit]:
    with ledger.reading() as session:
        return session.exec(select(Audit).where(Audit.act == "mails-teruggenomen")).all()


def test_a_mail_that_waits_goes_to_the_deputy_once_its_reader_is_away(ledger: Ledger) -> None:
    made(ledger, planned("s-1"), planned("s-2", "LT-101"))
    ill(ledger)
    post = Post()
    assert post.round(ledger, later(minutes=2)) == ["LT-101", "VT-102"]
    assert {bundle.party for bundle in bundles(ledger)} == {"LT-101", "VT-102"}
    assert {message.reason for message in messages(ledger)} == {"", "vervangen:VT-102"}
    assert [act.details["bundels"] for act in acts(ledger)] == [1]
    assert Post().round(ledger, later(minutes=3)) == []


def test_who_left_is_replaced_in_a_mail_that_waits_too(ledger: Ledger) -> None:
    made(ledger, planned("s-1"))
    record_departure(ledger, "VT-101", "VT-201", door="test", now=later(minutes=1))
    assert Post().round(ledger, later(minutes=2)) == ["VT-102"]


def test_a_mail_the_relay_had_no_room_for_goes_to_the_deputy_with_tries_of_its_own(ledger: Ledger) -> None:
    made(ledger, planned("s-1"))
    assert Post(BUSY).round(ledger, NOW) == []
    ill(ledger)
    assert Post().round(ledger, later(minutes=2)) == ["VT-102"]
    assert [(delivery.state, delivery.attempts) for delivery in deliveries(ledger)] == [("sent", 1)]


def test_a_mail_that_may_have_arrived_keeps_its_reader(ledger: Ledger) -> None:
    made(ledger, planned("s-1"))
    assert Post(DOUBT).round(ledger, NOW) == []
    ill(ledger)
    assert Post().round(ledger, later(minutes=2)) == ["VT-101"]
    assert acts(ledger) == []


@pytest.mark.parametrize("state", ["sent", "claimed", "permanent"])
def test_a_mail_with_a_channel_that_had_its_turn_keeps_its_reader(ledger: Ledger, state: str) -> None:
    two = {"VT-101": {"deputy": "VT-102", "channels": ["mail:a@werk.example", "mail:b@werk.example"]}}
    plan(ledger, planned("s-1"), people=two)
    bundle_messages(ledger, NOW)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        first = update(Delivery).where(col(Delivery.channel) == 0)
        uow.session.connection().execute(first.values(state=state, attempts=1, lease_until=later(hours=1)))
    ill(ledger)
    Post().round(ledger, later(minutes=2))
    assert [bundle.party for bundle in bundles(ledger)] == ["VT-101"]


def test_an_alarm_stays_with_whom_it_was_for(ledger: Ledger) -> None:
    made(ledger, planned("s-1", rung="ACUTE"))
    ill(ledger)
    assert Post().round(ledger, later(minutes=2)) == ["VT-101"]


def test_an_absence_to_come_moves_nothing_before_it_begins(ledger: Ledger) -> None:
    made(ledger, planned("s-1"))
    ill(ledger, days=1)
    assert Post().round(ledger, later(minutes=2)) == ["VT-101"]


def test_what_a_deputy_would_get_goes_back_to_who_returned_when_the_deputy_falls_ill(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), people=DEPUTY)
    record_absence(ledger, "VT-101", AbsenceCause.LEAVE, "VT-101", door="test", now=NOW)
    bundle_messages(ledger, NOW)
    assert [bundle.party for bundle in bundles(ledger)] == ["VT-102"]
    end_absence(ledger, "VT-101", "VT-101", door="test", now=later(minutes=1))
    ill(ledger, "VT-102")
    assert Post().round(ledger, later(minutes=2)) == ["VT-101"]
    assert [message.reason for message in messages(ledger)] == [""]


def test_more_mails_than_fit_one_transaction_are_all_made_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(ledger, planned("s-1"), planned("s-2", planned_at=later(minutes=1)))
    bundle_messages(ledger, later(minutes=1))
    monkeypatch.setattr(unmaking, "AT_ONCE", 1)
    ill(ledger)
    assert Post().round(ledger, later(minutes=2)) == ["VT-102"]
    assert len(acts(ledger)) == 2
