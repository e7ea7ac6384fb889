"""What every route of the receiver works with, made once when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from domain.errors import WrongUse
from integrations.ledger import Ledger
from integrations.notificaties.preflight import SHORTEST_SECRET
from integrations.partners import Partners, secret

Clock = Callable[[], datetime]


def machine_clock() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """The ledger, the partners and the clock by which tokens are judged."""

    ledger: Ledger
    partners: Partners
    clock: Clock = machine_clock


def shown_to_us(name: str) -> SecretStr:
    """A secret by which somebody from outside is known. Raises WrongUse KR-GEHEIM or KR-GEHEIM-KORT, at the start.

    `name` is what the partners' file calls it, so that the operator knows which one to mend.
    """
    found = secret(name)
    if len(found.get_secret_value().encode()) < SHORTEST_SECRET:
        raise WrongUse("KR-GEHEIM-KORT", name=name, least=SHORTEST_SECRET)
    return found
