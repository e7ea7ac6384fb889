"""Deliver: every two minutes, send what is due."""

from prefect import State
from prefect.client.orchestration import PrefectClient

from flows.clock import now
from flows.outbox import pump
from flows.rounds import clockwork, one_round
from integrations.ledger import Ledger
from tasks.deliver_messages import deliver_messages
from tasks.settle_restore import leave_mark


@clockwork("Berichten versturen")
async def deliver() -> State[None]:
    """Verstuurt de berichten die aan de beurt zijn."""
    return await one_round(work)


async def work(client: PrefectClient, ledger: Ledger) -> str:
    """Send, then tell Prefect what is still untold."""
    became = deliver_messages(ledger, now())
    leave_mark(ledger, now(), sent=became.any)
    await pump(client, ledger, now())
    failed = became.permanent + became.temporary + became.indefinite
    return f"{became.sent} verstuurd, {failed} niet of misschien niet aangekomen"
