"""The ledger's tables. No names, numbers or addresses of family members or reporters, and no free text.

Plain `datetime` fields store UTC and return aware values (SQLModel's UTCDateTime); never `DateTime(...)` by hand.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.case import CaseState

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


ALARM_LITE = text("acute = 1")
ANSWERED = text("remote_id <> ''")


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A named CHECK that holds a text column to the values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class StepState(StrEnum):
    """planned → open → done; or cancelled from either."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


RUNNING = (StepState.OPEN, StepState.PLANNED)
"""A step that is not over, what is asked now before what comes later."""


class MessageState(StrEnum):
    """planned → bundled → sent | failed; skipped (a higher rung went), cancelled (the step was done).

    A clock that was put back takes bundled messages that surely reached nobody back to planned.
    """

    PLANNED = "planned"
    BUNDLED = "bundled"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """planned → claimed → sent | permanent; temporary and indefinite are tried again."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    TEMPORARY = "temporary"
    INDEFINITE = "indefinite"
    PERMANENT = "permanent"


class Setting(SQLModel, table=True):
    """One fact about this ledger itself: `clock` (real|virtual), `region`, `last_now`, `policy` (TOML text) …"""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: str


class Municipality(SQLModel, table=True):
    """A municipality of the region; `team` takes its cases at Veilig Thuis, `local_team` locally."""

    __tablename__ = "municipality"
    code: str = Field(primary_key=True)
    title: str
    team: str
    local_team: str


class Organisation(SQLModel, table=True):
    """An organisation of the chain. `channel` names a setting with its Apprise URL, empty: none."""

    __tablename__ = "organisation"
    code: str = Field(primary_key=True)
    kind: str
    title: str
    channel: str = ""


class Team(SQLModel, table=True):
    """A team of an organisation."""

    __tablename__ = "team"
    code: str = Field(primary_key=True)
    title: str
    organisation: str = Field(foreign_key="organisation.code")


class ProfessionalRow(SQLModel, table=True):
    """A professional: a code, roles, a team, and the channels messages go to (addresses of work, never of families)."""

    __tablename__ = "professional"
    code: str = Field(primary_key=True)
    organisation: str = Field(foreign_key="organisation.code")
    team: str = Field(foreign_key="team.code")
    roles: list[str] = Field(sa_type=JSON)
    channels: list[str] = Field(sa_type=JSON)
    deputy: str = ""
    active: bool = True
    expertise: list[str] = Field(default_factory=list, sa_type=JSON)


class Absence(SQLModel, table=True):
    """When a professional is away, and why (a code); messages go to who stands in. `until_at` None: until told."""

    __tablename__ = "absence"
    id: int | None = Field(default=None, primary_key=True)
    professional: str = Field(foreign_key="professional.code", index=True)
    from_at: datetime
    until_at: datetime | None = None
    cause: str
    recorded_at: datetime
    recorded_by: str


class Shift(SQLModel, table=True):
    """A turn on the duty roster: who is the on-call desk from when until when, any hour of the week."""

    __tablename__ = "shift"
    __table_args__ = (UniqueConstraint("professional", "from_at"), Index("ix_shift_until_at", "until_at"))
    id: int | None = Field(default=None, primary_key=True)
    professional: str = Field(foreign_key="professional.code")
    from_at: datetime
    until_at: datetime


class Case(SQLModel, table=True):
    """One household's case. `reference` is opaque; `sight` is the one organisation that holds sight on safety.

    `joined_to`: the reference of the case that took over everything of this one; it is closed then.
    """

    __tablename__ = "case_file"
    __table_args__ = (one_of("state", CaseState), Index("ix_case_file_team_state", "team", "state"))
    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    household: str = Field(index=True)
    state: str
    concern: str
    municipality: str = Field(foreign_key="municipality.code", index=True)
    district: str = ""
    team: str = Field(foreign_key="team.code")
    local_team: str = Field(foreign_key="team.code")
    worker: str = ""
    local_professional: str = ""
    sight: str = ""
    status: str = ""
    waiting_cause: str = ""
    policy_version: str
    steps_made: int = 0
    opened_at: datetime
    closed_at: datetime | None = None
    retention_until: date | None = None
    joined_to: str = ""


class OwnNumber(SQLModel, table=True):
    """An organisation's own case number beside our reference."""

    __tablename__ = "own_number"
    case_id: int = Field(primary_key=True, foreign_key="case_file.id")
    organisation: str = Field(primary_key=True, foreign_key="organisation.code")
    number: str


class Report(SQLModel, table=True):
    """One report (melding). `source` and `number` together are unique: the same report imports once."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("source", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    source: str
    number: str
    received_at: datetime = Field(index=True)
    channel: str
    reporter_class: str
    disclosure: str
    classification: str
    norm_ground: int = 0
    feedback_wanted: bool
    on_regular_waiting_list: bool
    existing_help: bool
    home_ban: bool
    possibly_acute: bool
    content_hash: str


class Person(SQLModel, table=True):
    """A member of the household: a key (A, B, C …), a role and a birth year.

    `told_as`: its letter in reports, when that was somebody else's key already.
    """

    __tablename__ = "person"
    case_id: int = Field(primary_key=True, foreign_key="case_file.id")
    key: str = Field(primary_key=True)
    role: str
    birth_year: int | None = None
    joined_at: datetime
    told_as: str = ""


class Risk(SQLModel, table=True):
    """A safety risk; open until recorded as resolved, always with an owning organisation."""

    __tablename__ = "risk"
    case_id: int = Field(primary_key=True, foreign_key="case_file.id")
    key: str = Field(primary_key=True)
    kind: str
    severity: str
    at_risk: str
    owner: str = Field(foreign_key="organisation.code")
    found_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None


class Step(SQLModel, table=True):
    """One step of a case: who must act, by when, and why that moment. `next_action_at` is what the sweep looks at.

    `id` is the case reference and a number that counts up within the case, e.g. K7Q2-9F4M-C.007. `due_other_at` is the
    same term counted from the report, where sources disagree on its start. `clock` is the policy clock that gives the
    due moment; in rows of an older version it is empty.
    """

    __tablename__ = "step"
    __table_args__ = (
        one_of("state", StepState),
        Index(
            "ix_step_next_action",
            "next_action_at",
            sqlite_where=text("next_action_at IS NOT NULL"),
            postgresql_where=text("next_action_at IS NOT NULL"),
        ),
        Index("ix_step_case_kind", "case_id", "kind"),
        Index("ix_step_state_due", "state", "due_at"),
        Index("ix_step_owner_state", "owner", "state"),
        Index("ix_step_closed", "closed_at"),
        UniqueConstraint("case_id", "kind", "subject", "ordinal"),
    )
    id: str = Field(primary_key=True)
    case_id: int = Field(foreign_key="case_file.id")
    kind: str
    subject: str = ""
    ordinal: int = 1
    state: str
    owner: str = ""
    owner_role: str = ""
    organisation: str = ""
    team: str = ""
    opened_at: datetime | None = None
    opens_at: datetime | None = None
    start_at: datetime | None = None
    due_at: datetime | None = None
    due_other_at: datetime | None = None
    explanation: str = ""
    deadline_version: int = 1
    stalled_at: datetime | None = None
    waiting_cause: str = ""
    acute: bool = False
    acknowledged_at: datetime | None = None
    next_action_at: datetime | None = None
    round: int = 1
    asked: int = 0
    outcome: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    run_id: str = ""
    run_attempt: int = 1
    policy_version: str
    suspended_until: datetime | None = None
    clock: str = ""


class Suspension(SQLModel, table=True):
    """A clock that was suspended: by whom, why (a code), from when until when, and how many days it stood still.

    `due_before` is the due moment it had; the one it got follows from that and `days`, also when it ended early.
    """

    __tablename__ = "suspension"
    id: int | None = Field(default=None, primary_key=True)
    step_id: str = Field(foreign_key="step.id", index=True)
    reason: str
    from_at: datetime
    until_at: datetime
    ended_at: datetime | None = None
    days: int
    due_before: datetime
    recorded_by: str
    role: str


class Answer(SQLModel, table=True):
    """One recorded answer to a step's form: coded values only, with who gave it and through which door."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(["step_id"], ["step.id"]),
        UniqueConstraint("step_id", "key"),
    )
    id: int | None = Field(default=None, primary_key=True)
    step_id: str = Field(index=True)
    key: str
    round: int
    at: datetime
    by: str
    role: str
    door: str
    given: dict[str, Any] = Field(sa_type=JSON)
    refused: str = ""


class Message(SQLModel, table=True):
    """One thing one party must be told about one step: decided once, by the UNIQUE key below.

    `owed_at` is when it had to be said (the rung's moment), `planned_at` when the sweep decided it: lateness is counted
    from the first. `content_hash` stands beside the key: the same key with other contents is an error, not a repeat.
    `handled_*`: a person has taken up a message that reached nobody.
    """

    __tablename__ = "message"
    __table_args__ = (
        one_of("state", MessageState),
        UniqueConstraint("step_id", "party", "rung", "deadline_version", "ordinal"),
        Index("ix_message_waiting", "state", "planned_at"),
        Index("ix_message_party", "party", "state", "planned_at"),
        Index("ix_message_alarm", "state", "planned_at", sqlite_where=ALARM_LITE, postgresql_where=text("acute")),
        Index(
            "ix_message_bundle_id",
            "bundle_id",
            sqlite_where=text("bundle_id IS NOT NULL"),
            postgresql_where=text("bundle_id IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    step_id: str = Field(foreign_key="step.id")
    case_reference: str
    party: str
    rung: str
    deadline_version: int
    ordinal: int = 1
    label: str
    due_at: datetime | None = None
    acute: bool = False
    state: str
    planned_at: datetime
    reason: str = ""
    bundle_id: int | None = Field(default=None, foreign_key="bundle.id")
    owed_at: datetime | None = None
    content_hash: str = ""
    handled_at: datetime | None = None
    handled_by: str = ""
    handled_how: str = ""


class Bundle(SQLModel, table=True):
    """One mail to one party: the messages of one sweep together (an acute one alone).

    `any_hour`: it may go out at night (an alarm, or to a desk that is always manned); others wait for working hours.
    """

    __tablename__ = "bundle"
    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(unique=True)
    party: str = Field(index=True)
    acute: bool
    made_at: datetime
    subject: str
    body: str
    body_hash: str
    any_hour: bool = False


class Delivery(SQLModel, table=True):
    """One bundle over one channel to one recipient: claimed with a lease, counted before the send, judged after it.

    `remote_id`: the number that a notification service gave it, by which it tells later what became of it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("bundle_id", "channel"),
        Index("ix_delivery_due", "state", "next_try_at"),
        Index("ix_delivery_remote_id", "remote_id", sqlite_where=ANSWERED, postgresql_where=ANSWERED),
    )
    id: int | None = Field(default=None, primary_key=True)
    bundle_id: int = Field(foreign_key="bundle.id")
    channel: int
    state: str
    attempts: int = 0
    indefinite: int = 0
    lease_until: datetime | None = None
    next_try_at: datetime | None = None
    verdict_at: datetime | None = None
    reason: str = ""
    bounced_at: datetime | None = None
    remote_id: str = ""


class Outbox(SQLModel, table=True):
    """Something Prefect must be told, written in the transaction that decided it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "done_at", "id"),
        Index("ix_outbox_step", "step_id", "act"),
    )
    id: int | None = Field(default=None, primary_key=True)
    act: str
    step_id: str = Field(foreign_key="step.id")
    written_at: datetime
    done_at: datetime | None = None
    attempts: int = 0
    reason: str = ""


class Audit(SQLModel, table=True):
    """The trail: append-only (database triggers) and hash-chained; every act names actor, role, ground and moment."""

    __tablename__ = "audit"
    seq: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    role: str
    door: str
    act: str
    ground: str
    case_reference: str = ""
    step_id: str = ""
    details: dict[str, Any] = Field(sa_type=JSON)
    previous: str
    hash: str = Field(unique=True)


class ImportedFile(SQLModel, table=True):
    """A file that was imported, by the hash of its bytes."""

    __tablename__ = "imported_file"
    content_hash: str = Field(primary_key=True)
    at: datetime
    by: str
    rows: int


class SweepRun(SQLModel, table=True):
    """One sweep: when, how many steps it looked at, how many messages it planned, how many rows it could not decide.

    `door`: klok (Prefect's schedule) or opdracht (the command). `clock_back`: the clock had been put back, so it only
    said so and decided nothing.
    """

    __tablename__ = "sweep_run"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    steps: int
    planned: int
    failed: int
    door: str = "klok"
    clock_back: bool = False
