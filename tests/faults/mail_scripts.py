"""Relays that misbehave at random, and by hand what each must come to."""

from random import Random

from integrations.mail import Verdict
from tests.faults.mail_modes import INDEFINITE, PERMANENT, SENT, TEMPORARY, Mode
from tests.faults.mail_servers import HALF_CLOSE
from tests.messages.servers import CLOSE, RESET, SILENT

STAGES = ("banner", "EHLO", "MAIL", "RCPT", "DATA", "body", "QUIT")
OFTEN = (1, 1, 1, 4, 3, 10, 6)  # late troubles are rare when an early one decides
BREAKS = (*[CLOSE, RESET] * 5, SILENT)
PATIENCE = 4.0  # seconds
LATER, NEVER = ("421", "450", "451", "452"), ("501", "550", "551", "552", "553", "554")


def drawn(chance: Random) -> Mode:
    """A relay with one or two troubles; the first that is met decides."""
    script = {stage: _trouble(stage, chance) for stage in chance.choices(STAGES, OFTEN, k=chance.randint(1, 2))}
    verdict = expected(script)
    if script.get("EHLO"):
        script["HELO"] = script["EHLO"]
    taken = verdict in (SENT, INDEFINITE)
    timeout = PATIENCE if SILENT in script.values() else 10.0
    return Mode("drawn", script, verdict, "", kept=int(taken), timeout=timeout)


def _trouble(stage: str, chance: Random) -> str:
    if stage == "body" and chance.random() < 0.2:
        return HALF_CLOSE
    if chance.random() < 0.5:
        return chance.choice(BREAKS)
    return f"{chance.choice(LATER + NEVER)} no"


def expected(script: dict[str, str]) -> Verdict:
    """Only a code about the recipient or the message is for good; only a message on its way can be in doubt."""
    for stage in STAGES[:-1]:
        trouble = script.get(stage)
        if trouble is None:
            continue
        if stage in ("RCPT", "DATA", "body") and trouble[:3] in NEVER:
            return PERMANENT
        if stage == "body" and trouble[:3] not in LATER:
            return INDEFINITE
        return TEMPORARY
    return SENT
