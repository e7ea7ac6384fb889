"""Keep that a partner's system said that something changed; once, however often it says so. Nothing is asked there."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import Notification

ACTIONS = frozenset({"create", "update", "partial_update", "destroy"})
"""The actions of the VNG standards; of another word only is kept that it was another."""


@dataclass(frozen=True)
class Notice:
    """A notification as it came in: `main` is what must be read again, the rest tells one from another."""

    source: str
    main: str
    resource: str
    action: str
    made_at: datetime

    @property
    def key(self) -> str:
        """The same for a repeat, and for no other (Open Notificaties delivers at least once)."""
        parts = (self.source, self.resource, self.action, str(self.made_at.timestamp()))  # no calendar ends in this
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def receive_notification(ledger: Ledger, notice: Notice, now: datetime) -> bool:
    """True when it is new. The next round reads `main` again; what the sender says of it counts for nothing."""
    action = notice.action if notice.action in ACTIONS else "other"
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        known = work.session.exec(select(Notification.id).where(Notification.key == notice.key)).first()
        if known is not None:
            return False
        work.session.add(
            Notification(source=notice.source, key=notice.key, resource=notice.main, action=action, received_at=now)
        )
        return True
