"""A ledger file under a ledger object that stays: the object compiles each statement once, the file is fresh."""

import shutil
from pathlib import Path

from integrations.ledger import Ledger


def on_a_copy(ledger: Ledger, template: Path) -> Ledger:
    """The same ledger with a copy of this file under it; what else lay in its folder is gone."""
    ledger.dispose()
    path = Path(str(ledger.url.database))
    for left in path.parent.iterdir():
        left.unlink()
    shutil.copy(template, path)
    return ledger
