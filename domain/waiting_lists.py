"""Waiting lists of partners: how many wait elsewhere in the chain, beside the reports that wait at Veilig Thuis.

Councils want to see them together (need F39: "informatie van andere organisaties over knelpunten in de
jeugdhulpketen"). Partners send numbers, never who waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.policy.model import Privacy
from domain.small_cells import rounded


class WaitingList(BaseModel):
    """One waiting list of one organisation on one day. `kind` is the partner's own code for it, e.g. "verslaving".

    `waiting`: how many wait; `median_days`: the middle wait in days, None where the partner does not know it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, strict=True)

    organisation: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,39}$")]
    day: date
    waiting: Annotated[int, Field(ge=0, le=100_000)]
    median_days: Annotated[int, Field(ge=0, le=3_650)] | None = None


@dataclass(frozen=True)
class WaitingLine:
    """A waiting list as a report tells it; `before`: how many waited at the figure before it, None for the first."""

    organisation: str
    title: str
    kind: str
    day: date
    waiting: int | None
    median_days: int | None
    before: int | None


def lists_told(lines: Iterable[WaitingLine], privacy: Privacy | None) -> tuple[WaitingLine, ...]:
    """The lines as this reader may see them: in public small numbers are hidden (None) and the others rounded."""
    if privacy is None:
        return tuple(lines)
    return tuple(_public(line, privacy) for line in lines)


def _public(line: WaitingLine, privacy: Privacy) -> WaitingLine:
    def number(count: int | None) -> int | None:
        small = count is None or 0 < count < privacy.suppress_below
        return None if small else rounded(count or 0, privacy.round_to)

    few = line.waiting is None or line.waiting < privacy.suppress_below
    days = None if few else line.median_days
    return WaitingLine(
        line.organisation, line.title, line.kind, line.day, number(line.waiting), days, number(line.before)
    )
