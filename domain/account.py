"""The account of a day: everything owed, held against what was planned, sent, let go and failed, each with its reason.

`expected` comes from the steps and the ladder (domain/obligations.py), never from adding up states. A message about a
second opinion or about a lost message has no place on the ladder: it is owed from the act that decided it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.messages import ACUTE, ASIDE
from domain.obligations import Owed

BESIDE = ASIDE | {"SECOND"}
SENT, FAILED = "sent", "failed"
LET_GO = frozenset({"skipped", "cancelled"})
NO_ROUND = "nog-geen-ronde"
WORDS = {
    "stap-klaar": "de stap was klaar",
    "hogere-trede": "een hogere of latere trede ging",
    "termijn-verzet": "de termijn is verzet",
    "bevestigd": "iemand had het urgente opgepakt",
    "opgepakt": "iemand had het mislukte bericht opgepakt",
    "niemand": "niemand was bereikbaar",
    "planned": "wacht op werktijd of op de volgende ronde",
    "bundled": "wordt verzonden of opnieuw geprobeerd",
    NO_ROUND: "er was nog geen ronde",
}
SPANS = (
    ("< 1 min", timedelta(minutes=1)),
    ("1-15 min", timedelta(minutes=15)),
    ("15 min-1 u", timedelta(hours=1)),
    ("1 u-1 dag", timedelta(days=1)),
)
LONGER = "> 1 dag"


@dataclass(frozen=True)
class Told:
    """One message as the ledger has it."""

    id: int
    step_id: str
    rung: str
    number: int
    version: int
    state: str
    reason: str
    owed_at: datetime


@dataclass
class RungAccount:
    """One rung: how many were expected, and what became of them; reasons as codes."""

    rung: str
    expected: int = 0
    sent: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    under_way: Counter[str] = field(default_factory=Counter)
    forgotten: int = 0

    def add(self, told: Told) -> None:
        """Count what became of one message."""
        reason = told.reason.rpartition(";")[2]
        if told.state == SENT:
            self.sent += 1
        elif told.state == FAILED:
            self.failed[reason] += 1
        elif told.state in LET_GO:
            self.suppressed[reason] += 1
        else:
            self.under_way[told.state] += 1


@dataclass(frozen=True)
class Account:
    """A day, as it stood at `at`. `forgotten`: owed, and nobody decided anything. `unexplained`: messages not owed."""

    day: date
    at: datetime
    rungs: tuple[RungAccount, ...]
    forgotten: tuple[Owed, ...]
    unexplained: tuple[int, ...]
    told: frozenset[int] = field(default=frozenset(), repr=False)

    @property
    def expected(self) -> int:
        """How many were expected in all."""
        return sum(rung.expected for rung in self.rungs)

    def total(self, what: str) -> int:
        """The sum over the rungs of `sent`, `suppressed`, `failed`, `under_way` or `forgotten`."""
        values = [getattr(rung, what) for rung in self.rungs]
        return sum(value.total() if isinstance(value, Counter) else value for value in values)

    @property
    def balanced(self) -> bool:
        """True when everything expected was sent, let go with a reason, failed with one, or is under way."""
        return self.expected == sum(self.total(what) for what in ("sent", "suppressed", "failed", "under_way"))


def account(
    day: date,
    at: datetime,
    owed: Iterable[Owed],
    told: Sequence[Told],
    others: Iterable[int],
    sweeps: Sequence[datetime],
) -> Account:
    """Hold what is owed on a day against the messages (`told`) of those steps.

    `others`: messages of this day that belong to nothing the ladder owes on any day. `sweeps`: when one decided,
    oldest first, from the beginning of the day on.
    """
    found = _by_key(told)
    rungs: dict[str, RungAccount] = {}
    forgotten, counted = [], set[int]()
    for one in owed:
        rows = _rows(one, found)
        if one.fleeting and not rows:
            continue
        line = rungs.setdefault(one.rung, RungAccount(one.rung))
        line.expected += max(1, len(rows))
        counted |= {row.id for row in rows}
        for row in rows:
            line.add(row)
        if not rows and _nobody_decided(one, line, at, sweeps):
            line.forgotten += 1
            forgotten.append(one)
    for row in told:
        if row.rung in BESIDE and row.id not in counted:
            line = rungs.setdefault(row.rung, RungAccount(row.rung))
            line.expected += 1
            line.add(row)
            counted.add(row.id)
    lines = tuple(rungs[rung] for rung in sorted(rungs))
    return Account(day, at, lines, tuple(forgotten), tuple(sorted(others)), frozenset(counted))


def _by_key(told: Iterable[Told]) -> Mapping[tuple[str, str, int], list[Told]]:
    found: dict[tuple[str, str, int], list[Told]] = defaultdict(list)
    for row in told:
        found[row.step_id, row.rung, row.number].append(row)
    return found


def _rows(one: Owed, found: Mapping[tuple[str, str, int], list[Told]]) -> list[Told]:
    """The messages of this rung. An alarm does not climb with the term, so the version of it does not count."""
    rows = found.get((one.step_id, one.rung, one.number), [])
    return rows if one.rung == ACUTE or one.at_once else [row for row in rows if row.version in one.versions]


def _nobody_decided(one: Owed, line: RungAccount, at: datetime, sweeps: Sequence[datetime]) -> bool:
    """True when it was forgotten. No message is right when it was over before a sweep could look at it."""
    end = min(one.until, at) if one.until else at
    if one.at_once or _swept(one.since, end, sweeps):
        return True
    over = one.until is not None and one.until <= at
    (line.suppressed if over else line.under_way)[one.why if over else NO_ROUND] += 1
    return False


def _swept(since: datetime, end: datetime, sweeps: Sequence[datetime]) -> bool:
    place = bisect_left(sweeps, since)
    return place < len(sweeps) and sweeps[place] < end


def span_of(late: timedelta) -> str:
    """In which span of lateness a message falls."""
    return next((name for name, most in SPANS if late < most), LONGER)


def histogram(lateness: Iterable[timedelta]) -> dict[str, int]:
    """How many messages were so late, in each span."""
    counted = Counter(map(span_of, lateness))
    return {name: counted[name] for name in (*(name for name, _ in SPANS), LONGER)}


def in_words(reason: str) -> str:
    """A reason as people read it, with its code where only the code tells enough."""
    if reason in WORDS:
        return WORDS[reason]
    if reason.startswith("bounce "):
        return f"teruggekomen ({reason.removeprefix('bounce ')})"
    if reason.startswith("smtp-"):
        return f"geweigerd ({reason})"
    return f"niet verzonden ({reason})" if reason else "zonder reden"
