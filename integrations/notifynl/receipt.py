"""What NotifyNL tells afterwards of one notification: its callback, without the address that stands in it."""

import re
from dataclasses import dataclass
from uuid import UUID

from integrations.notifynl.statuses import FATES, Fate

REFERENCE = re.compile(r"(?P<bundle>[B-Z]{4}-[B-Z]{4})\.(?P<kind>email|sms)")


@dataclass(frozen=True)
class Receipt:
    """`number`: of the notification there; `bundle` and `kind`: our reference, empty where it is not one of ours;
    `status`: a published one, or empty."""

    number: str
    bundle: str
    kind: str
    status: str
    fate: Fate


def receipt_of(number: UUID, reference: str | None, status: str) -> Receipt:
    """The receipt that these three fields make. Of words that are not published or not ours nothing is kept."""
    ours = REFERENCE.fullmatch(reference or "")
    known = status if status in FATES else ""
    bundle, kind = (ours["bundle"], ours["kind"]) if ours else ("", "")
    return Receipt(str(number), bundle, kind, known, FATES.get(known, Fate.UNDERWAY))
