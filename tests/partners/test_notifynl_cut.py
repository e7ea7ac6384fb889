"""The connection to NotifyNL breaks at any byte: one notification there, and we know its number."""

from collections.abc import Callable

import pytest
from httpx_retries import Retry

from integrations.http import door
from integrations.mail import Result, Verdict
from tests.faults.tier import FULL, chance, scaled
from tests.partners.cutting import Cutter, Side, cuttable
from tests.partners.notifynl_rows import BY_SMS, secrets, sender
from tests.partners.notifynl_standin import NotifyNLStandin, notifynl

SMALL = 8  # cuts a side in the small tier; the full one cuts at each byte
TRIES = 3


@pytest.mark.timeout(scaled(600, 900))
@pytest.mark.parametrize("side", ["asked", "answered"])
def test_a_cut_at_any_byte_makes_one_notification(
    side: Side, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(door, "RETRIES", Retry(total=3, backoff_factor=0, allowed_methods=door.SAFE))
    with secrets(), notifynl() as (standin, url), cuttable(url) as cutter:
        length = _whole(cutter, side)
        cuts = range(1, length) if FULL else sorted(chance(f"cut {side}").sample(range(1, length), SMALL))
        doubts = sum(_cut(standin, cutter, side, at) for at in cuts)
    record_property(
        "said", f"notifynl: cut at {len(cuts)} of {length} bytes {side}, {doubts} sends tried again, 0 doubled"
    )


def _whole(cutter: Cutter, side: Side) -> int:
    """How many bytes one send takes when nothing is cut."""
    cutter.arm()
    assert sender(cutter.url).send(BY_SMS, "Taak", "Tekst", "BBBB-BBBB").verdict is Verdict.SENT
    return cutter.passed[side]


def _cut(standin: NotifyNLStandin, cutter: Cutter, side: Side, at: int) -> bool:
    """Send through a connection that breaks there, until it is sent; whether that took more than one try."""
    standin.taken.clear()
    cutter.arm(side, at)
    results: list[Result] = []
    while not results or results[-1].verdict is not Verdict.SENT:
        assert len(results) < TRIES, results
        results.append(sender(cutter.url).send(BY_SMS, "Taak", "Tekst", "CCCC-CCCC"))
    assert cutter.cuts == 1
    assert [one["id"] for one in standin.taken] == [results[-1].remote], at
    return len(results) > 1
