"""What is told of dropped files that a person must look at: whose, how many and which codes, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from domain.dutch import amount
from domain.messages import Rendered, letter, neutral

WAITS_TOO_LONG = timedelta(minutes=10)
"""So long after a file was first seen unread it is told (POLICY): the rounds come every two minutes."""
AT_MOST_EVERY = timedelta(hours=1)
"""Not sooner after a message about a source comes the next one about it (POLICY)."""
CODES_TOLD = 10


@dataclass(frozen=True)
class Troubles:
    """How many files of one source were refused, wait unread, were read but cannot be put away; is the folder shut."""

    refused: int = 0
    waiting: int = 0
    stuck: int = 0
    closed: int = 0

    def sentences(self) -> list[str]:
        """What is the matter, in Dutch; empty when nothing is."""
        told = {
            "is geweigerd|zijn geweigerd": self.refused,
            "wacht al langer dan tien minuten|wachten al langer dan tien minuten": self.waiting,
            "is gelezen maar niet weg te leggen|zijn gelezen maar niet weg te leggen": self.stuck,
        }
        said = [_files(count, *words.split("|")) for words, count in told.items() if count]
        return [*said, *(["de map is niet te lezen of niet te legen"] if self.closed else [])]


def _files(count: int, one: str, more: str) -> str:
    return amount(count, f"bestand {one}", f"bestanden {more}")


def file_notice(
    source: str, troubles: Troubles, codes: Iterable[str], *, bundle_reference: str, sent_to_title: str
) -> Rendered:
    """The message about the files of one source. Raises PrivacyRefusal."""
    name = neutral(source) or "een bron"
    lines = [f"De map van {name} vraagt aandacht.", "", *(f"- {said}" for said in troubles.sentences())]
    if listed := sorted(codes)[:CODES_TOLD]:
        lines += ["", f"Codes: {', '.join(listed)}"]
    lines += ["", *_what_to_do(troubles)]
    subject = f"Bestanden van {name} [{bundle_reference}]"
    return letter(subject, lines, bundle_reference=bundle_reference, sent_to_title=sent_to_title, own=[name])


def _what_to_do(troubles: Troubles) -> list[str]:
    said = []
    if troubles.refused:
        said.append("Vraag de bron om een verbeterd bestand, en laat het geweigerde uit de map halen.")
    if troubles.waiting or troubles.stuck or troubles.closed:
        said.append("Laat de beheerder kijken met: ketenregie doctor.")
    return said
