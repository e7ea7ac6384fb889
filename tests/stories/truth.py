"""What a ledger says, without what Prefect brought in and with its chance references by order: to hold two together."""

import re
from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import SQLModel

from integrations.ledger import Ledger

LEFT_OUT = {"outbox", "sweep_run"}
PREFECTS = {
    "step": {"run_id", "run_attempt"},
    "audit": {"seq", "previous", "hash"},
    "bundle": {"body_hash"},  # of a text with the reference in it; the text itself is compared
    "message": {"content_hash"},
}
REPAIRED = "prefect-hersteld"
LINK = re.compile(r"http://[^\\\s]+")  # to the run when there is one, else to the runs of the case


def truth(ledger: Ledger) -> list[str]:
    """Every row of every table as a line, without the columns that are Prefect's or follow from chance."""
    with ledger.reading() as session:
        references = session.connection().exec_driver_sql("SELECT reference FROM case_file ORDER BY id").scalars().all()
    lines = list(_lines(ledger))
    for number, reference in enumerate(references, 1):
        lines = [line.replace(reference, f"ZAAK-{number}") for line in lines]
    return [LINK.sub("LINK", line) for line in lines]


def _lines(ledger: Ledger) -> Iterator[str]:
    with ledger.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            columns = [column for column in table.columns if column.name not in PREFECTS.get(table.name, ())]
            rows = session.connection().execute(select(*columns).order_by(*table.primary_key))
            shown = (f"{table.name} {tuple(str(value) for value in row)}" for row in rows)
            yield from (line for line in shown if REPAIRED not in line)
