"""The format of a story file (YAML): a title, a policy, and dated acts with what is expected of each."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from domain.dutch import AMSTERDAM
from domain.errors import InputRefusal, WrongUse


def _amsterdam(value: object) -> object:
    """A moment without an offset is Amsterdam time."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
    return value


def _text(value: object) -> str:
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)


Moment = Annotated[datetime, BeforeValidator(_amsterdam)]
Day = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Record(_Part):
    """An answer to a step: `step` is its word (or word/subject), `by` a code, `give` question → value."""

    step: str
    by: str
    give: dict[str, Any]
    case: str = ""


class OpenByHand(_Part):
    step: str
    by: str
    case: str = ""


class Acknowledge(_Part):
    step: str
    by: str
    case: str = ""


class NewPerson(_Part):
    role: Literal["child", "adult", "elder"]
    birth_year: int | None = None
    by: str
    case: str = ""


class Told(_Part):
    """One message: `step` word, `rung`, and the code it goes to (`to` empty: anyone)."""

    step: str
    rung: str
    to: str = ""


class Figures(_Part):
    """Counts of one municipality: over the fortnight that is published on `day`, or over a half year such as 2026-1."""

    municipality: str
    cut_off: date | None = None
    half: str = ""
    values: dict[str, int]


class Publication(_Part):
    """The fortnight that ends on `until` is published on `day`."""

    until: date
    day: date


class Expect(_Part):
    """What must be true after an act; only what is named is checked."""

    refused: str = ""
    missing: tuple[str, ...] | None = None
    waits_for_second: bool | None = None
    due: dict[str, Day] = {}
    due_from_report: dict[str, Day] = {}
    moments: dict[str, tuple[Day, ...]] = {}
    opened: tuple[str, ...] = ()
    not_open: tuple[str, ...] = ()
    closed: dict[str, str] = {}
    on_time: tuple[str, ...] = ()
    working_days_late: dict[str, int] = {}
    lasted_days: dict[str, int] = {}
    holder: str | None = None
    state: str | None = None
    status: str | None = None
    classification: str | None = None
    waiting: str | None = None
    cause: dict[str, str] = {}
    retention: Day | None = None
    open_risks: int | None = None
    acknowledged_risks: int | None = None
    heard: str | None = None
    children_heard: str | None = None
    package: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    worker: dict[str, str] = {}
    messages: tuple[Told, ...] = ()
    only_messages: tuple[Told, ...] | None = None
    no_messages: tuple[Told, ...] = ()
    figures: tuple[Figures, ...] = ()
    published: tuple[Publication, ...] = ()
    mails: int | None = None


class Act(_Part):
    """One dated act: one of the verbs, or none; then time passes until `at` and is swept as the schedule would."""

    at: Moment
    note: str = ""
    report: dict[str, Any] | None = None
    record: Record | None = None
    open: OpenByHand | None = None
    acknowledge: Acknowledge | None = None
    person: NewPerson | None = None
    mail: Literal["down", "up"] | None = None
    expect: Expect = Expect()

    @property
    def verb(self) -> str:
        """Which verb this act has; `sweep` when none."""
        verbs = [name for name in VERBS if getattr(self, name) is not None]
        return verbs[0] if verbs else "sweep"

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        if sum(getattr(self, name) is not None for name in VERBS) > 1:
            raise ValueError("een handeling heeft één werkwoord")
        return self


VERBS = ("report", "record", "open", "acknowledge", "person", "mail")


class Story(_Part):
    """A story. `policy`: override text (TOML); `region`: a region file beside the story, empty: Kustland."""

    title: str
    source: str = ""
    policy: str = ""
    region: str = ""
    acts: tuple[Act, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = [act.at for act in self.acts]
        if moments != sorted(moments):
            raise ValueError("de handelingen staan niet op volgorde van tijd")
        return self


def read_story(path: Path) -> Story:
    """The story in this file. Raises WrongUse KR-BESTAND or InputRefusal KR-VERHAAL with the place that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise WrongUse("KR-BESTAND") from None
    try:
        return Story.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 0
        raise InputRefusal("KR-VERHAAL", place=f"regel {line}") from None
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "het geheel"
        raise InputRefusal("KR-VERHAAL", place=place) from None
