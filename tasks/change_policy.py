"""Load the region's own policy into the ledger: it holds for every term that starts from now on."""

from datetime import datetime

from domain.policy import Policy, parse_policy
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from integrations.policy_file import default_policy


def check_policy(text: str) -> Policy:
    """The default policy with this override over it. Raises PolicyRefusal KR-BELEID-… with the line."""
    return parse_policy(default_policy(), text)


def change_policy(ledger: Ledger, text: str, now: datetime) -> Policy:
    """Check the override and keep it in the ledger; due moments that were set before do not move."""
    policy = check_policy(text)
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        put(uow, "policy", text)
        uow.audit("beleid-geladen", ground="beheer", version=policy.version)
    return policy
