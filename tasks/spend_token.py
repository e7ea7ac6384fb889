"""Take a one-time token once: a copy of it is refused for as long as it could be good."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import SeenToken

KEPT = timedelta(days=1)
"""How long past its end a token is remembered: this machine's clock may be put back."""


def spend_token(ledger: Ledger, digest: str, expires_at: datetime, now: datetime) -> bool:
    """True the first time this token is shown. `digest`: its hash; the token itself is kept nowhere.

    Raises OutsideFailure when the ledger does not answer: then nobody comes in.
    """
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        if work.session.get(SeenToken, digest) is not None:
            return False
        work.session.add(SeenToken(hash=digest, expires_at=expires_at))
        old = delete(SeenToken).where(col(SeenToken.expires_at) < now - KEPT)
        work.session.connection().execute(old)
        return True
