"""The whole process as one table, in the order the chain runs: who acts, by when, what closes it, what follows.

The table equals the files in domain/steps, flows/steps, tests/steps, the deployments and the table in the README.
"""

from domain.errors import UnknownRefusal
from domain.step import Ladder, Step
from domain.steps import (
    acute_action,
    close_case,
    conditions_and_follow_up,
    history_check,
    immediate_safety_check,
    investigation,
    joint_first_home_visit,
    life_area_map,
    local_start,
    mda_action,
    mda_consultation,
    monitoring,
    network_evaluation,
    one_plan,
    out_of_sight,
    persons_informed,
    protection_request,
    regional_custom,
    report_intake,
    reporter_feedback,
    route_decision,
    safety_assessment,
    safety_plan,
    transfer_region,
    waiting_safety_check,
    warm_handover,
)

PROCESS: tuple[Step, ...] = (
    report_intake.STEP,
    immediate_safety_check.STEP,
    acute_action.STEP,
    history_check.STEP,
    safety_assessment.STEP,
    route_decision.STEP,
    reporter_feedback.STEP,
    persons_informed.STEP,
    joint_first_home_visit.STEP,
    conditions_and_follow_up.STEP,
    investigation.STEP,
    regional_custom.STEP,
    life_area_map.STEP,
    safety_plan.STEP,
    mda_consultation.STEP,
    mda_action.STEP,
    warm_handover.STEP,
    waiting_safety_check.STEP,
    local_start.STEP,
    one_plan.STEP,
    monitoring.STEP,
    network_evaluation.STEP,
    out_of_sight.STEP,
    transfer_region.STEP,
    protection_request.STEP,
    close_case.STEP,
)

URGENT = tuple(step.word for step in PROCESS if step.ladder is Ladder.ACUTE)
"""The words of the steps whose clock sounds an alarm when it runs out."""

_BY_WORD = {step.word: step for step in PROCESS}


def step_of(word: str) -> Step:
    """The row of the table for a step's word. Raises UnknownRefusal KR-SOORT-ONBEKEND."""
    if word not in _BY_WORD:
        raise UnknownRefusal("KR-SOORT-ONBEKEND")
    return _BY_WORD[word]
