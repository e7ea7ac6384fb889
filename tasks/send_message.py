"""One outside call: send what was claimed."""

from time import monotonic

from domain.delivery import LEASE, SEND_BOUND
from integrations.faults import fault_point
from integrations.mail import Result, Sender, Verdict
from tasks.claim_deliveries import Claim

PATIENCE = (LEASE - SEND_BOUND).total_seconds() - 5
NO_CHANNEL = Result(Verdict.PERMANENT, "kanaal-weg")


def send_message(sender: Sender, claim: Claim) -> Result | None:
    """Send once. Whatever goes wrong ends as a verdict: an error nobody foresaw may have come after the send.

    None: not sent, because the rest of the lease is shorter than a send may take.
    """
    if monotonic() - claim.since > PATIENCE:
        return None
    if not claim.channel:
        return NO_CHANNEL
    fault_point("send.before")
    try:
        return sender.send(claim.channel, claim.subject, claim.body, claim.reference)
    except Exception:
        return Result(Verdict.INDEFINITE, "onverwacht")
    finally:
        fault_point("send.after")
