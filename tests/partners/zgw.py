"""A configured ZGW system of a test: its section of the partners' file, its secret, and an offer."""

from datetime import date
from typing import Any

from pydantic import SecretStr

from integrations.handover import Offer
from integrations.settings import settings
from integrations.zgw.config import ZgwSystem
from tests.partners.zgw_standin import CLIENT, SECRET
from tests.partners.zgw_state import KIND

RSIN = "111222333"
OFFER = Offer(
    "VTR-2026-000123-1", "VT-2026-000123", "", date(2026, 11, 20), date(2026, 11, 27), "https://r.example/s/1"
)
UNITS = (
    {"role": "initiator", "code": "VT-KUST", "name": "Veilig Thuis Kustland"},
    {"role": "behandelaar", "code": "LT-HAVEN", "name": "Wijkteam Haven"},
)
ANSWERS = {
    "accepted_status": ("In behandeling",),
    "accepted_result": ("Aanvaard",),
    "refused_result": {"Geen capaciteit": "capacity", "Geen inwoner": "not_our_resident"},
    "withdrawn_status": "Afgerond",
    "withdrawn_result": "Ingetrokken",
    "talk_on": "statusdatum",
}


def set_secret() -> None:
    """Put the secret where the partners' file looks for it."""
    settings().secrets["zgw-haven"] = SecretStr(SECRET)


def system_at(base: str, *, answers: dict[str, Any] | None = None, **more: Any) -> ZgwSystem:
    """The section of a system at this address."""
    places = {name: {"url": f"{base}{name}/api/v1/", "timeout": 20.0, "bound": 60.0} for name in ("zaken", "catalogi")}
    given = {
        **places,
        "documenten": {"url": f"{base}documenten/api/v1/", "timeout": 20.0, "bound": 60.0},
        "organisation": "LT-HAVEN",
        "client_id": CLIENT,
        "secret": "zgw-haven",
        "answers_as": "LT-201",
        "rsin": RSIN,
        "responsible": RSIN,
        "zaaktype": "OVERDRACHT",
        "units": UNITS,
        "document_type": KIND,
        "peer_version": "1.30.0",
        "answers": ANSWERS if answers is None else answers,
        **more,
    }
    return ZgwSystem.model_validate(given)
