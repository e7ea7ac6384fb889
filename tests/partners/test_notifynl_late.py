"""A worker that slept past its lease, and what NotifyNL told of its message meanwhile: that stays."""

import pytest

from integrations.ledger import SYSTEM
from integrations.verdict import Result, Verdict
from tasks.claim_deliveries import Claim
from tasks.deliver_messages import deliver_messages
from tasks.record_verdicts import record_verdicts
from tests.messages.rows import NOW, bundles, deliveries, later, losses
from tests.partners.notifynl_rows import BY_SMS
from tests.partners.test_notifynl_rounds import Dying, World, _door, _played, world

__all__ = ["_door", "_played", "world"]


@pytest.mark.parametrize(
    ("status", "end"), [("permanent-failure", ("permanent", "failed")), ("temporary-failure", ("temporary", "bundled"))]
)
def test_who_slept_past_its_lease_does_not_undo_what_a_receipt_told_meanwhile(
    world: World, status: str, end: tuple[str, str]
) -> None:
    world.plan(BY_SMS)
    with pytest.raises(KeyboardInterrupt):
        deliver_messages(world.ledger, NOW, Dying(world.sender))
    assert world.round(later(minutes=2)) == "sent"
    [row] = deliveries(world.ledger)
    slow = Claim(row.id or 0, 1, bundles(world.ledger)[0].reference, BY_SMS, "", "")
    assert world.tell(world.standin.receipt(status)) == 204
    with world.ledger.unit_of_work(now=later(minutes=3), actor=SYSTEM) as work:
        record_verdicts(work, [(slow, Result(Verdict.SENT, remote=world.standin.taken[0]["id"]))])
    [row] = deliveries(world.ledger)
    assert (row.state, row.reason, world.state()) == (end[0], f"notifynl-{status}", end[1])
    assert len(losses(world.ledger)) == (end[1] == "failed")
