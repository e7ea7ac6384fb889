"""What of dropped files and of CORV a person must look at, for the doctor: as the rounds saw it, in their own unit."""

from collections.abc import Iterator
from datetime import datetime

from integrations.ledger import Ledger
from tasks.corv_silence import silent_requests
from tasks.examine_ledger import Check
from tasks.file_problems import file_problems

FILES = "Kijk naar de codes naast het bestand en naar de rechten op de map; bij systemd ook naar ReadWritePaths."
CORV = "Vraag bij de beheerder van CORV na wat met deze verzoeken gebeurde."


def examine_folders(ledger: Ledger, now: datetime) -> Iterator[Check]:
    """One failure a source whose folder needs somebody, and a warning for requests without a receipt."""
    with ledger.reading() as session:
        for problem in file_problems(session, now):
            yield Check("map van een partner", "fail", problem, FILES)
        if silent := silent_requests(session):
            yield Check("corv", "warn", silent, CORV)
