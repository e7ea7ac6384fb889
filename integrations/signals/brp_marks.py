"""What the ledger remembers of somebody whom we had followed: a mark that only our own secret can make of a number."""

import hmac
from collections.abc import Callable

from domain.errors import WrongUse
from integrations.partners import secret
from integrations.signals.config import BrpSource

SHORTEST = 32
"""Characters. There are fewer than a thousand million numbers: with a secret that can be guessed each mark can be."""


def marker(source: BrpSource) -> Callable[[str], str]:
    """The mark of a number, for this source. Raises WrongUse KR-GEHEIM or KR-GEHEIM-KORT."""
    key = secret(source.mark_secret).get_secret_value()
    if len(key) < SHORTEST:
        raise WrongUse("KR-GEHEIM-KORT", name=source.mark_secret, least=SHORTEST)
    return lambda number: hmac.digest(key.encode(), f"{source.name}|{number}".encode(), "sha256").hex()
