"""The policy as the rules read it: typed, frozen, every value with its source."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.calendar_nl import Calendar, equated_name
from domain.errors import PolicyRefusal
from domain.policy.clock import Clock

Count = Annotated[int, Field(ge=1, le=100)]
WorkingDays = Annotated[int, Field(ge=0, le=60)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class CalendarValues(_Values):
    """Which days count. `decrees`: year → the days equated by royal decree; a year that is absent gives a warning."""

    equated_days_count_as_working: bool
    decrees: Mapping[str, tuple[date, ...]]

    @model_validator(mode="after")
    def _days_in_their_year(self) -> Self:
        for year, days in self.decrees.items():
            if not (year.isdecimal() and len(year) == 4 and all(str(day.year) == year for day in days)):
                raise ValueError("a day outside the year of its decree")
        return self


class Monitoring(_Values):
    """The monitoring moments, in months after the hand-over was accepted."""

    months: Annotated[tuple[Count, ...], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.months)):
            raise ValueError("months must ascend")
        return self


class Norms(_Values):
    """Norm lines in the reports: the share that is on time, 0-1."""

    safety_assessment_on_time: tuple[Share, ...]
    investigation_on_time: tuple[Share, ...]


class Escalation(_Values):
    """The ladder (process catalogue 2.2), in working days before or after the due date; `ladder_hour` Amsterdam.

    The first rung past the due date has no value: it is the first working day on which the due moment has passed.
    """

    remind_before_wd: WorkingDays
    monitoring: tuple[WorkingDays, WorkingDays]  # before a monitoring moment: first and second reminder
    l2_after_wd: WorkingDays
    l3_after_wd: WorkingDays
    l4_after_wd: WorkingDays
    acute_repeat_minutes: Annotated[int, Field(ge=1, le=60)]
    ladder_hour: Annotated[int, Field(ge=6, le=18)]

    def __hash__(self) -> int:
        """Cheap, because the ladder is looked up by it for every row of a sweep."""
        return hash((self.remind_before_wd, self.l2_after_wd, self.l3_after_wd, self.l4_after_wd, self.ladder_hour))

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.monitoring[0] <= self.monitoring[1]:
            raise ValueError("the first reminder comes before the second")
        rungs = (self.l2_after_wd, self.l3_after_wd, self.l4_after_wd)
        if any(later <= earlier for earlier, later in pairwise(rungs)):
            raise ValueError("the rungs must ascend")
        return self


class Hours(_Values):
    """Working hours, Amsterdam, on working days: messages that are not urgent wait for them; who is always on duty."""

    from_hour: Annotated[int, Field(ge=0, le=23)]
    until_hour: Annotated[int, Field(ge=1, le=24)]
    always_on_duty: tuple[Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")], ...]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.from_hour >= self.until_hour:
            raise ValueError("the working day ends after it begins")
        return self


class Mda(_Values):
    """When an MDA++ consultation is proposed (process catalogue 3.1); a person decides."""

    reports_in_12_months: Count
    follow_up_after_handover: bool
    low_areas: Count
    low_score: Annotated[int, Field(ge=1, le=5)]


class OutOfSight(_Values):
    """After how many missed contacts a household counts as possibly out of sight."""

    missed_contacts: Count


class Information(_Values):
    """The Monday from which the fortnightly periods are counted."""

    fortnightly_anchor: date


class Privacy(_Values):
    """Small cells in reports: suppressed below the first number, rounded to a multiple of the second."""

    suppress_below: Annotated[int, Field(ge=5, le=100)]
    round_to: Annotated[int, Field(ge=1, le=50)]


class Policy(_Values):
    """All values that hold in a region. `sources`: dotted key, e.g. `escalation.l2_after_wd`, → where it comes from."""

    version: str
    clocks: Mapping[str, Clock]
    calendar_values: CalendarValues = Field(alias="calendar")
    monitoring: Monitoring
    norms: Norms
    escalation: Escalation
    hours: Hours
    mda: Mda
    out_of_sight: OutOfSight
    information: Information
    privacy: Privacy
    sources: Mapping[str, str]

    @property
    def monitoring_months(self) -> tuple[int, ...]:
        """The monitoring moments, in months after the hand-over was accepted."""
        return self.monitoring.months

    def clock(self, name: str) -> Clock:
        """The clock by its code name. KR-BELEID-KLOK when there is none."""
        if name not in self.clocks:
            raise PolicyRefusal("KR-BELEID-KLOK")
        return self.clocks[name]

    def calendar(self) -> Calendar:
        """The calendar of this policy, made once."""
        return self._calendar

    @cached_property
    def _calendar(self) -> Calendar:
        days = [day for decree in self.calendar_values.decrees.values() for day in decree]
        years = map(int, self.calendar_values.decrees)
        return Calendar(
            {day: equated_name(day) for day in days}, self.calendar_values.equated_days_count_as_working, years
        )
