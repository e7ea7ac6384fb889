"""What a kill drill is asked to do, and what it found."""

from dataclasses import dataclass, field


@dataclass
class Plan:
    """What to drill: a story, how many cases it has, and how many scenarios of each kind (-1 singles: every point).

    `narrow`: one mail at a time, so that two runs pass through the same states and the crash4 rule can be checked.
    """

    story: str
    port: int
    spool: str
    seed: int
    cases: int = 1
    singles: int = -1
    doubles: int = 0
    triples: int = 0
    lost_acknowledgements: int = 0
    narrow: bool = True
    schedules: int = 0
    sleepers: int = 0
    races: int = 0
    answers: int = 0


@dataclass
class Report:
    """What was found. `by_kills`: scenarios by number of kills, `copies`: the worst number of copies by the same.

    `kills`: processes that died; one first death may begin several scenarios. `recoveries`: those that were run, not
    those that would have begun where another began.
    `twice`: the points that gave a second copy. `unsaid`: copies without a recorded doubt. `broken`: what went wrong.
    """

    story: str
    points: int = 0
    commits: int = 0
    recoveries: int = 0
    scenarios: int = 0
    kills: int = 0
    acknowledgements: int = 0
    lost: int = 0
    unsaid: int = 0
    second_copies: int = 0
    doubts: int = 0
    by_kills: dict[str, int] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    twice: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=lambda: {"sweep first": 0, "answer first": 0})
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
