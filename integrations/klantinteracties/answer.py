"""What the people on the other side said in an internetaak: by its status and the words that were agreed.

A text of which nobody agreed what it means is never an acceptance: a person must look. Silence is one only where our
own line still stands there: what was wiped may have said anything.
"""

import re
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from domain.terms import local_date
from integrations.handover import Found, Standing
from integrations.http import Unanswered
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.verdict import Result, Verdict

DONE, WAITING = "verwerkt", "te_verwerken"
WITHDRAWN = "INGETROKKEN door Veilig Thuis."
ANSWERED = "BEANTWOORD bij Veilig Thuis."
UNKNOWN = "antwoord-onbekend"
CLOSING = "Schrijf uw antwoord boven deze regel."
_OURS = re.compile(rf"\[[^\]\n]+\] Kenmerk [^\n]*?{re.escape(CLOSING)}")
_DAY = re.compile(r"\W*(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})-(\d{1,2})-(\d{4}))\W*")


def found_in(task: dict[str, Any], system: KlantinteractiesSystem) -> Found:
    """What this internetaak says. Raises Unanswered when it cannot be told."""
    version, status = _version(task), task.get("status")
    if status == WAITING:
        return Found(etag=version)
    if status != DONE:
        raise unreadable()
    told, said_on = task.get("toelichting"), _moment(task.get("afgehandeldOp"))
    if not isinstance(told, str):
        raise unreadable()
    text, ours = _OURS.subn(" ", told, count=1)
    text = text.strip()
    if text.startswith((WITHDRAWN, ANSWERED)):
        return Found(etag=version, taken_back=True)  # our own words: an earlier try to take it back did arrive
    for word, reason in system.refusals.items():
        if _after(word, text) is not None:
            return Found(Standing.REFUSED, said_on, refusal=reason, etag=version)
    accepted, talk_on = _acceptance(text, system) if text else (bool(ours) and system.silent_accepts, None)
    if not accepted:
        raise Unanswered(Result(Verdict.PERMANENT, UNKNOWN))
    return Found(Standing.ACCEPTED, said_on, talk_on=talk_on, takes_risks=system.takes_risks or None, etag=version)


def _acceptance(text: str, system: KlantinteractiesSystem) -> tuple[bool, date | None]:
    """An accepting word counts only alone, or with the day that was agreed: "AANVAARD niet" is no acceptance."""
    for word in system.accepted:
        rest = _after(word, text)
        if rest is not None and not rest.strip(" .!"):
            return True, None
        if rest is not None and system.talk_follows and (talk_on := _day(rest)):
            return True, talk_on
    return False, None


def unreadable() -> Unanswered:
    """What came back is not what the standard says."""
    return Unanswered(Result(Verdict.TEMPORARY, "onleesbaar"))


def _version(task: dict[str, Any]) -> str:
    """The standard gives an internetaak no ETag: a hash of what we look at does the same."""
    looked_at = [str(task.get(name) or "") for name in ("status", "toelichting", "afgehandeldOp")]
    return sha256("\n".join(looked_at).encode(errors="backslashreplace")).hexdigest()[:32]


def _after(word: str, text: str) -> str | None:
    """What follows when the text begins with this word; None when it does not."""
    found = re.match(rf"{re.escape(word)}(?![\w-])", text, re.IGNORECASE)
    return text[found.end() :] if found else None


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = found.group(1, 2, 3) if found.group(1) else found.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _moment(text: Any) -> date | None:
    """The day in the Netherlands of a moment with its offset."""
    try:
        moment = datetime.fromisoformat(text)
        return local_date(moment) if moment.utcoffset() is not None else None
    except (TypeError, ValueError, OverflowError):  # OverflowError: at the edge of the calendar
        return None
