"""Terms around every change of summer time, in whatever zone this machine has: `python -m tests.faults.clock_dst 200`.

Prints one line of JSON: how many cases, what was wrong, how many began in the hour that is there twice, and a hash of
all results, which must be the same in every zone.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from random import Random

from domain.dutch import AMSTERDAM
from domain.ladder import Lateness, rungs_of
from domain.process import step_of
from domain.terms import Term, Unit, due
from tests.faults.clock_oracle import DAY, EPOCH, HOUR, change, day_over, local_day, offset, ymd
from tests.faults.clock_terms import oracles, policies
from tests.faults.tier import chance

CHANGES = [change(year, month) for year in range(2026, 2031) for month in (3, 10)]
WALLS = (0, 2 * HOUR + 1800, 9 * HOUR, 23 * HOUR + 59 * 60)
TERMS = (Term(7, Unit.DAYS), Term(10, Unit.WEEKS), Term(3, Unit.MONTHS), Term(5, Unit.WORKING_DAYS))


def instants(at: int, many: int, rng: Random) -> Iterator[int]:
    """Seconds within two days of a change: the four hours of the wall clock on each day, both times; then by chance."""
    walls = [(at // DAY + day) * DAY + hour for day in (0, -1, 1, -2, 2) for hour in WALLS]
    known = [wall - ahead for wall in walls for ahead in (HOUR, 2 * HOUR) if abs(wall - ahead - at) <= 2 * DAY]
    yield from known[:many]
    yield from (at + rng.randint(-2 * DAY, 2 * DAY) for _ in range(many - len(known)))


def told_twice(second: int) -> bool:
    """In the hour that winter time repeats, the first or the second time."""
    autumn = change(ymd(second // DAY + EPOCH)[0], 10)
    return autumn - HOUR <= second < autumn + HOUR


@dataclass
class Around:
    """Compares the product with the oracle, and keeps all that the product said."""

    cases: int = 0
    wrong: int = 0
    fold: int = 0
    said: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.policy, self.oracle = policies()["counted"], oracles()["counted"]

    def at(self, second: int) -> None:
        """Every term from this second, the ladder of a step due at it, and the hours from it."""
        for term in TERMS:
            self.term(second, term)
        self.ladder(second)
        self.fold += told_twice(second)

    def term(self, second: int, term: Term) -> None:
        """A term that starts now ends at 23:59:59 of the oracle's day, whichever zone the moment is written in."""
        start = datetime.fromtimestamp(second, UTC)
        end = self.oracle.end(local_day(second), term.amount, str(term.unit), rolls=term.rolls)
        for written in (start, start.astimezone(AMSTERDAM)):
            found = due(written, term, self.policy.calendar())
            on = (found.on.year, found.on.month, found.on.day)
            self.note(on == ymd(end) and found.moment.timestamp() == day_over(end), found.explanation, on)
        self.cases += 1

    def ladder(self, second: int) -> None:
        """Due at this second: every rung after it comes at 08:00 in Amsterdam. And 24 hours are 86 400 seconds."""
        late = Lateness(datetime.fromtimestamp(second - 90 * DAY, UTC), datetime.fromtimestamp(second, UTC))
        rule = self.policy.escalation
        days = {"L1": 1, "L2": rule.l2_after_wd, "L3": rule.l3_after_wd, "L4": rule.l4_after_wd}
        after = {rung.name: rung.at for rung in rungs_of(step_of("safety_assessment"), late, self.policy)}
        found = {name: int(after[name].timestamp()) for name in days}
        self.note(found == {name: self.morning(second, number) for name, number in days.items()}, found)
        start = datetime.fromtimestamp(second, UTC).astimezone(AMSTERDAM)
        hours = due(start, Term(24, Unit.HOURS), self.policy.calendar())
        self.note(int(hours.moment.timestamp()) == second + DAY, hours.explanation)

    def morning(self, second: int, days: int) -> int:
        """08:00 so many counted days after the day of this second."""
        end = self.oracle.end(local_day(second), days, "working_days", rolls=False)
        wall = (end - EPOCH) * DAY + 8 * HOUR
        return wall - offset(wall - HOUR)

    def note(self, right: bool, *said: object) -> None:
        """Keep what was said, and count what is wrong."""
        self.wrong += not right
        self.said.append(said)


def main(many: int) -> dict[str, object]:
    """Compare so many instants around each of the ten changes."""
    around, rng = Around(), chance("summer time")
    for at in CHANGES:
        for second in instants(at, many, rng):
            around.at(second)
    digest = sha256(json.dumps(around.said).encode()).hexdigest()
    figures = {"cases": around.cases, "compared": len(around.said), "wrong": around.wrong, "fold": around.fold}
    return figures | {"hash": digest, "zone": time.tzname[0]}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
