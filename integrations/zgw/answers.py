"""What their status, result and properties say to us, by the names in the partners' file. No request is made here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from domain.dutch import AMSTERDAM
from integrations.handover import Found, Standing
from integrations.zgw.config import PROPERTY, Answers

YES = frozenset({"ja", "j", "true", "waar", "1", "yes"})
UNKNOWN = "antwoord-onbekend"
NO = frozenset({"nee", "n", "false", "onwaar", "0", "no"})


@dataclass(frozen=True)
class Status:
    """A status that was set: its name and when; `ours`: by us."""

    name: str
    set_at: datetime
    ours: bool = False

    @property
    def day(self) -> date:
        """The day in Amsterdam on which it was set."""
        return self.set_at.astimezone(AMSTERDAM).date()


@dataclass(frozen=True)
class Seen:
    """What was read: every status from the first to the one that holds, the name of the result ('' without one), and
    properties.
    """

    statuses: tuple[Status, ...] = ()
    result: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Status | None:
        """The status that holds."""
        return self.statuses[-1] if self.statuses else None


def answer(agreed: Answers, seen: Seen, etag: str = "") -> Found:
    """Accepted, refused or waiting. A name without an agreed meaning says nothing; nor do two that contradict."""
    standing = _standing(agreed, seen)
    if standing is Standing.WAITING:
        return Found(etag=etag, taken_back=taken_back(agreed, seen))
    said_on = _said_on(agreed, seen, standing)
    return Found(
        standing=standing,
        said_on=said_on,
        refusal=agreed.refused_result.get(seen.result, "") if standing is Standing.REFUSED else "",
        talk_on=said_on if agreed.talk_on == "statusdatum" else _day(agreed.talk_on, seen),
        vt_support=_yes(agreed.vt_support, seen),
        takes_risks=_yes(agreed.takes_risks, seen),
        etag=etag,
    )


def _standing(agreed: Answers, seen: Seen) -> Standing:
    accepted = accepting(agreed, seen) is not None or seen.result in agreed.accepted_result
    refused = seen.result in agreed.refused_result
    if taken_back(agreed, seen) or accepted == refused:
        return Standing.WAITING
    return Standing.ACCEPTED if accepted else Standing.REFUSED


def accepting(agreed: Answers, seen: Seen) -> Status | None:
    """The status with which they accepted, whatever they set after it; putting it back where it began undoes that."""
    found: Status | None = None
    for status in seen.statuses:
        if status.name == seen.statuses[0].name:
            found = None
        if status.name in agreed.accepted_status and not status.ours:
            found = found or status
    return found


def taken_back(agreed: Answers, seen: Seen) -> bool:
    """True when Veilig Thuis took it back: the result says so, or the status where they cannot have set it."""
    if agreed.withdrawn_result and seen.result == agreed.withdrawn_result:
        return True
    last = seen.last
    return last is not None and last.name == agreed.withdrawn_status and (last.ours or not agreed.withdrawn_result)


def _said_on(agreed: Answers, seen: Seen, standing: Standing) -> date | None:
    """A result has no date of its own: the status that they set with it has one, and the one that we set has not."""
    accepted = accepting(agreed, seen) if standing is Standing.ACCEPTED else None
    status = accepted or seen.last
    return status.day if status and not status.ours else None


def _day(source: str, seen: Seen) -> date | None:
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
        there = found if found.tzinfo else found.replace(tzinfo=AMSTERDAM)
        return there.astimezone(UTC).astimezone(AMSTERDAM)
    except (ValueError, OverflowError):  # OverflowError: at the edge of the calendar another zone has no such day
        return None
