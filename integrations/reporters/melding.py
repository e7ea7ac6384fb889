"""A report over HTTP: the shape of VNG JZV Meldingen 1.0 as far as it names nobody, and what ketenregie asks beside it.

Left out of the published shape, and refused when they are there: `natuurlijkPersoon` (citizen service number, name,
address), `incident`, `overigeInformatie`, `verzoek` and the free text of `zorgelijkeSituatie`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.reports import CONCERNS, DISCLOSURES, PERSON_ROLES, Code, CodeOrEmpty

HELP, BAN = "VT-001", "VT-002"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _codes(titles: Mapping[str, str]) -> dict[str, str]:
    return {title.lower(): code for code, title in titles.items()}


def _code_of(titles: Mapping[str, str]) -> Callable[[str], str]:
    """The code of one of these Dutch titles, in small letters as in a file (docs/import.md)."""
    codes = _codes(titles)

    def check(value: str) -> str:
        if value not in codes:
            raise ValueError("not one of the choices")
        return codes[value]

    return check


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("not a moment with its offset")
    return datetime.fromisoformat(value)


def _choices(titles: Mapping[str, str]) -> dict[str, object]:
    return {"enum": list(_codes(titles))}


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Concern = Annotated[str, AfterValidator(_code_of(CONCERNS)), Field(json_schema_extra=_choices(CONCERNS))]
Disclosure = Annotated[str, AfterValidator(_code_of(DISCLOSURES)), Field(json_schema_extra=_choices(DISCLOSURES))]
Role = Annotated[str, AfterValidator(_code_of(PERSON_ROLES)), Field(json_schema_extra=_choices(PERSON_ROLES))]


class Part(BaseModel):
    """A part of a report: nothing more than it names, of exactly that type, and an error never shows a value."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class VraagAntwoord(Part):
    """One of the two questions of a report to Veilig Thuis: VT-001 existing help, VT-002 temporary home ban."""

    vraag: Literal["VT-001", "VT-002"]
    antwoord: Literal["ja", "nee"]


class ZorgelijkeSituatie(Part):
    """The published shape has room for one question; Veilig Thuis asks two, and needs both."""

    vraagAntwoord: Annotated[tuple[VraagAntwoord, ...], Field(min_length=2, max_length=2)]

    @model_validator(mode="after")
    def _both(self) -> Self:
        if {one.vraag for one in self.vraagAntwoord} != {HELP, BAN}:
            raise ValueError("both questions, once each")
        return self

    def yes(self, question: str) -> bool:
        """The answer to this question."""
        return any(one.vraag == question and one.antwoord == "ja" for one in self.vraagAntwoord)


class Gezinslid(Part):
    """A member of the household: a letter, a role, and a birth year when it is known."""

    sleutel: Annotated[str, Field(pattern="^[A-Z]$")]
    rol: Role
    geboortejaar: int | None = None


class Ketenregie(Part):
    """What the published shape has no field for, and the chain cannot do without.

    `gezinsnummer`: the reporter's own number of the household, when it has one.
    """

    gezinsnummer: CodeOrEmpty = ""
    gezinsleden: Annotated[tuple[Gezinslid, ...], Field(min_length=1, max_length=20)]
    gemeente: Code
    wijk: CodeOrEmpty = ""
    aard: Concern
    bekendheidMelder: Disclosure
    opWachtlijst: bool
    mogelijkAcuut: bool
    meldnorm: Annotated[int, Field(ge=0, le=5)] = 0


class Melding(Part):
    """The body of `POST /meldingen`."""

    registratienummer: Code
    soort: Literal["VT"]
    datumTijd: Moment
    zorgelijkeSituatie: ZorgelijkeSituatie
    terugkoppelingGewenst: bool
    ketenregie: Ketenregie


class Ontvangen(BaseModel):
    """What a reporter hears: that its own number is known here. Never our reference, nor whose case it joined."""

    registratienummer: str
