"""Write the next migration: what tables.py has and the migrations so far do not make.

Usage: python -m integrations.ledger.migrations "wat er verandert"; then read the file and run `ruff format` on it.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from integrations.ledger import connections, upgrading


def write(message: str) -> None:
    """One new file in versions/, numbered after the last."""
    number = f"{len(upgrading.revisions()) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        url = connections.accepted(f"sqlite:///{Path(folder) / 'leeg.sqlite'}")
        engine = connections.migrator(url, 1.0)
        with engine.begin() as connection:
            config = upgrading.configuration(connection)
            if upgrading.revisions():
                command.upgrade(config, "head")
            command.revision(config, message=message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    write(sys.argv[1])
