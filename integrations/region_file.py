"""The region's own file (TOML): municipalities, organisations, teams, professionals. Codes, never people's names."""

import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from domain.errors import InputRefusal, PolicyRefusal, WrongUse
from domain.moments import parse_moment
from domain.parties import OrganisationKind, Role
from integrations.notifynl.addresses import NOTIFYNL, parse_channel


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RegionOrganisation(_Entry):
    """`channel` names a channel in the settings (KETENREGIE_CHANNELS)."""

    code: str
    kind: OrganisationKind
    title: str
    channel: str = ""


class RegionTeam(_Entry):
    code: str
    title: str
    organisation: str


class RegionMunicipality(_Entry):
    """`team` takes its cases at Veilig Thuis, `local_team` in the municipality."""

    code: str
    title: str
    team: str
    local_team: str


class RegionProfessional(_Entry):
    """`channels`: where messages go, as `mail:ADDRESS`, `notifynl:email:ADDRESS`, `notifynl:sms:NUMBER` or any Apprise
    URL; `deputy`: who stands in."""

    code: str
    team: str
    roles: tuple[Role, ...]
    channels: tuple[str, ...] = ()
    deputy: str = ""
    active: bool = True
    expertise: tuple[Literal["trauma", "disability", "elder"], ...] = ()

    @field_validator("channels")
    @classmethod
    def _addressed(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        """The same address twice is one channel."""
        right = (_notifynl(channel) if channel.startswith(NOTIFYNL) else channel for channel in channels)
        return tuple(dict.fromkeys(right))


def _notifynl(channel: str) -> str:
    address = parse_channel(channel)
    if address is None:
        raise ValueError("een kanaal van NotifyNL is notifynl:email:ADRES of notifynl:sms: met een mobiel nummer")
    return address.channel


class RegionShift(_Entry):
    """A turn on the duty roster, any hour of the week; a moment without a time zone is Amsterdam time."""

    professional: str
    from_at: datetime = Field(alias="from")
    until_at: datetime = Field(alias="until")

    @field_validator("from_at", "until_at")
    @classmethod
    def _one_moment(cls, moment: datetime) -> datetime:
        try:
            return parse_moment(moment.isoformat())
        except InputRefusal:
            raise ValueError(
                "een tijdstip bestaat niet of komt twee keer voor; zet er +01:00 of +02:00 achter"
            ) from None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.until_at <= self.from_at:
            raise ValueError("een dienst eindigt na het begin")
        return self


class Region(_Entry):
    """One region. Every code that is used must exist, and none may stand twice."""

    name: str
    organisations: tuple[RegionOrganisation, ...]
    teams: tuple[RegionTeam, ...]
    municipalities: tuple[RegionMunicipality, ...]
    professionals: tuple[RegionProfessional, ...]
    shifts: tuple[RegionShift, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        organisations = _once(item.code for item in self.organisations)
        teams = _once(item.code for item in self.teams)
        people = _once(item.code for item in self.professionals)
        _once(item.code for item in self.municipalities)
        _known(organisations, (item.organisation for item in self.teams))
        _known(teams, (item.team for item in self.professionals))
        _known(teams, (team for item in self.municipalities for team in (item.team, item.local_team)))
        _known(people, (item.deputy for item in self.professionals if item.deputy))
        desk = {item.code for item in self.professionals if Role.VT_ON_CALL in item.roles}
        if any(item.professional not in desk for item in self.shifts):
            raise ValueError("een dienst is van iemand zonder de rol vt_on_call")
        _once(f"{item.professional} {item.from_at.timestamp()}" for item in self.shifts)
        kinds = [item.kind for item in self.organisations]
        if kinds.count(OrganisationKind.VEILIG_THUIS) != 1:
            raise ValueError("precies één organisatie is veilig_thuis")
        return self


def _once(codes: Iterable[str]) -> frozenset[str]:
    listed = list(codes)
    if len(set(listed)) != len(listed):
        raise ValueError("een code of een dienst staat er twee keer in")
    return frozenset(listed)


def _known(there: frozenset[str], used: Iterable[str]) -> None:
    if set(used) - there:
        raise ValueError("een code die gebruikt wordt, bestaat niet")


def read_region(path: Path) -> Region:
    """The region in this file. Raises WrongUse KR-BESTAND, or PolicyRefusal KR-REGIO with the place that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise WrongUse("KR-BESTAND") from None
    return parse_region(text)


def parse_region(text: str) -> Region:
    """The region in this TOML text."""
    try:
        return Region.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyRefusal(
            "KR-REGIO", place=f"regel {getattr(error, 'lineno', '?')}", what="geen geldige TOML"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "het geheel"
        own = first["type"] == "value_error"
        raise PolicyRefusal(
            "KR-REGIO", place=place, what=str(first["ctx"]["error"]) if own else "waarde of sleutel niet goed"
        ) from None
