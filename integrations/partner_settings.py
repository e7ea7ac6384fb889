"""What each section of the partners' file has in common: strict, frozen, and never repeating what was put in."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
"""A code of ours: of an organisation, a source, a subscriber, a secret."""

Quiet = Annotated[float, Field(ge=0, le=3600)]
"""Seconds that a dropped file lies unchanged before it is read."""


class Section(BaseModel):
    """One section of the partners' file. Unknown keys are refused; an error does not show the value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
