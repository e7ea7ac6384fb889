"""A region whose every field is a canary, and everything that could carry one outside: output, logs, mail, copies."""

import csv
import json
import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from deployments.mail_catcher import MailCatcher
from integrations.ledger import Ledger
from integrations.mail import AppriseSender
from integrations.region_file import read_region
from integrations.settings import Settings
from tasks.backup_ledger import backup_ledger
from tasks.deliver_messages import Delivered, deliver_messages
from tasks.import_reports import Imported, import_reports
from tasks.make_ledger import make_ledger
from tasks.sweep_deadlines import sweep_deadlines
from tests.cli.trial import KUSTLAND, Done, call
from tests.faults.leaks_canaries import Canaries
from tests.faults.leaks_scan import Scan
from tests.region import moment
from tests.reports.samples import ROW

BEGIN = moment("2026-04-20T22:05")
CODES = {"meldnummer": "MELD", "gezinsnummer": "GEZIN", "wijk": "WIJK", "eigen_zaaknummer": "ZAAK"}
"""Columns that hold an opaque code, and the field of the canaries in them."""

OF_LEDGER = {
    "report.number": "MELD",
    "case_file.household": "GEZIN",
    "case_file.district": "WIJK",
    "own_number.number": "ZAAK",
    "professional.channels": "WERK",
}
ALLOWED = frozenset(
    {(f"{name}:{place}", of) for name in ("ledger", "backup") for place, of in OF_LEDGER.items()}
    | {("mail:to", "WERK"), ("out:case show", "ZAAK"), ("out:case show --json", "ZAAK")}
)
"""Where what may be: codes in the ledger and its copies, a work address on the mail itself, a party's own number."""


class Ear(logging.Handler):
    """Hears every logger at the lowest level, with arguments and traceback."""

    def __init__(self) -> None:
        super().__init__(1)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.heard.append(f"{record.name} {record.getMessage()} {record.args!r} {error}")


@contextmanager
def listening() -> Iterator[Ear]:
    """An ear on the root, and every logger below it open."""
    ear, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(1)
    try:
        yield ear
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


@dataclass
class LeakWorld:
    """The ledger in `root`/ledger.sqlite, mail in `root`/mail, copies in `root`/backup; `given` is what we put in."""

    root: Path
    now: datetime = BEGIN
    canaries: Canaries = field(default_factory=Canaries)
    said: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.given = self.root / "given"
        self.given.mkdir(parents=True, exist_ok=True)
        self.url = f"sqlite:///{self.root / 'ledger.sqlite'}"
        self.ledger = Ledger(self.url)

    def make(self, *, virtual: bool = True) -> "LeakWorld":
        """The region, each work address a canary."""
        domain = self.canaries.code("WERK").lower()
        path = self.given / "regio.toml"
        path.write_text(KUSTLAND.read_text().replace("@kustland.example", f"@{domain}.example"))
        make_ledger(self.ledger, read_region(path), self.now, virtual=virtual)
        return self

    def row(self, number: int) -> dict[str, str]:
        """A good row, with a canary in every column that takes a code."""
        towns = ("MEERDORP", "DUINWIJK", "HAVENOORD")
        acute = {"mogelijk_acuut": "ja" if number % 50 == 3 else "nee", "aangenomen_door": "VT-911"}
        town = {"gemeente": towns[number % 3], "indeling": "", "gezinsleden": "A:volwassene:1985 B:kind:2012"}
        return ROW | acute | town | {column: self.canaries.code(of) for column, of in CODES.items()}

    def written(self, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
        """A file of these rows, as CSV or JSON."""
        path = self.given / name
        with path.open("w", newline="") as file:
            if name.endswith(".json"):
                json.dump(rows, file)
            else:
                table = csv.DictWriter(file, list(rows[0]), delimiter=";")
                table.writeheader()
                table.writerows(rows)
        return path

    def take_in(self, number: int) -> Imported:
        """So many cases by a file."""
        path = self.written("goed.csv", [self.row(n) for n in range(number)])
        return import_reports(self.ledger, path, "VT-201", self.now)

    def run(self, *words: str, place: str = "") -> Done:
        """A command on this ledger; what it prints is kept under its first two words."""
        shown = " ".join(word for word in (*words[:2], "--json" if "--json" in words else "") if word)
        done = call(*words, "--database", self.url)
        self.said.append((f"out:{place or shown}", done.all))
        return done

    def weeks(self, number: int) -> Delivered:
        """A sweep on two mornings a week; on the first and the last the post goes out, by a real mail server."""
        total, days = Delivered(), [day for week in range(number) for day in (7 * week + 1, 7 * week + 4)]
        with MailCatcher(self.root / "mail") as catcher:
            sender = AppriseSender(Settings(mail_port=catcher.port))
            for day in days:
                self.now = BEGIN.replace(hour=9) + timedelta(days=day)
                sweep_deadlines(self.ledger, self.now)
                if day in (days[0], days[-1]):
                    done = deliver_messages(self.ledger, self.now, sender)
                    total = Delivered(total.sent + done.sent, total.temporary + done.temporary)
        return total

    def copied(self) -> None:
        """A backup."""
        backup_ledger(self.ledger, self.root / "backup", self.now)

    def scan(self, ear: Ear, allowed: frozenset[tuple[str, str]] = ALLOWED) -> Scan:
        """Search everything that is outside, and the ledger."""
        found = Scan(allowed)
        for name in ("mail", "backup", "export"):
            found.folder(self.root / name, name)
        found.database(self.root / "ledger.sqlite", "ledger")
        for place, text in self.said:
            found.text(place, text)
        found.text("log", "\n".join(ear.heard))
        return found
