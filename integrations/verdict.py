"""What became of something that was sent to a system outside: one verdict for mail, messages and partners' systems."""

from dataclasses import dataclass
from enum import StrEnum

NOT_THERE = frozenset({"tijd-verstreken", "geweigerd", "verbroken", "tls", "grens-verstreken", "geen-verbinding"})
OF_US = "relay-"


class Verdict(StrEnum):
    """What became of a send. `indefinite`: it may have arrived, nobody can tell."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    INDEFINITE = "indefinite"


@dataclass(frozen=True)
class Result:
    """A verdict and why, as a code: never a sentence of the other side, which may hold an address.

    `remote`: the number the other side gave it; `wait`: seconds it asked us to stay away; `looks`: the next try first
    asks whether this one arrived, so that a second doubt is no reason to give up.
    """

    verdict: Verdict
    reason: str = ""
    remote: str = ""
    wait: float = 0.0
    looks: bool = False

    @property
    def route_down(self) -> bool:
        """True when it was not about this message or its recipient: the other side was not there, or refused us."""
        return self.verdict is not Verdict.SENT and (self.reason in NOT_THERE or self.reason.startswith(OF_US))
