"""The policy: every term, norm and threshold as a value with a source (docs/decisions/0004)."""

from domain.policy.clock import Bound, Clock, Start
from domain.policy.model import Escalation, Policy
from domain.policy.parse import parse_policy

__all__ = ["Bound", "Clock", "Escalation", "Policy", "Start", "parse_policy"]
