"""What their status, result and properties say to us, by the names in the partners' file. No request is made here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.dutch import AMSTERDAM
from integrations.handover import Found, Standing
from integrations.zgw.config import PROPERTY, Answers

YES = frozenset({"ja", "j", "true", "waar", "1", "yes"})
UNKNOWN = "antwoord-onbekend"
NO = frozenset({"nee", "n", "false", "onwaar", "0", "no"})


@dataclass(frozen=True)
class Seen:
    """What was read: the names of status and result ('' without one), when the status was set, and properties."""

    status: str = ""
    set_at: datetime | None = None
    result: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def set_on(self) -> date | None:
        """The day in Amsterdam on which the status was set."""
        return self.set_at.astimezone(AMSTERDAM).date() if self.set_at else None


def answer(agreed: Answers, seen: Seen, etag: str = "") -> Found:
    """Accepted, refused or waiting. A name without an agreed meaning says nothing; nor do two that contradict."""
    standing = _standing(agreed, seen)
    if standing is Standing.WAITING:
        return Found(etag=etag)
    return Found(
        standing=standing,
        said_on=seen.set_on,
        refusal=agreed.refused_result.get(seen.result, "") if standing is Standing.REFUSED else "",
        talk_on=_day(agreed.talk_on, seen),
        vt_support=_yes(agreed.vt_support, seen),
        takes_risks=_yes(agreed.takes_risks, seen),
        etag=etag,
    )


def _standing(agreed: Answers, seen: Seen) -> Standing:
    accepted = seen.status in agreed.accepted_status or seen.result in agreed.accepted_result
    refused = seen.result in agreed.refused_result
    if taken_back(agreed, seen) or accepted == refused:
        return Standing.WAITING
    return Standing.ACCEPTED if accepted else Standing.REFUSED


def taken_back(agreed: Answers, seen: Seen) -> bool:
    """True when Veilig Thuis took it back: the status or the result says so."""
    return seen.result == agreed.withdrawn_result or seen.status == agreed.withdrawn_status


def _day(source: str, seen: Seen) -> date | None:
    if source == "statusdatum":
        return seen.set_on
    return read_day(seen.properties.get(source.removeprefix(PROPERTY), ""))


def _yes(source: str, seen: Seen) -> bool | None:
    said = source if source in ("ja", "nee") else seen.properties.get(source.removeprefix(PROPERTY), "")
    word = said.strip().lower()
    return True if word in YES else False if word in NO else None


def read_day(said: str) -> date | None:
    """A day as an `eigenschap` holds it: 20261122 or 20261122143000 (the catalogue's formats), or ISO 8601."""
    compact = said.strip()[:10] if "-" in said else said.strip()[:8]
    try:
        return date.fromisoformat(compact)
    except ValueError:
        return None


def moment_of(said: str) -> datetime | None:
    """A moment of theirs; one without an offset is Amsterdam's. None when it is no moment."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=AMSTERDAM)
