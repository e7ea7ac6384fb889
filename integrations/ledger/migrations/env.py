"""Run by Alembic: migrate over the connection it was given, in that connection's transaction."""

import textwrap
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

import integrations.ledger.partner_tables  # noqa: F401 - fills the metadata


def written(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """SQLModel's own types, and a long list of values, as a new migration writes them."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen.imports.add("from sqlmodel.sql.sqltypes import UTCDateTime")
        return "UTCDateTime()"
    if kind == "check":
        pieces = textwrap.wrap(str(item.sqltext), 90, drop_whitespace=False)
        return f"sa.CheckConstraint({' '.join(map(repr, pieces))}, name=op.f({str(item.name)!r}))"
    return False


given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=SQLModel.metadata,
    version_table=given["version_table"],
    render_as_batch=True,
    render_item=written,
)
with context.begin_transaction():
    context.run_migrations()
