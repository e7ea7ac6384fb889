"""partners: hand-overs to and notifications from their systems, events, signals, figures"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

EMPTY = sa.text("''")


def upgrade() -> None:
    """New tables, three columns, one index; nothing is copied."""
    _notification()
    _seen_token()
    _event_delivery()
    _partner_figure()
    _signal()
    _brp()
    _handover_offer()
    _status_return()
    _dropped_file()
    op.add_column("delivery", sa.Column("remote_id", sa.String(), nullable=False, server_default=EMPTY))
    op.add_column("case_file", sa.Column("joined_to", sa.String(), nullable=False, server_default=EMPTY))
    op.add_column("person", sa.Column("told_as", sa.String(), nullable=False, server_default=EMPTY))
    given = sa.text("remote_id <> ''")
    op.create_index("ix_delivery_remote_id", "delivery", ["remote_id"], sqlite_where=given, postgresql_where=given)


def _notification() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    op.create_index("ix_notification_waiting", "notification", ["done_at", "next_try_at"], unique=False)


def _seen_token() -> None:
    op.create_table(
        "seen_token",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_seen_token")),
    )
    op.create_index(op.f("ix_seen_token_expires_at"), "seen_token", ["expires_at"], unique=False)


def _event_delivery() -> None:
    op.create_table(
        "event_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("indefinite", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("verdict_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'sent', 'temporary', 'indefinite', 'permanent')",
            name=op.f("ck_event_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["seq"], ["audit.seq"], name=op.f("fk_event_delivery_seq"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_delivery")),
        sa.UniqueConstraint("subscriber", "seq", name=op.f("uq_event_delivery_subscriber_seq")),
    )
    op.create_index("ix_event_delivery_due", "event_delivery", ["state", "next_try_at"], unique=False)


def _partner_figure() -> None:
    op.create_table(
        "partner_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("median_days", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.code"],
            name=op.f("fk_partner_figure_organisation"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_figure")),
        sa.UniqueConstraint(
            "organisation", "kind", "day", "version", name=op.f("uq_partner_figure_organisation_kind_day_version")
        ),
    )


def _signal() -> None:
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_signal_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("key", name=op.f("uq_signal_key")),
    )
    op.create_index(op.f("ix_signal_case_id"), "signal", ["case_id"], unique=False)


def _brp() -> None:
    op.create_table(
        "brp_follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("placed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brp_follow")),
        sa.UniqueConstraint("source", "mark", name=op.f("uq_brp_follow_source_mark")),
    )
    op.create_table(
        "brp_standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brp_standing")),
        sa.UniqueConstraint(
            "source", "reference", "person", "code", name=op.f("uq_brp_standing_source_reference_person_code")
        ),
    )


def _handover_offer() -> None:
    op.create_table(
        "handover_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("indefinite", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remote", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.Column("read_again_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("judged", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'delivered', 'accepted', 'refused', 'withdrawn', 'by_hand', 'failed')",
            name=op.f("ck_handover_offer_state"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisation.code"],
            name=op.f("fk_handover_offer_organisation"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["step.id"], name=op.f("fk_handover_offer_step_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_offer")),
        sa.UniqueConstraint("number", name=op.f("uq_handover_offer_number")),
        sa.UniqueConstraint("step_id", "round", name=op.f("uq_handover_offer_step_id_round")),
    )
    op.create_index("ix_handover_offer_due", "handover_offer", ["state", "next_try_at"], unique=False)
    op.create_index(op.f("ix_handover_offer_remote"), "handover_offer", ["remote"], unique=False)


def _status_return() -> None:
    op.create_table(
        "status_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("written_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("indefinite", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("next_try_at", UTCDateTime(), nullable=True),
        sa.Column("verdict_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'claimed', 'sent', 'temporary', 'indefinite', 'permanent')",
            name=op.f("ck_status_return_state"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_status_return_report_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_return")),
        sa.UniqueConstraint("report_id", "ordinal", name=op.f("uq_status_return_report_id_ordinal")),
    )
    op.create_index("ix_status_return_due", "status_return", ["state", "next_try_at"], unique=False)


def _dropped_file() -> None:
    op.create_table(
        "dropped_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("bundle_id", sa.Integer(), nullable=True),
        sa.Column("lost", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('refused', 'waiting', 'stuck', 'closed')", name=op.f("ck_dropped_file_state")),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_dropped_file_bundle_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dropped_file")),
        sa.UniqueConstraint("key", name=op.f("uq_dropped_file_key")),
    )
    op.create_index("ix_dropped_file_gone", "dropped_file", ["gone_at", "source"], unique=False)
    op.create_index(op.f("ix_dropped_file_bundle_id"), "dropped_file", ["bundle_id"], unique=False)
