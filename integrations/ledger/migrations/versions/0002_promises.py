"""promises: absence, duty roster, suspension; when a message was owed, its hash, and who took it up"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NO, EMPTY = sa.false(), sa.text("''")


def upgrade() -> None:
    """New tables, columns and indexes; no table is copied, so a large ledger is not locked for long."""
    _absence()
    _shift()
    _suspension()
    op.add_column("step", sa.Column("suspended_until", UTCDateTime(), nullable=True))
    op.add_column("step", sa.Column("clock", sa.String(), nullable=False, server_default=EMPTY))
    for name in ("owed_at", "handled_at"):
        op.add_column("message", sa.Column(name, UTCDateTime(), nullable=True))
    for name in ("content_hash", "handled_by", "handled_how"):
        op.add_column("message", sa.Column(name, sa.String(), nullable=False, server_default=EMPTY))
    op.execute("UPDATE message SET owed_at = planned_at")
    op.drop_index("ix_message_step_id", "message")  # the unique key begins with the same column
    op.drop_index("ix_message_bundle_id", "message")
    given = sa.text("bundle_id IS NOT NULL")
    op.create_index("ix_message_bundle_id", "message", ["bundle_id"], sqlite_where=given, postgresql_where=given)
    op.drop_index("ix_message_party", "message")
    op.create_index("ix_message_party", "message", ["party", "state", "planned_at"])
    lite, full = sa.text("acute = 1"), sa.text("acute")
    op.create_index("ix_message_alarm", "message", ["state", "planned_at"], sqlite_where=lite, postgresql_where=full)
    op.add_column("bundle", sa.Column("any_hour", sa.Boolean(), nullable=False, server_default=NO))
    op.execute("UPDATE bundle SET any_hour = acute")
    op.add_column("delivery", sa.Column("bounced_at", UTCDateTime(), nullable=True))
    op.add_column("sweep_run", sa.Column("door", sa.String(), nullable=False, server_default="klok"))
    op.add_column("sweep_run", sa.Column("clock_back", sa.Boolean(), nullable=False, server_default=NO))


def _key(columns: list[str], there: list[str], name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(columns, there, name=op.f(name), initially="DEFERRED", deferrable=True)


def _absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("professional", sa.String(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        _key(["professional"], ["professional.code"], "fk_absence_professional"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_professional"), "absence", ["professional"], unique=False)


def _shift() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("professional", sa.String(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        _key(["professional"], ["professional.code"], "fk_shift_professional"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("professional", "from_at", name=op.f("uq_shift_professional_from_at")),
    )
    op.create_index("ix_shift_until_at", "shift", ["until_at"], unique=False)


def _suspension() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_before", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        _key(["step_id"], ["step.id"], "fk_suspension_step_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_step_id"), "suspension", ["step_id"], unique=False)
