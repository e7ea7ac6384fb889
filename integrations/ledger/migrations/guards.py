"""What the database itself refuses, whoever asks: triggers on both databases. Their messages are our error codes.

- `audit`: no row changes or goes, and a new row must follow the last one (no fork, no gap, no REPLACE).
- `step`: the due moment never moves later, and never disappears, unless `deadline_version` rises; that never falls.

Set again after every migration, because SQLite drops a table's triggers when a migration replaces the table.
"""

from sqlalchemy import Connection

_NOT_NEXT = (
    "NEW.seq <> COALESCE((SELECT max(seq) FROM audit), 0) + 1 "
    "OR NEW.previous <> COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '{genesis}')"
).format(genesis="0" * 64)
_LATER = (
    "NEW.deadline_version < OLD.deadline_version OR (NEW.deadline_version = OLD.deadline_version "
    "AND OLD.due_at IS NOT NULL AND (NEW.due_at IS NULL OR NEW.due_at > OLD.due_at))"
)
GUARDS = {
    "audit_no_update": ("UPDATE ON audit", "TRUE", "KR-AUDIT-VAST"),
    "audit_no_delete": ("DELETE ON audit", "TRUE", "KR-AUDIT-VAST"),
    "audit_no_fork": ("INSERT ON audit", _NOT_NEXT, "KR-AUDIT-KETEN"),
    "step_not_later": ("UPDATE OF due_at, deadline_version ON step", _LATER, "KR-TERMIJN-LATER"),
}
"""Name of the trigger: (before what, when, which code)."""


def install(connection: Connection) -> None:
    """Set every guard, replacing the ones that are there."""
    for name, (before, when, code) in GUARDS.items():
        make = _sqlite if connection.dialect.name == "sqlite" else _postgresql
        for statement in make(name, before, when, code):
            connection.exec_driver_sql(statement)
    if connection.dialect.name == "postgresql":
        _no_truncate(connection)


def _sqlite(name: str, before: str, when: str, code: str) -> tuple[str, ...]:
    body = f"BEGIN SELECT RAISE(ABORT, '{code}'); END"
    return f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} BEFORE {before} WHEN {when} {body}"


def _postgresql(name: str, before: str, when: str, code: str) -> tuple[str, ...]:
    table = before.split()[-1]
    refuse = f"RAISE EXCEPTION '{code}' USING ERRCODE = 'restrict_violation';"
    body = f"BEGIN IF {when} THEN {refuse} END IF; RETURN COALESCE(NEW, OLD); END"
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ {body} $guard$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} BEFORE {before} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


def _no_truncate(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_no_truncate ON audit")
    connection.exec_driver_sql(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_no_update()"
    )
