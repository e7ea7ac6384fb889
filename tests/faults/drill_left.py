"""What a killed process leaves behind, put back for whoever goes on from there; and when two of these are the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tests.faults.drill_tools import checksum
from tests.faults.witness import Mail

LEDGER = "ledger.sqlite"


@dataclass
class Left:
    """Every file of the scenario, the act that was being done, and the moment the next process may begin.

    `senders`: the names under which mail went out until now. `killed`: the points where a process died.
    """

    files: dict[str, bytes]
    at: int
    after: datetime
    senders: tuple[str, ...] = ()
    killed: tuple[str, ...] = ()

    @classmethod
    def found(cls, folder: Path, at: int, after: datetime, senders: tuple[str, ...], killed: tuple[str, ...]) -> Self:
        """As it lies in this folder."""
        return cls({file.name: file.read_bytes() for file in folder.iterdir()}, at, after, senders, killed)

    def put(self, folder: Path) -> None:
        """Back in this folder, and nothing else."""
        for left in folder.iterdir():
            left.unlink()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)

    def state(self, aside: Path) -> str:
        """The rows, by a copy of the ledger with its WAL, so that the recovery itself finds what the kill left."""
        with TemporaryDirectory(dir=aside) as folder:
            for name, content in self.files.items():
                if name.startswith(LEDGER) and not name.endswith("-shm"):
                    (Path(folder) / name).write_bytes(content)
            return checksum(Path(folder) / LEDGER)


def fingerprint(state: str, folder: Path, mails: Iterable[Mail], *clock: object) -> str:
    """Of all that a recovery or a judgement looks at: the rows, the files beside the ledger, the mails, the clock."""
    beside = sorted(file for file in folder.iterdir() if not file.name.startswith(LEDGER))
    files = [(file.name, file.read_bytes()) for file in beside]
    return sha256(repr([state, files, sorted(mails), clock]).encode()).hexdigest()
