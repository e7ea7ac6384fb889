"""A report (melding) as it comes in, whichever door it came through: coded values only, never a name or free text.

The dicts hold code → Dutch title; the file layout and the intake form both show these titles.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.case import PERSON_TITLES
from domain.privacy import personal

CHANNELS = {
    "phone": "Telefoon",
    "form": "Formulier",
    "file": "Bestand",
    "in_person": "Gesprek",
    "letter": "Brief",
}

# The thirteen classes of CBS, and reports from another region, which CBS counts apart since 2023.
REPORTER_CLASSES = {
    "preventive_services": "Preventieve basisvoorziening",
    "gp": "Huisarts",
    "other_health": "Overige gezondheidszorg",
    "mental_health": "GGZ",
    "child_care": "Kinderopvang",
    "education": "Onderwijs",
    "youth_help": "Jeugdhulp",
    "police": "Politie",
    "justice": "Justitie (zonder politie)",
    "social_work": "Maatschappelijk werk",
    "other_professional": "Andere professional",
    "citizen": "Burger",
    "unknown": "Onbekend",
    "other_vt_region": "Veilig Thuis andere regio",
}

DISCLOSURES = {"open": "Open", "protected": "Beschermd"}

CONCERNS = {
    "child_abuse": "Kindermishandeling",
    "partner_violence": "Partnergeweld",
    "elder_abuse": "Ouderenmishandeling",
    "violence_against_parents": "Oudermishandeling",
    "other": "Ander huiselijk geweld",
}

CLASSIFICATIONS = {
    "first": "Eerste melding",
    "repeat_multiple_known": "Herhaalde melding (meer personen bekend)",
    "repeat_one_known": "Herhaalde melding (een persoon bekend)",
    "follow_up_during_assessment": "Vervolgmelding tijdens beoordeling",
    "follow_up_after_assessment": "Vervolgmelding na beoordeling",
    "follow_up_during_monitoring": "Vervolgmelding tijdens monitoring",
    "unclassified": "Niet ingedeeld",
}

PERSON_ROLES = {str(role): title for role, title in PERSON_TITLES.items()}

OLDEST_BIRTH_YEAR = 1900
FIRST_YEAR, LAST_YEAR = 2000, 2199


def _not_personal(value: str) -> str:
    if what := personal(value):
        raise PydanticCustomError("personal", "looks like personal data ({what})", {"what": what})
    return value


def _one_of(titles: Mapping[str, str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in titles:
            raise PydanticCustomError("choice", "not one of the choices")
        return value

    return check


_CODE = r"[A-Za-z0-9][A-Za-z0-9./-]{0,39}"

Code = Annotated[str, StringConstraints(pattern=f"^{_CODE}$"), AfterValidator(_not_personal)]
"""An opaque code of at most 40 letters, digits, dots, slashes and dashes; never something that looks personal."""

CodeOrEmpty = Annotated[str, StringConstraints(pattern=f"^({_CODE})?$"), AfterValidator(_not_personal)]
Channel = Annotated[str, AfterValidator(_one_of(CHANNELS))]
ReporterClass = Annotated[str, AfterValidator(_one_of(REPORTER_CLASSES))]
Disclosure = Annotated[str, AfterValidator(_one_of(DISCLOSURES))]
Concern = Annotated[str, AfterValidator(_one_of(CONCERNS))]
Classification = Annotated[str, AfterValidator(_one_of({"": ""} | CLASSIFICATIONS))]
PersonRole = Annotated[str, AfterValidator(_one_of(PERSON_ROLES))]


class _Incoming(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class IncomingPerson(_Incoming):
    """A member of the household: one letter, a role, and a birth year when it is known."""

    key: Annotated[str, StringConstraints(pattern="^[A-Z]$")]
    role: PersonRole
    birth_year: int | None = None


class IncomingReport(_Incoming):
    """One report. `source` and `number` together name it; `household` links the reports on one household, and is empty
    when the reporter numbers none. `numbered_by`: the source whose own number that is; empty for Veilig Thuis itself.

    `classification` empty: the system determines it. `accepted_by` empty: still to be judged at intake.
    `norm_ground` is the question of the meldcode that led to the report (1-5), 0 when there is none.
    """

    source: Code
    number: Code
    received_at: AwareDatetime
    channel: Channel
    reporter_class: ReporterClass
    disclosure: Disclosure
    concern: Concern
    municipality: Code
    district: CodeOrEmpty = ""
    household: CodeOrEmpty
    numbered_by: str = ""
    persons: Annotated[tuple[IncomingPerson, ...], Field(min_length=1, max_length=20)]
    own_number: CodeOrEmpty = ""
    feedback_wanted: bool = False
    on_regular_waiting_list: bool = False
    existing_help: bool = False
    home_ban: bool = False
    possibly_acute: bool = False
    norm_ground: Annotated[int, Field(ge=0, le=5)] = 0
    classification: Classification = ""
    accepted_by: CodeOrEmpty = ""

    @field_validator("received_at")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        """Python calls two moments in the hour that winter time repeats unequal, so both doors hand over UTC."""
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise PydanticCustomError("year", "impossible year")
        return value.astimezone(UTC)

    @field_validator("persons")
    @classmethod
    def _unique_keys(cls, value: tuple[IncomingPerson, ...]) -> tuple[IncomingPerson, ...]:
        if len({person.key for person in value}) != len(value):
            raise PydanticCustomError("keys", "a key is used twice")
        return value

    @model_validator(mode="after")
    def _possible_births(self) -> Self:
        """An unborn child may be reported, hence one year ahead; a child is at most 18 in the year of the report."""
        year = self.received_at.year
        for person in self.persons:
            oldest = year - 18 if person.role == "child" else OLDEST_BIRTH_YEAR
            if person.birth_year is not None and not oldest <= person.birth_year <= year + 1:
                raise PydanticCustomError("birth_year", "impossible birth year")
        return self


def household_key(report: IncomingReport, veilig_thuis: str) -> str:
    """Under what the reports on one household come together; no code holds a colon.

    The numbers of a source never meet those of another source or of Veilig Thuis (the code of that organisation), and a
    report without a number stands alone.
    """
    if not report.household:
        return f"{report.source}::{report.number}"
    ours = report.numbered_by in ("", veilig_thuis)
    return report.household if ours else f"{report.numbered_by}:{report.household}"


RECORDED_HERE = frozenset(
    {"channel", "reporter_class", "household", "numbered_by", "own_number", "classification", "accepted_by"}
)
"""What Veilig Thuis records beside a report; the reporter says nothing of it, and each door may know it otherwise."""


def content_hash(report: IncomingReport) -> str:
    """Of what the reporter says: the same for two copies of one report, through whatever door, in whatever time zone
    and order of members they were written. The letters of members go with the number of the household, so not here."""
    content = report.model_dump(exclude=set(RECORDED_HERE))
    content["received_at"] = report.received_at.isoformat()
    content["persons"] = sorted((person.role, person.birth_year or 0) for person in report.persons)
    return _hashed(content)


def same_content(report: IncomingReport, recorded: str) -> bool:
    """Whether this report says what was recorded with this hash; ledgers of 0.1.0 hold a hash of every field."""
    return recorded in (content_hash(report), _hash_of_0_1(report))


def _hash_of_0_1(report: IncomingReport) -> str:
    content = report.model_dump(exclude={"numbered_by"})
    content["received_at"] = report.received_at.isoformat()
    content["persons"] = sorted(content["persons"], key=lambda person: str(person["key"]))
    return _hashed(content)


def _hashed(content: Mapping[str, object]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
