"""The policy in force in this ledger: the default, with the region's override kept in the ledger itself."""

from functools import lru_cache

from sqlmodel import Session

from domain.policy import Policy, parse_policy
from integrations.ledger.settings_table import get
from integrations.policy_file import default_policy


def policy_of(session: Session) -> Policy:
    """The policy of this ledger; parsed once for each text."""
    return _parsed(get(session, "policy"))


@lru_cache(maxsize=8)
def _parsed(override: str | None) -> Policy:
    return parse_policy(default_policy(), override or None)
