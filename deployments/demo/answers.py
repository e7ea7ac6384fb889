"""Good answers for any step: what a professional would fill in for this household, from the step's own questions."""

from collections.abc import Mapping
from datetime import date, timedelta

from domain.questions import Question, Value
from tasks.read_form import StepForm

# Question name, or its part before the last underscore → the value a smooth case gives.
USUAL: dict[str, Value] = {
    "heard": "alone",
    "seen": "yes",
    "covers": "yes",
    "takes": "yes",
    "mapped": "yes",
    "low": 1,
    "where": "home",
    "informed": "phone",
    "theme": "met",
    "register": "no_match",
    "earlier_reports": 1,
    "suspicion": "structural",
    "acute_ground": "physical_danger",
    "measure": "agreement",
    "contact_agreed": "yes",
    "priority": "normal",
    "investigation_ground": "unclear",
    "channel": "phone",
    "told": "follow_up_started",
    "told_voluntary": "yes",
    "agreements": 4,
    "emergency_plan": "yes",
    "signed": "all",
    "safe_contact_known": "yes",
    "family_present": "yes",
    "weighed": "accepted",
    "criterion": "repeated_events",
    "family_told": "yes",
    "informants": 3,
    "after_service": "handover",
    "help_request": "accepts",
    "goals": 3,
    "safety_agreements": "yes",
    "network_invited": "yes",
    "new_incident": "no",
    "waits_for_help": "no",
    "judgement": "directly_safe",
    "agreements_kept": "most",
    "trigger": "missed_contacts",
    "tries": 3,
    "contact": "family",
    "package_sent": "yes",
    "rights_told": "yes",
    "municipality_told": "yes",
    "capacity": "yes",
    "consents": "yes",
    "dependent": "no",
}


def answers(form: StepForm, today: date, extra: Mapping[str, Value]) -> dict[str, Value]:
    """Usual answers to what this form asks, with `extra` (the outcome among them) over them."""
    asked = {question.name: question for question in form.questions}
    found = {name: value for name, question in asked.items() if (value := _usual(question, today)) is not None}
    return {name: value for name, value in (found | dict(extra)).items() if name in asked}


def _usual(question: Question, today: date) -> Value | None:
    name = question.name
    if name in (
        "told_on",
        "visited_on",
        "talk_on",
        "held_on",
        "done_on",
        "first_contact_on",
        "sent_on",
        "last_seen_on",
    ):
        return today.isoformat()
    value = USUAL.get(name, USUAL.get(name.rpartition("_")[0]))
    allowed = {choice.value for choice in question.choices}
    if value == "alone" and "alone" not in allowed:
        return "yes"  # an adult is spoken to, a child is heard
    return value if not allowed or value in allowed else None


def in_days(today: date, days: int) -> str:
    """A date so many days from today, as an answer."""
    return (today + timedelta(days=days)).isoformat()
