"""A real process with a clock that lies (`faketime`): the command line sweeps before, during and after a jump."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.dutch import AMSTERDAM
from integrations.ledger import Ledger
from tasks.make_ledger import make_ledger
from tests.chain import Chain
from tests.faults.clock_world import World
from tests.faults.sometimes import saw
from tests.faults.tier import scaled
from tests.house.tree import ROOT
from tests.messages.servers import closed_port
from tests.region import kustland

Say = Callable[[str, object], None]
Ask = Callable[[float, Ledger], dict[str, object]]

PROGRAM = shutil.which("faketime")
DAY = 86_400
CASES: dict[str, float | datetime] = {
    "+40 days": 40 * DAY,
    "-1 day": -DAY,
    "+1 h": 3600,
    "+1 day": DAY,
    "-1 h": -3600,
    "1970": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "leap day": datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    "-4 minutes": -240,
    "-6 minutes": -360,
    "+3 days": 3 * DAY,
    "-3 days": -3 * DAY,
}


@contextmanager
def lying_process(folder: Path) -> Iterator[Ask]:
    """A process with its own clock; ask it to sweep a ledger while the clock is so many seconds off."""
    assert PROGRAM is not None
    offset = folder / "offset"
    offset.write_text("+0\n")
    own = {"FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    plain = [f"{name}={value}" for name, value in own.items()]
    command = [PROGRAM, "-m", "-f", "+0", "env", "-u", "FAKETIME", *plain, sys.executable]
    child = subprocess.Popen(
        [*command, "-m", "tests.faults.clock_child"],
        cwd=ROOT,
        env=os.environ | {"KETENREGIE_HOME": str(folder), "KETENREGIE_MAIL_PORT": str(closed_port())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None

    def ask(off: float, ledger: Ledger) -> dict[str, object]:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{int(off)} {ledger.url}\n")
        child.stdin.flush()
        return dict(json.loads(child.stdout.readline()))

    with child:
        yield ask
        child.stdin.close()


def with_a_case(template: Path, path: Path, now: datetime) -> Ledger:
    """A ledger with a real clock and a case that was reported acute an hour ago."""
    ledger = Ledger(f"sqlite:///{shutil.copy(template, path)}")
    make_ledger(ledger, kustland(), now - timedelta(days=2))
    received = (now - timedelta(hours=1)).astimezone(AMSTERDAM).replace(tzinfo=None)
    Chain(ledger).report(received.isoformat()[:19], possibly_acute=True)
    return ledger


@pytest.mark.skipif(PROGRAM is None, reason="the program faketime is not installed")
def test_a_process_whose_clock_jumps_tells_it_and_says_nothing_twice(
    ledger_template: Path, tmp_path: Path, record_property: Say
) -> None:
    cases = dict(list(CASES.items())[: scaled(2, len(CASES))])
    with lying_process(tmp_path) as ask:
        for number, (name, off) in enumerate(cases.items()):
            now = datetime.now(UTC)
            wrong = (off - now).total_seconds() if isinstance(off, datetime) else off
            one_case(ask, with_a_case(ledger_template, tmp_path / f"{number}.sqlite", now), name, wrong, now)
    record_property("said", f"clock of a process: {json.dumps({'cases': len(cases), 'twice': 0})}")


PATIENCE = 600  # seconds of real time one case may take


def one_case(ask: Ask, ledger: Ledger, name: str, off: float, now: datetime) -> None:
    """Right, wrong twice, right, and an hour later."""
    said = [ask(moment, ledger) for moment in (0, off, off + 300, 600, 3600)]
    shown = datetime.fromtimestamp(float(str(said[1]["at"])), UTC)
    assert abs((shown - now).total_seconds() - off) < PATIENCE, name
    assert not [one for one in said if "error" in one], (name, said)
    back = [one["clock_back"] for one in said]
    assert back == [False, off < -300, False, off > 900, False], (name, said)
    assert all(one["failed"] == 0 for one in said)
    world = World(ledger, now + timedelta(hours=1))
    assert (world.twice(), world.negative()) == ([], []), name
    alarms = [m for m in world.messages() if m.rung == "ACUTE" and m.owed_at]
    assert max(m.planned_at for m in alarms if m.planned_at <= now + timedelta(hours=2)) > now + timedelta(minutes=50)
    if True in back:
        saw("clock-back")
    ledger.dispose()
