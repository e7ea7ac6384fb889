"""All terms of the default policy, and the two calendars: the product's, and the oracle's by the same decrees."""

import tomllib

from domain.policy import Policy, parse_policy
from domain.terms import Term, Unit
from integrations.policy_file import default_policy
from tests.faults.clock_oracle import Oracle

LENIENT = 'version = "proef"\n[calendar]\nequated_days_count_as_working = { value = false, source = "proef" }\n'


def policies() -> dict[str, Policy]:
    """The default policy, and the same where equated days do not count."""
    return {"counted": parse_policy(default_policy()), "not counted": parse_policy(default_policy(), LENIENT)}


def oracles() -> dict[str, Oracle]:
    """The oracle for each, with the decrees read from the text of the policy by itself."""
    decrees = tomllib.loads(default_policy())["calendar"]["decrees"].values()
    days = [(day.year, day.month, day.day) for decree in decrees for day in decree["value"]]
    return {"counted": Oracle(days, lenient=False), "not counted": Oracle(days, lenient=True)}


def all_terms(policy: Policy) -> tuple[Term, ...]:
    """Every different term and extension in days, and every moment of monitoring."""
    terms = [term for clock in policy.clocks.values() for term in (clock.term, clock.extension) if term]
    terms += [Term(months, Unit.MONTHS) for months in policy.monitoring_months]
    return tuple(dict.fromkeys(term for term in terms if term.unit is not Unit.HOURS))
