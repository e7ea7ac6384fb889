"""A receiver with its partners' file, for the tests: who may call it, with what, and what it may be told about."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations import partners as partners_module
from integrations.partners import Partners
from integrations.settings import settings

SECRET = "een-geheim-dat-de-partner-ons-toont-1"
OUR_SECRET = "een-geheim-waarmee-wij-tekenen-00002"
ZAKEN = "http://127.0.0.1:9/zaken/api/v1/"
ZAAK = f"{ZAKEN}zaken/6c2f0b1e-8f5d-4a53-9f0e-0d5d0f5f3a01"
NOW = datetime(2026, 4, 20, 20, 5, tzinfo=UTC)

FILE = """
[[notificaties]]
name = "nrc"
connection = {{ url = "{nrc}api/v1/", timeout = 20, bound = 60 }}
client_id = "ketenregie"
secret = "ons"
callback_url = "{receiver}notificaties/nrc"
callback_secret = "hun"
filters = {{ bronorganisatie = "111222333" }}

[[zgw]]
organisation = "CJG-MEERDORP"
zaken = {{ url = "{zaken}" }}
catalogi = {{ url = "http://127.0.0.1:9/catalogi/api/v1/" }}
client_id = "ketenregie"
secret = "ons"
answers_as = "WT-201"
rsin = "111222333"
responsible = "111222333"
zaaktype = "OVERDRACHT"

[zgw.answers]
accepted_status = ["Aanvaard"]
"""


def installed(
    folder: Path,
    patch: pytest.MonkeyPatch,
    *,
    nrc: str = "http://127.0.0.1:9/",
    receiver: str = "http://127.0.0.1:9/",
    also: str = "",
) -> Partners:
    """Write the partners' file (with `also` behind it) and the secrets where any installation has them; read it."""
    path = folder / "partners.toml"
    path.write_text(FILE.format(nrc=nrc, receiver=receiver, zaken=ZAKEN) + also, encoding="utf-8")
    patch.setenv("KETENREGIE_PARTNERS", str(path))
    patch.setenv("KETENREGIE_SECRETS", json.dumps({"hun": SECRET, "ons": OUR_SECRET}))
    forget()
    return partners_module.partners()


def forget() -> None:
    """Read settings and partners anew."""
    settings.cache_clear()
    partners_module.partners.cache_clear()


def message(about: str = ZAAK, **other: Any) -> dict[str, Any]:
    """A notification as a case system publishes it."""
    given = {
        "kanaal": "zaken",
        "hoofdObject": ZAAK,
        "resource": "status",
        "resourceUrl": about,
        "actie": "create",
        "aanmaakdatum": "2026-04-20T20:05:00Z",
        "kenmerken": {"bronorganisatie": "111222333"},
    }
    return given | other
