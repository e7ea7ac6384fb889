"""T4: whatever a mail relay does, each mail gets the right verdict, harms no other, and is never doubled unsaid."""

import shutil
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.delivery import LEASE, SEND_BOUND
from integrations.ledger import Ledger
from integrations.mail import AppriseSender, Verdict
from tests.faults.mail_modes import MODES, SENT, Mode
from tests.faults.mail_round import Relays, failures, never_more_copies_than_told, planned_round, rows, timed
from tests.faults.mail_scripts import drawn
from tests.faults.sometimes import saw
from tests.faults.tier import FULL, chance, scaled
from tests.messages.certificates import certificate
from tests.messages.rows import NOW, later
from tests.messages.servers import DRIP

PARTIES = ("VT-101", "VT-102", "VT-201")
SPARE = 30.0  # seconds a busy machine may take beyond the bound of one send; without it a drip has no end


@pytest.fixture(scope="module")
def unvouched(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS context with a certificate that we do not trust."""
    return certificate(tmp_path_factory.mktemp("tls"))[0]


@pytest.fixture(scope="module")
def one_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger object, that compiles each statement once; the file under it is changed."""
    made = Ledger(f"sqlite:///{tmp_path_factory.mktemp('mail') / 'ledger.sqlite'}")
    yield made
    made.dispose()


@pytest.fixture
def ledger(one_ledger: Ledger, ledger_template: Path) -> Iterator[Ledger]:
    """A fresh, empty ledger."""
    yield fresh(one_ledger, ledger_template)
    one_ledger.dispose()


def fresh(ledger: Ledger, template: Path) -> Ledger:
    """The same object, on a copy of the template."""
    ledger.dispose()
    path = Path(str(ledger.url.database))
    for left in path.parent.iterdir():
        left.unlink()
    shutil.copy(template, path)
    return ledger


@pytest.fixture
def relays(unvouched: ssl.SSLContext) -> Iterator[Relays]:
    """A polite relay, and room for others."""
    with Relays(unvouched) as made:
        yield made


@pytest.mark.parametrize("position", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_each_way_to_fail_gets_its_verdict_and_harms_no_other_mail(
    ledger: Ledger, relays: Relays, mode: Mode, position: int
) -> None:
    references = planned_round(ledger, PARTIES)
    victim = references[position]
    relays.meet({victim: mode})
    delivered, took = timed(ledger, NOW, relays)
    assert took < mode.bound + SPARE
    assert getattr(delivered, mode.verdict) == (3 if mode.verdict is SENT else 1)
    found, copies = rows(ledger), relays.copies()
    assert (found[victim].delivery.state, found[victim].delivery.reason) == (mode.verdict, mode.reason)
    assert [(found[other].delivery.state, copies[other]) for other in references if other != victim] == [
        ("sent", 1)
    ] * 2
    assert copies[victim] == mode.kept
    never_more_copies_than_told(ledger, relays)
    relays.heal()
    _afterwards(ledger, relays, victim, mode)


def _afterwards(ledger: Ledger, relays: Relays, victim: str, mode: Mode) -> None:
    """What is tried again goes a minute later and once; what is not, never, but somebody else is told of it."""
    again = mode.verdict in (Verdict.TEMPORARY, Verdict.INDEFINITE)
    assert timed(ledger, later(seconds=59), relays)[0].sent == (mode.verdict is Verdict.PERMANENT)
    assert timed(ledger, later(seconds=60), relays)[0].sent == again
    assert timed(ledger, later(days=8), relays)[0].sent == 0
    row, [message] = rows(ledger)[victim], rows(ledger)[victim].messages
    permanent = mode.verdict is Verdict.PERMANENT
    assert (row.delivery.state, message.state) == (("permanent", "failed") if permanent else ("sent", "sent"))
    assert (message.reason, failures(ledger)) == ((mode.reason, 1) if permanent else ("", 0))
    assert row.delivery.indefinite == (mode.verdict is Verdict.INDEFINITE)
    assert relays.copies()[victim] == mode.kept + again
    never_more_copies_than_told(ledger, relays)
    if permanent:
        saw("dead-letter")
    if mode.verdict is Verdict.INDEFINITE:
        saw("indefinite-send")


def test_of_three_recipients_of_one_step_the_refused_one_alone_fails(ledger: Ledger, relays: Relays) -> None:
    first, second, third = planned_round(ledger, PARTIES)
    relays.meet({second: next(mode for mode in MODES if mode.name == "550 at RCPT")})
    delivered, _ = timed(ledger, NOW, relays)
    assert (delivered.sent, delivered.permanent) == (2, 1)
    assert relays.copies() == {first: 1, third: 1}


def test_the_bound_of_a_send_is_shorter_than_its_lease() -> None:
    assert AppriseSender()._bound == SEND_BOUND.total_seconds()
    assert SEND_BOUND + timedelta(seconds=5) < LEASE


def test_a_dripping_relay_frees_the_worker_at_the_bound(
    ledger: Ledger, relays: Relays, record_property: Callable[[str, object], None]
) -> None:
    """The real thirty seconds in the full programme, one second otherwise."""
    bound = SEND_BOUND.total_seconds() if FULL else 1.0
    victim, *_ = planned_round(ledger, PARTIES)
    relays.meet({victim: Mode("drip", {"RCPT": DRIP}, Verdict.TEMPORARY, "", timeout=15, bound=bound)})
    delivered, took = timed(ledger, NOW, relays)
    assert (delivered.sent, delivered.temporary) == (2, 1)
    assert bound <= took < bound + SPARE
    record_property("said", f"mail: a dripping relay freed its worker after {took:.1f} s (bound {bound:.0f} s)")


@pytest.mark.timeout(600)
def test_whatever_a_relay_comes_up_with_each_mail_gets_its_verdict(
    one_ledger: Ledger, ledger_template: Path, unvouched: ssl.SSLContext, record_property: Callable[[str, object], None]
) -> None:
    """Rounds of twenty alarms, each with a relay of its own that misbehaves by chance, four at a time."""
    rounds, draw, came_to = scaled(1, 100), chance("mail scripts"), Counter[str]()
    for _ in range(rounds):
        fresh(one_ledger, ledger_template)
        with Relays(unvouched) as relays:
            modes = {reference: drawn(draw) for reference in planned_round(one_ledger, ["VT-101"] * 20, "ACUTE")}
            relays.meet(modes)
            while timed(one_ledger, NOW, relays)[0].any:
                pass
            found, copies = rows(one_ledger), relays.copies()
            for reference, mode in modes.items():
                assert (found[reference].delivery.state, copies[reference]) == (mode.verdict, mode.kept), mode.script
                came_to[mode.verdict] += 1
            never_more_copies_than_told(one_ledger, relays)
    told = ", ".join(f"{number} {verdict}" for verdict, number in sorted(came_to.items()))
    record_property("said", f"mail: {came_to.total()} relays at random: {told}; 0 doubled unsaid")
