"""What the partners' file says of a case system that speaks Klantinteracties."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from domain.steps.warm_handover import REFUSAL
from integrations.http import Connection
from integrations.partner_settings import Name, Section

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
"""A code word that the partners agreed on, e.g. WEIGERING-CAPACITEIT."""
REASONS = frozenset(choice.value for choice in REFUSAL.choices)


class KlantinteractiesSystem(Section):
    """The case system of one local organisation. `secret` names the token in KETENREGIE_SECRETS."""

    organisation: Name
    connection: Connection
    secret: Name
    answers_as: Name
    """The professional of that organisation in whose code its answers are recorded."""

    actor: UUID
    """Who gets the internetaak there: an actor of that system."""

    channel: Annotated[str, StringConstraints(min_length=1, max_length=50)] = "ketenregie"
    asked: Annotated[str, StringConstraints(min_length=1, max_length=200)] = "Warme overdracht beoordelen"
    register_code: Annotated[str, StringConstraints(min_length=1, max_length=200)] = "ketenregie"
    """Under which register our numbers are known there (codeRegister)."""

    accepted: tuple[Word, ...] = ()
    """Words that mean accepted, at the start of the toelichting."""

    refusals: dict[Word, str] = Field(default_factory=dict)
    """Word at the start of the toelichting → reason of refusal, e.g. {"WEIGERING-CAPACITEIT" = "capacity"}."""

    silent_accepts: bool = True
    """A task that was handled while nothing was added to its toelichting is an acceptance (ecosystem practice)."""

    talk_follows: bool = False
    """After an accepting word comes the day of the talk with the family (2026-05-01 or 1-5-2026)."""

    longest: float = Field(default=120.0, ge=30, le=900)
    """Seconds after which no new exchange begins for one hand-over; what is missing is made at the next try."""

    link: bool = False
    """The internetaak holds the link to our own form. Only where the people there can open it."""

    takes_risks: bool = False
    """The agreement says: who accepts takes over every open risk."""

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every address of it."""
        return (self.connection,)

    @model_validator(mode="after")
    def _clear(self) -> Self:
        """No reason that we do not have, and no word that means two things."""
        if unknown := set(self.refusals.values()) - REASONS:
            raise ValueError(f"{len(unknown)} onbekende reden van weigering")
        words = [word.casefold() for word in (*self.accepted, *self.refusals)]
        if len(set(words)) != len(words):
            raise ValueError("een woord heeft twee betekenissen")
        return self
