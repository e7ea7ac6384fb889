"""What must be right before NotifyNL can send for us. Asks, makes nothing, never raises."""

import re
import time
from typing import Any

from domain.errors import WrongUse
from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.notifynl.addresses import EMAIL, SMS
from integrations.notifynl.config import NotifyNL
from integrations.notifynl.key import BOUND, NOTABLE, skew
from integrations.notifynl.service import Service
from integrations.partners import secret

VARIABLE = re.compile(r"\(\(\s*([^()]+?)\s*\)\)")
WANTED = {EMAIL: {"subject", "body"}, SMS: {"body"}}


def preflight(config: NotifyNL) -> list[Finding]:
    """The key, the answer, the clock, the templates with their variables, the way back."""
    findings = [_callback(config)]
    try:
        with Service(config) as service:
            findings.append(Finding("NotifyNL: de API-sleutel heeft de goede vorm", True))
            listed, date = service.templates()
    except WrongUse as error:
        return [*findings, Finding("NotifyNL: de API-sleutel", False, str(error))]
    except Unanswered as error:
        return [*findings, Finding("NotifyNL antwoordt", False, f"{error.result.reason}; {_advice(error)}")]
    findings += [Finding("NotifyNL antwoordt", True), _clock(date), _template(listed, EMAIL, config.email_template)]
    if config.sms_template is not None:
        findings.append(_template(listed, SMS, config.sms_template))
    return findings


def _callback(config: NotifyNL) -> Finding:
    what = "NotifyNL: bericht terug over de bezorging"
    if config.callback_secret is None:
        return Finding(
            what,
            False,
            "Zet callback_secret; zonder komt pas een dag later aan het licht dat een bericht niet aankwam.",
            serious=False,
        )
    try:
        secret(config.callback_secret)
    except WrongUse as error:
        return Finding(what, False, str(error))
    return Finding(what, True)


def _advice(error: Unanswered) -> str:
    if error.status in (401, 403):
        return "Controleer de sleutel, en of de klok van deze machine gelijk loopt."
    return "Controleer het adres en de verbinding."


def _clock(date: str) -> Finding:
    ahead = skew(date, time.time())
    advice = f"De klok scheelt {abs(round(ahead))} seconden; NotifyNL weigert vanaf {round(BOUND)}. Zet NTP aan."
    if abs(ahead) < NOTABLE:
        return Finding("NotifyNL: de klok loopt gelijk", True)
    return Finding("NotifyNL: de klok loopt gelijk", False, advice, serious=False)


def _template(listed: list[dict[str, Any]], kind: str, number: str) -> Finding:
    what = f"NotifyNL: het sjabloon voor {kind}"
    found = next((item for item in listed if item.get("id") == number), None)
    if found is None or found.get("type") != kind:
        return Finding(what, False, f"Er is geen sjabloon van de soort {kind} met dit nummer.")
    parts = [found.get("subject"), found.get("body")]
    has = set(VARIABLE.findall("\n".join(part for part in parts if isinstance(part, str))))
    if has != WANTED[kind]:
        wanted = " en ".join(f"(({name}))" for name in sorted(WANTED[kind], reverse=True))
        return Finding(what, False, f"Het sjabloon heeft precies deze variabelen: {wanted}.")
    return Finding(what, True)
