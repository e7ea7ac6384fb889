"""The stories of the kill drill: each a prepared ledger, and the acts that a process does while it may be killed.

Every act can be done again: a person who hears nothing repeats it, a timer comes round by itself.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from domain.errors import StateRefusal
from integrations.ledger import Ledger
from integrations.ledger.tables import Case
from integrations.mail import Sender
from tasks.acknowledge import acknowledge
from tasks.deliver_messages import deliver_messages
from tasks.import_reports import import_reports
from tasks.record_answer import record_answer
from tasks.sweep_deadlines import sweep_deadlines
from tests import stages
from tests.chain import Chain
from tests.region import moment
from tests.reports.samples import ROW, csv_of

DOOR = "formulier"


@dataclass
class World:
    """What an act may reach: the ledger, a way to send, the moment, and a folder with files."""

    ledger: Ledger
    sender: Sender
    now: datetime
    folder: Path

    def answer(self, word: str, by: str, **given: object) -> None:
        """An answer under a key of its own, which makes it count once; to a step that was closed it is refused."""
        chain = Chain(self.ledger, self.now, reference=_first_case(self.ledger))
        key = f"{word}-{by}-{'-'.join(given)}"
        with suppress(StateRefusal):
            record_answer(self.ledger, chain.step(word).id, given, by, door=DOOR, now=self.now, key=key)

    def look(self) -> None:
        """What the timers do: sweep, then deliver."""
        sweep_deadlines(self.ledger, self.now)
        deliver_messages(self.ledger, self.now, self.sender)


Act = Callable[[World], object]


@dataclass(frozen=True)
class Story:
    """`prepare` makes the ledger (for so many cases), `before` are the rounds that went well, `acts` what follows."""

    prepare: Callable[[Chain, int], object]
    acts: tuple[tuple[str, Act], ...]
    before: tuple[str, ...] = ()
    witness: Callable[[World], list[str]] = lambda _: []


def _first_case(ledger: Ledger) -> str:
    with ledger.reading() as session:
        return session.exec(select(Case.reference).order_by(col(Case.id))).first() or ""


def _reported(chain: Chain, cases: int) -> None:
    for number in range(cases):
        chain.report(household=f"H-{number}")
        given = {"outcome": "not_acute", "suspicion": "structural"}
        chain.record("immediate_safety_check", "VT-911", "2026-04-21T08:50", **given)


def _alarm(chain: Chain, cases: int) -> None:
    for number in range(cases):
        chain.report(household=f"H-{number}")
        given = {"outcome": "acute", "acute_ground": "physical_danger"}
        chain.record("immediate_safety_check", "VT-911", "2026-04-21T08:50", **given)


def _at(stage: Callable[[Chain], Chain]) -> Callable[[Chain, int], object]:
    def prepare(chain: Chain, _: int) -> None:
        stage(chain)

    return prepare


def _nothing(_: Chain, __: int) -> None:
    """A region without a case."""


def _sweep(world: World) -> None:
    sweep_deadlines(world.ledger, world.now)


def _deliver(world: World) -> None:
    deliver_messages(world.ledger, world.now, world.sender)


def _decide(world: World) -> None:
    given = {"outcome": "conditions_and_follow_up", "local_professional": "WT-201"}
    world.answer("route_decision", "VT-201", **given)
    world.answer("route_decision", "VT-209", approval="yes")


def _refuse(world: World) -> None:
    world.answer("warm_handover", "WT-209", refusal_reason="capacity", outcome="refused")


def _take_up(world: World) -> None:
    chain = Chain(world.ledger, world.now, reference=_first_case(world.ledger))
    acknowledge(world.ledger, chain.step("acute_action").id, "VT-209", door=DOOR, now=world.now)


def _import(world: World) -> None:
    file = world.folder / "meldingen.csv"
    if not file.exists():
        changes = ({"meldnummer": f"M26-BCDFGHJ{x}", "gezinsnummer": f"H26-LMNPQRS{x}"} for x in "KLM")
        file.write_bytes(csv_of(*(ROW | {"aangenomen_door": "VT-911"} | change for change in changes)))
    import_reports(world.ledger, file, "VT-201", world.now)


def _tell(world: World) -> None:
    from tests.faults.drill_outbox import tell  # Prefect is heavy: only the drill that needs it

    tell(world)


def _untold(world: World) -> list[str]:
    from tests.faults.drill_outbox import untold

    return untold(world)


def _looks(*moments: str) -> tuple[tuple[str, Act], ...]:
    return tuple((at, World.look) for at in moments)


DAYS = {
    "remind": "2026-04-24T10:00",
    "late": "2026-04-29T10:00",
    "stalled": "2026-04-30T10:00",
    "counts": "2026-05-06T10:00",
    "counts-again": "2026-05-13T10:00",
}


def _ladder() -> dict[str, Story]:
    """Each day on which a rung comes due, after the days before it."""
    days = ["2026-04-21T10:00", *DAYS.values()]
    return {name: Story(_reported, _looks(day), tuple(days[:n])) for n, (name, day) in enumerate(DAYS.items(), 1)}


STORIES: dict[str, Story] = {
    "digest": Story(_reported, (("2026-04-21T10:00", _deliver),)),
    **_ladder(),
    "outage": Story(_reported, _looks(DAYS["counts-again"]), ("2026-04-21T10:00",)),
    "alarm": Story(
        _alarm,
        (*_looks("2026-04-21T09:20"), ("2026-04-21T09:45", _take_up), *_looks("2026-04-21T09:57")),
    ),
    "opening": Story(_at(stages.started), _looks("2026-08-21T10:00"), ("2026-08-20T10:00",)),
    "answer": Story(
        _at(stages.assessed), (("2026-04-29T10:00", _decide), *_looks("2026-04-29T10:02")), ("2026-04-29T09:00",)
    ),
    "import": Story(_nothing, (("2026-04-21T10:00", _import), *_looks("2026-04-21T10:02"))),
    "outbox": Story(
        _reported,
        (("2026-04-29T10:00", _tell), *_looks("2026-04-29T10:01"), ("2026-04-29T10:02", _tell)),
        ("2026-04-24T10:00",),
        _untold,
    ),
    "refusal": Story(
        _at(stages.offered), (("2026-06-05T11:00", _refuse), *_looks("2026-06-05T11:02")), ("2026-06-05T10:00",)
    ),
}


def moments(story: Story) -> list[datetime]:
    """When each act is done."""
    return [moment(at) for at, _ in story.acts]
