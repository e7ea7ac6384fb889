"""Whether a partner's waiting lists can be fetched."""

from datetime import UTC, datetime

from domain.errors import WrongUse
from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.partner_figures.config import FigureSource
from integrations.partner_figures.remote import fetch
from integrations.partners import secret


def preflight(source: FigureSource) -> list[Finding]:
    """Ask once, and say whether what came can be read."""
    what = f"wachtlijsten van {source.organisation}"
    try:
        lists, refused = fetch(source, secret(source.secret) if source.secret else None, datetime.now(UTC))
    except Unanswered as unanswered:
        return [Finding(what, False, f"Geen bruikbaar antwoord: {unanswered.result.reason}.")]
    except WrongUse as error:
        return [Finding(what, False, f"{error.code}: {error.next_step}")]
    if refused:
        return [Finding(what, False, f"{len(refused)} van {len(refused) + len(lists)} niet te lezen.")]
    return [Finding(f"{what}: {len(lists)}", True)]
