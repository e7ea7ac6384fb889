"""The plot of the demo: about forty cases, each brought to one step, some of them late."""

from dataclasses import dataclass, field
from typing import Final

from domain.questions import Value

Answers = dict[str, Value]


@dataclass(frozen=True)
class Scene:
    """One step of a path: so many working days after the report, at an hour, with these answers. `opens`: by hand."""

    day: int
    hour: int
    kind: str
    give: Answers = field(default_factory=dict)
    second: bool = False
    by_hand: bool = False
    by: str = ""


@dataclass(frozen=True)
class Plot:
    """One case: its municipality, its path, the step it stops before, and how many working days ago it was reported."""

    municipality: str
    path: tuple[Scene, ...]
    until: str
    days_ago: int
    concern: str = "child_abuse"
    acute: bool = False
    to_judge: bool = False


RISKS: Final[Answers] = {
    "risk_1": "physical",
    "risk_1_severity": "serious",
    "risk_1_person": "all",
    "risk_2": "witness",
    "risk_2_severity": "serious",
    "risk_2_person": "all",
}
START = (
    Scene(0, 11, "immediate_safety_check", {"outcome": "not_acute"}),
    Scene(1, 10, "history_check", {"outcome": "first"}),
    Scene(2, 14, "persons_informed", {"outcome": "informed"}),
    Scene(3, 15, "safety_assessment", {"outcome": "structural", **RISKS}),
)


def _decided(route: str) -> tuple[Scene, ...]:
    return (*START, Scene(4, 11, "route_decision", {"outcome": route}, second=True))


FEEDBACK = Scene(5, 10, "reporter_feedback", {"outcome": "given"})
VISIT = Scene(8, 14, "joint_first_home_visit", {"outcome": "joint"})
PLANS = (
    Scene(12, 10, "safety_plan", {"outcome": "agreed"}),
    Scene(12, 11, "life_area_map", {"outcome": "complete"}),
)
VISITED = (FEEDBACK, VISIT, *PLANS)
ACTIONS: Final[Answers] = {
    "action_1": "addiction_care",
    "action_1_by": "ZG-001",
    "action_2": "school",
    "action_2_by": "VT-101",
}
HANDED_OVER = (
    Scene(14, 10, "warm_handover", {"offer": "yes"}),
    Scene(17, 14, "warm_handover", {"outcome": "accepted"}),
    Scene(18, 10, "reporter_feedback", {"outcome": "given"}),
    Scene(20, 11, "local_start", {"outcome": "started"}),
    Scene(40, 11, "one_plan", {"outcome": "agreed"}),
    Scene(77, 11, "monitoring", {"outcome": "continue"}),
    Scene(80, 11, "network_evaluation", {"outcome": "held"}),
)
HANDOVER = (*_decided("handover"), *VISITED, *HANDED_OVER)
REFUSED = (
    *_decided("handover"),
    *VISITED,
    Scene(14, 10, "warm_handover", {"offer": "yes"}),
    Scene(16, 10, "warm_handover", {"outcome": "refused", "refusal_reason": "capacity"}, by="lead"),
)
SERVICE = (
    *_decided("conditions_and_follow_up"),
    *VISITED,
    Scene(13, 9, "conditions_and_follow_up", {"condition_1": "no_new_violence", "next_act": "request_mda"}),
    Scene(14, 9, "mda_consultation", {"weighed": "accepted"}),
    Scene(20, 9, "mda_consultation", {"outcome": "held", **ACTIONS}),
)
INVESTIGATION = (*_decided("investigation"), FEEDBACK)
CUSTOM = (*_decided("regional_custom"), *VISITED)
BOARD = (*_decided("protection_request"), FEEDBACK)
ENDING = (
    *START[:3],
    Scene(3, 15, "safety_assessment", {"outcome": "no_unsafety"}),
    Scene(4, 11, "route_decision", {"outcome": "no_follow_up"}, second=True),
)
LOST = (*_decided("handover"), *VISITED, *HANDED_OVER[:3], Scene(20, 11, "local_start", {"outcome": "not_reached"}))
MOVED = (*LOST, Scene(21, 11, "out_of_sight", {"outcome": "moved_other_region"}))
CRISIS = (
    Scene(0, 9, "immediate_safety_check", {"outcome": "acute"}),
    Scene(0, 10, "acute_action"),
)

PLOTS: tuple[Plot, ...] = (
    Plot("DUINWIJK", START, "report_intake", 0, to_judge=True),
    Plot("HAVENOORD", START, "immediate_safety_check", 0, acute=True),
    Plot("MEERDORP", START, "immediate_safety_check", 0),
    Plot("HAVENOORD", CRISIS, "", 0),
    Plot("HAVENOORD", START, "history_check", 1),
    Plot("DUINWIJK", START, "history_check", 2),
    Plot("MEERDORP", START, "persons_informed", 3),
    Plot("HAVENOORD", START, "persons_informed", 21),
    Plot("DUINWIJK", START, "safety_assessment", 3),
    Plot("MEERDORP", START, "safety_assessment", 4),
    Plot("HAVENOORD", START, "safety_assessment", 5),
    Plot("HAVENOORD", START, "safety_assessment", 8),
    Plot("DUINWIJK", START, "safety_assessment", 12, concern="partner_violence"),
    Plot("HAVENOORD", HANDOVER, "route_decision", 4),
    Plot("MEERDORP", HANDOVER, "route_decision", 7),
    Plot("DUINWIJK", HANDOVER, "reporter_feedback", 5),
    Plot("HAVENOORD", HANDOVER, "joint_first_home_visit", 7),
    Plot("MEERDORP", HANDOVER, "joint_first_home_visit", 12),
    Plot("HAVENOORD", HANDOVER, "safety_plan", 11),
    Plot("DUINWIJK", HANDOVER, "life_area_map", 20),
    Plot("HAVENOORD", HANDOVER, "warm_handover", 14),
    Plot("MEERDORP", HANDOVER, "warm_handover", 13),
    Plot("DUINWIJK", REFUSED, "", 20),
    Plot("HAVENOORD", SERVICE, "conditions_and_follow_up", 13),
    Plot("DUINWIJK", SERVICE, "mda_consultation", 15),
    Plot("HAVENOORD", SERVICE, "mda_consultation", 28),
    Plot("MEERDORP", SERVICE, "", 24),
    Plot("HAVENOORD", INVESTIGATION, "", 30),
    Plot("DUINWIJK", INVESTIGATION, "", 56),
    Plot("MEERDORP", CUSTOM, "", 25),
    Plot("HAVENOORD", BOARD, "", 15),
    Plot("DUINWIJK", ENDING, "", 5),
    Plot("HAVENOORD", HANDOVER, "local_start", 19),
    Plot("MEERDORP", HANDOVER, "local_start", 26),
    Plot("HAVENOORD", HANDOVER, "one_plan", 30),
    Plot("DUINWIJK", HANDOVER, "monitoring", 70),
    Plot("HAVENOORD", HANDOVER, "monitoring", 88),
    Plot("MEERDORP", HANDOVER, "network_evaluation", 84),
    Plot("HAVENOORD", HANDOVER, "", 90),
    Plot("DUINWIJK", LOST, "", 22),
    Plot("HAVENOORD", MOVED, "", 23),
    Plot("HAVENOORD", START, "safety_assessment", 4, concern="elder_abuse"),
)
