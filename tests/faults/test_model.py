"""T2: whatever is done in whatever order, what the table says is due is decided, and nothing else (and long lives)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from integrations.ledger import Ledger
from tests.faults.model_world import World
from tests.faults.tier import chance, scaled, seeds
from tests.region import with_region

Said = Callable[[str, object], None]
SEEDS = st.integers(0, 2**32 - 1)
LONGEST = 60 * 24  # hours


@pytest.fixture(scope="module")
def region(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger file with the region in it, and no case."""
    path = tmp_path_factory.mktemp("model-region") / "ledger.sqlite"
    path.write_bytes(ledger_template.read_bytes())
    with_region(Ledger(f"sqlite:///{path}")).dispose()
    return path


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger object for all lives: it compiles each statement once, the file under it is changed."""
    made = Ledger(f"sqlite:///{tmp_path_factory.mktemp('model') / 'ledger.sqlite'}")
    yield made
    made.dispose()


class Life(RuleBasedStateMachine):
    """What may happen to a region. The classes made from it in `life` know where its file is."""

    region: Path
    ledger: Ledger
    total: dict[str, int]

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        self.world = World(self.region, self.ledger)
        self.world.report(seed)

    @rule(seed=SEEDS)
    def report(self, seed: int) -> None:
        self.world.report(seed)

    @rule(seed=SEEDS)
    def import_a_batch(self, seed: int) -> None:
        self.world.batch(seed)

    @rule(seed=SEEDS, name=st.sampled_from(["finish", "finish", "answer", "approve", "join", "acknowledge"]))
    def act(self, seed: int, name: str) -> None:
        self.world.act(seed, name)

    @rule(seed=SEEDS)
    def act_late(self, seed: int) -> None:
        self.world.late(seed)

    @rule(seed=SEEDS)
    def open_by_hand(self, seed: int) -> None:
        self.world.by_hand(seed)

    @rule(seed=SEEDS)
    def extend_suspend_or_resume(self, seed: int) -> None:
        self.world.term(seed)

    @rule(hours=st.integers(0, LONGEST))
    def wait(self, hours: int) -> None:
        self.world.wait(hours)

    @rule()
    def sweep(self) -> None:
        self.world.sweep()

    @rule()
    def deliver(self) -> None:
        self.world.deliver()

    @rule(mode=st.sampled_from(["up", "down", "doubt"]))
    def mail(self, mode: str) -> None:
        self.world.relay.mode = mode

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule(seed=SEEDS)
    def kill(self, seed: int) -> None:
        self.world.kill(seed)

    @invariant()
    @precondition(lambda self: hasattr(self, "world"))
    def what_must_be_true_is_true(self) -> None:
        self.world.look()
        self.total["steps"] += 1

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.total["mails"] += len(self.world.relay.mails)
            self.total["killed"] += self.world.killed
            self.total["acts"] += self.world.acts


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", list(seeds("model")))
def test_what_is_due_is_decided_and_nothing_else_whatever_happens(
    number: int, region: Path, ledger: Ledger, record_property: Said
) -> None:
    total = {"steps": 0, "acts": 0, "mails": 0, "killed": 0}
    life = type("SeededLife", (Life,), {"region": region, "ledger": ledger, "total": total})
    given = settings(
        max_examples=scaled(6, 15),
        stateful_step_count=scaled(25, 60),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(life), settings=given)
    told = ", ".join(f"{count} {name}" for name, count in total.items())
    record_property("said", f"model: {told} (seed {number})")
    assert total["acts"] > 20
    assert total["mails"] > 0


@pytest.mark.timeout(600)
def test_a_long_life_with_a_sweep_a_day_forgets_nothing(region: Path, ledger: Ledger, record_property: Said) -> None:
    draw, days, cases = chance("life"), scaled(30, 400), scaled(3, 40)
    world = World(region, ledger)
    for _ in range(cases):
        world.chain.report(household=f"H-{world.chain.reports}")
    for day in range(days):
        _one_day(world, draw)
        if day % 50 == 0:
            world.sweep()
            world.look()
    world.relay.mode = "up"
    for _ in range(9):
        _one_day(world, draw)
    world.sweep()
    world.look()
    messages = world.chain.messages()
    record_property(
        "said", f"long life: {days} days, {cases} cases, {world.acts} acts, {len(messages)} messages, 0 lost"
    )
    assert messages


def _one_day(world: World, draw: Random) -> None:
    """A sweep and a delivery, some people act, and once in a while mail is down for days."""
    world.wait(24)
    world.sweep()
    world.deliver()
    for _ in range(draw.randint(0, 3)):
        world.act(draw.randrange(2**32), draw.choice(["finish", "approve", "acknowledge"]))
        world.model.saw(world.steps(), world.chain.now)
    if draw.random() < 0.1:
        world.relay.mode = draw.choice(["up", "up", "down", "doubt"])
