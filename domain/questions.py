"""What a step asks: questions, their Dutch titles, and the facts that were answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int


class Kind(StrEnum):
    """How a question is answered. Every kind is coded: there is no free text anywhere."""

    CHOICE = "choice"
    DATE = "date"  # ISO date, e.g. 2026-04-24
    NUMBER = "number"
    CODE = "code"  # the code of a professional or organisation of the region
    CASE = "case"  # the reference of a case


@dataclass(frozen=True)
class Choice:
    """One allowed answer: `value` is stored, `title` (Dutch) is shown."""

    value: str
    title: str


@dataclass(frozen=True)
class Question:
    """One question of a step's form. `name` is the identifier in facts, CLI and stories; `title` is Dutch."""

    name: str
    title: str
    kind: Kind = Kind.CHOICE
    choices: tuple[Choice, ...] = ()
    low: int = 0
    high: int = 99
    past: bool = True  # a date before today is allowed
    future: bool = True  # a date after today is allowed


YES_NO = (Choice("yes", "Ja"), Choice("no", "Nee"))


def yes_no(name: str, title: str) -> Question:
    """A question answered with Ja or Nee (values `yes` and `no`)."""
    return Question(name, title, choices=YES_NO)


def choice(name: str, title: str, **titles: str) -> Question:
    """A question with its choices as value=title."""
    return Question(name, title, choices=tuple(Choice(value, text) for value, text in titles.items()))


def past_date(name: str, title: str) -> Question:
    """A date up to and including today."""
    return Question(name, title, kind=Kind.DATE, future=False)


def future_date(name: str, title: str) -> Question:
    """A date from today on."""
    return Question(name, title, kind=Kind.DATE, past=False)


@dataclass(frozen=True)
class Given:
    """One recorded answer to one question: its value, who gave it, and when."""

    value: Value
    by: str
    at: datetime
    order: int = 0  # answers to one step count up; two in the same second still have an order


class Facts(Mapping[str, Value]):
    """What a step knows now: the last value given for each question."""

    def __init__(self, given: Mapping[str, Given] | None = None) -> None:
        self.given = dict(given or {})

    def __getitem__(self, name: str) -> Value:
        return self.given[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)

    def text(self, name: str) -> str:
        """The value as text, empty when unanswered."""
        return str(self.given[name].value) if name in self.given else ""

    def number(self, name: str) -> int:
        """The value as a number, 0 when unanswered."""
        return int(self.given[name].value) if name in self.given else 0

    def day(self, name: str) -> date | None:
        """The value as a date, None when unanswered."""
        return date.fromisoformat(self.text(name)) if name in self.given else None

    def is_yes(self, name: str) -> bool:
        """True when answered with Ja."""
        return self.text(name) == "yes"

    def by(self, name: str) -> str:
        """The code of whoever gave the last value, empty when unanswered."""
        return self.given[name].by if name in self.given else ""
