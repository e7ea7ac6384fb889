"""How many requests that went through CORV have no receipt, as the last daily round counted them."""

from sqlmodel import Session

from domain.dutch import amount
from integrations.ledger.settings_table import get
from integrations.settings import settings

SETTING = "corv_silent"


def silent_requests(session: Session) -> str:
    """A Dutch sentence of how many there are, as the last daily round counted them; '' when there are none."""
    if settings().partners is None:
        return ""
    number = int(get(session, SETTING) or 0)
    return silence(number) if number else ""


def silence(number: int) -> str:
    """So many requests without a receipt."""
    return amount(number, "verzoek zonder ontvangstbericht", "verzoeken zonder ontvangstbericht")
