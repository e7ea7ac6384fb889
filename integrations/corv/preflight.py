"""Whether the folder with receipts of CORV can be read and emptied."""

import os

from integrations.corv.config import CorvFolder
from integrations.handover import Finding


def preflight(config: CorvFolder) -> list[Finding]:
    """One finding. What lies in the folder is not looked at."""
    if config.folder.is_dir() and os.access(config.folder, os.R_OK | os.W_OK | os.X_OK):
        return [Finding("CORV: de map", True)]
    what = "Maak de map, en geef ketenregie het recht erin te lezen en te verplaatsen."
    return [Finding("CORV: de map", False, what)]
