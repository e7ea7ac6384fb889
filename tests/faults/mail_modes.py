"""The ways a mail relay can fail us, and what each must come to (reliability programme T4)."""

from dataclasses import dataclass

from integrations.mail import Verdict
from tests.faults.mail_servers import HALF_CLOSE, SLOW
from tests.messages.servers import CLOSE, DRIP, POLITE, RESET, SILENT

SHORT = 0.6
TAKING = 2.5
"""Short, and long enough for a slow machine to hand over a mail before it runs out."""
SENT, TEMPORARY, PERMANENT, INDEFINITE = Verdict.SENT, Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.INDEFINITE


@dataclass(frozen=True)
class Mode:
    """What the relay does with one connection; the verdict and reason that must follow; copies it took of the mail.

    `host`: where we look for the relay; `listens`: whether anybody is there; `offers_tls`: with a bad certificate.
    `timeout` and `bound` are ours, in seconds: short only where running out of time is the subject.
    """

    name: str
    script: dict[str, str]
    verdict: Verdict
    reason: str
    kept: int = 0
    security: str = "insecure"
    host: str = "127.0.0.1"
    listens: bool = True
    offers_tls: bool = False
    timeout: float = 10.0
    bound: float = 20.0


def _slowly() -> dict[str, str]:
    return {stage: SLOW + reply for stage, reply in POLITE.items()}


_TLS = {"EHLO": "250-here\r\n250 STARTTLS", "STARTTLS": "220 go on"}

CONNECTING = (
    Mode("refused", {}, TEMPORARY, "geweigerd", listens=False),
    Mode("reset before the banner", {"banner": RESET}, TEMPORARY, "verbroken"),
    Mode("closed before the banner", {"banner": CLOSE}, TEMPORARY, "verbroken"),
    Mode("name unknown to the DNS", {}, TEMPORARY, "verbroken", security="starttls", host="relay.invalid"),
    Mode("TLS not offered", {}, TEMPORARY, "tls", security="starttls"),
    Mode("certificate nobody vouches for", _TLS, TEMPORARY, "tls", security="starttls", offers_tls=True),
)
SLOWNESS = (
    Mode("silent banner", {"banner": SILENT}, TEMPORARY, "tijd-verstreken", timeout=SHORT),
    Mode("too slow at a command", {"MAIL": SILENT}, TEMPORARY, "tijd-verstreken", timeout=SHORT),
    Mode("one byte at a time", {"RCPT": DRIP}, TEMPORARY, "grens-verstreken", bound=SHORT),
    Mode("every answer in time, the whole beyond the bound", _slowly(), TEMPORARY, "grens-verstreken", bound=SHORT),
)
REFUSALS = tuple(
    Mode(f"{code} at {stage}", {stage: f"{code} no"}, verdict, f"smtp-{code}")
    for verdict, codes in ((TEMPORARY, (421, 450, 451, 452)), (PERMANENT, (550, 551, 552, 553, 554, 501)))
    for code in codes
    for stage in ("RCPT", "body")
)
TAKEN = (
    Mode("taken, then reset", {"body": RESET}, INDEFINITE, "verbroken", kept=1),
    Mode("taken, then half closed", {"body": HALF_CLOSE}, INDEFINITE, "verbroken", kept=1),
    Mode("taken, then silence", {"body": SILENT}, INDEFINITE, "tijd-verstreken", kept=1, timeout=TAKING),
    Mode("taken, then one byte at a time", {"body": DRIP}, INDEFINITE, "grens-verstreken", kept=1, bound=TAKING),
    Mode("250, then reset at QUIT", {"QUIT": RESET}, SENT, "", kept=1),
)
MODES = (*CONNECTING, *SLOWNESS, *REFUSALS, *TAKEN)
