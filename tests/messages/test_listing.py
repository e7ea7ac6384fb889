"""What the command line can tell about messages."""

from integrations.ledger import Ledger
from integrations.ledger.tables import MessageState
from integrations.mail import Result, Verdict
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import deliver_messages
from tasks.list_messages import list_messages
from tests.messages.rows import NOW, REFERENCE, later, plan, planned


class InDoubt:
    """May always have sent."""

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        return Result(Verdict.INDEFINITE, "verbroken")


def test_messages_are_listed_with_what_became_of_them(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101", "R", planned_at=later(days=1)))
    deliver_messages(ledger, NOW, InDoubt())
    newest, oldest = list_messages(ledger)
    assert (newest.party, newest.rung, newest.state, newest.sent_to, newest.reference) == (
        "LT-101",
        "R",
        "planned",
        "",
        "",
    )
    assert (oldest.case_reference, oldest.step, oldest.label, oldest.sent_to) == (REFERENCE, "kind_s-1", "VB", "VT-101")
    assert (oldest.state, oldest.maybe_twice, len(oldest.reference)) == ("bundled", 1, 9)


def test_a_stand_in_finds_what_was_meant_for_another(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"), people={"VT-101": {"active": False}})
    bundle_messages(ledger, NOW)
    assert [row.party for row in list_messages(ledger, party="VT-201")] == ["VT-101"]
    assert [row.sent_to for row in list_messages(ledger, party="VT-101")] == ["VT-201"]


def test_the_list_can_be_narrowed(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", planned_at=later(days=1)), planned("s-3", "LT-101"))
    bundle_messages(ledger, NOW)
    assert len(list_messages(ledger, case_reference=REFERENCE)) == 3
    assert list_messages(ledger, case_reference="M4CD-K3FH-9") == []
    assert len(list_messages(ledger, state=MessageState.PLANNED)) == 1
    assert len(list_messages(ledger, state=MessageState.BUNDLED, party="VT-101")) == 1
    assert [row.id for row in list_messages(ledger, limit=2)] == [3, 2]
