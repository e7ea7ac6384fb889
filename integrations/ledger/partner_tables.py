"""The ledger's tables about the systems of partners: what goes there, what came from there, what must still be told.

As everywhere in the ledger: no names, numbers or addresses of family members or reporters, and no free text.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from integrations.ledger.tables import DeliveryState, one_of


class OfferState(StrEnum):
    """planned → claimed → delivered → accepted | refused; withdrawn from any of them.

    `by_hand`: the organisation has no system of its own; `failed`: a person must do it by another way.
    """

    PLANNED = "planned"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    BY_HAND = "by_hand"
    FAILED = "failed"


class HandoverOffer(SQLModel, table=True):
    """One offer of one hand-over, on its way to the case system of the local organisation and back.

    `number` is what the other side knows it by; `remote` the address of what it made for it; `etag` the version that
    was read last; `read_again_at` is set when it could not be read now; `refused` is the code with which our own gates
    sent its answer back, and `judged` a hash of that answer and of what was known then: as long as it is the same, the
    answer need not be held against the gates again. `told`: the troubles that people were told of since it was last
    well, as codes with a space between; `settled_at`: a person saw to what failed, by another way.
    """

    __tablename__ = "handover_offer"
    __table_args__ = (
        one_of("state", OfferState),
        UniqueConstraint("step_id", "round"),
        Index("ix_handover_offer_due", "state", "next_try_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    step_id: str = Field(foreign_key="step.id")
    round: int
    number: str = Field(unique=True)
    organisation: str = Field(foreign_key="organisation.code")
    state: str
    offered_at: datetime
    attempts: int = 0
    indefinite: int = 0
    lease_until: datetime | None = None
    next_try_at: datetime | None = None
    reason: str = ""
    remote: str = Field(default="", index=True)
    etag: str = ""
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    read_again_at: datetime | None = None
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    refused: str = ""
    judged: str = ""
    told: str = ""
    settled_at: datetime | None = None


class Notification(SQLModel, table=True):
    """A partner's system said that something changed: which resource, never what. `key` makes it count once."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_waiting", "done_at", "next_try_at"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str = Field(unique=True)
    resource: str
    action: str
    received_at: datetime
    done_at: datetime | None = None
    next_try_at: datetime | None = None
    attempts: int = 0
    reason: str = ""


class SeenToken(SQLModel, table=True):
    """The hash of a one-time token that was used; kept until it would have expired, so that a copy is refused."""

    __tablename__ = "seen_token"
    hash: str = Field(primary_key=True)
    expires_at: datetime = Field(index=True)


class StatusReturn(SQLModel, table=True):
    """What a reporter's system must hear of its report (uitkomstmelding): a status, once, in order."""

    __tablename__ = "status_return"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("report_id", "ordinal"),
        Index("ix_status_return_due", "state", "next_try_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="report.id")
    ordinal: int
    status: str
    written_at: datetime
    state: str
    attempts: int = 0
    indefinite: int = 0
    lease_until: datetime | None = None
    next_try_at: datetime | None = None
    verdict_at: datetime | None = None
    reason: str = ""


class EventDelivery(SQLModel, table=True):
    """One event for one subscriber. The event itself is the audit row `seq`: it needs no second record."""

    __tablename__ = "event_delivery"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("subscriber", "seq"),
        Index("ix_event_delivery_due", "state", "next_try_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    subscriber: str
    seq: int = Field(foreign_key="audit.seq")
    kind: str
    state: str
    attempts: int = 0
    indefinite: int = 0
    lease_until: datetime | None = None
    next_try_at: datetime | None = None
    verdict_at: datetime | None = None
    reason: str = ""


class Signal(SQLModel, table=True):
    """A coded signal about a case from outside (moved, unknown residence …). `key` makes it count once."""

    __tablename__ = "signal"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_file.id", index=True)
    source: str
    key: str = Field(unique=True)
    person: str = ""
    code: str
    seen_on: date
    received_at: datetime
    step_id: str = ""


class FileTrouble(StrEnum):
    """Refused, waiting without being read, read but not to be put away, or a folder that cannot be emptied."""

    REFUSED = "refused"
    WAITING = "waiting"
    STUCK = "stuck"
    CLOSED = "closed"


class DroppedFile(SQLModel, table=True):
    """A dropped file, or its folder, that a person must look at until it is gone. Never its name or what is in it.

    `key` is a hash of the folder and of what tells this file from another; `codes` what was wrong with it, a line
    each; `bundle_id` the mail that tells somebody, `lost` on whom an earlier one was lost.
    """

    __tablename__ = "dropped_file"
    __table_args__ = (one_of("state", FileTrouble), Index("ix_dropped_file_gone", "gone_at", "source"))
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    source: str
    state: str
    codes: str = ""
    since: datetime
    gone_at: datetime | None = None
    told_at: datetime | None = None
    bundle_id: int | None = Field(default=None, foreign_key="bundle.id", index=True)
    lost: str = ""


class BrpFollow(SQLModel, table=True):
    """Somebody whom we had the BRP follow. `mark` is made of the number with a secret that is not in the ledger."""

    __tablename__ = "brp_follow"
    __table_args__ = (UniqueConstraint("source", "mark"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    mark: str
    placed_at: datetime


class BrpStanding(SQLModel, table=True):
    """A code of the BRP that has no day of its own: `since` is the day it was first heard, as long as it holds.

    `person` is a mark as of BrpFollow. With an empty code: the day on which the source was asked about them first.
    """

    __tablename__ = "brp_standing"
    __table_args__ = (UniqueConstraint("source", "reference", "person", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    reference: str
    person: str
    code: str
    since: date


class PartnerFigure(SQLModel, table=True):
    """A waiting list of a partner on a day: how many wait, and the middle wait in days where it is known.

    `version` counts the corrections of that day.
    """

    __tablename__ = "partner_figure"
    __table_args__ = (UniqueConstraint("organisation", "kind", "day", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    organisation: str = Field(foreign_key="organisation.code")
    kind: str
    day: date
    waiting: int
    median_days: int | None = None
    version: int = 1
    source: str
    recorded_at: datetime
