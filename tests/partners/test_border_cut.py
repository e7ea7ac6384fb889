"""The connection breaks at any byte of what is asked or answered: nothing is doubled there, and the story ends well."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx_retries import Retry

from integrations.http import door
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from tests.chain import Chain
from tests.faults import tier
from tests.partners.border import LOCAL, PEERS, Border, at_the_border
from tests.partners.cutting import Cutter, Side
from tests.partners.judged import needs_specs
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs

SMALL = 4
"""Cuts a peer, a side and an exchange in the small tier."""

PARTS = tier.scaled(1, 4)
"""The full tier cuts at each byte of the exchange that matters: in parts, so that workers share them."""

MAKING = r"POST \S+/(zaken|internetaken)$"
READING = r"GET \S+/(zaken|internetaken)/[0-9a-f-]+$"
STRIDE = 25
"""Of the exchanges around it one byte in so many: their loss costs a try, and makes nothing."""

PATIENCE = 12


@pytest.fixture(params=sorted(PEERS))
def border(
    request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Border]:
    """A hand-over is offered; what is asked again is asked again at once."""
    monkeypatch.setattr(door, "RETRIES", Retry(total=3, backoff_factor=0, allowed_methods=door.SAFE))
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with at_the_border(offered(chain), PEERS[request.param](), tmp_path) as both:
        yield both
        assert both.peer.judged.violations == []


def delivered(border: Border) -> None:
    """Rounds as the clock gives them, until it is there."""
    for _ in range(PATIENCE):
        border.rounds()
        if border.offer.state == OfferState.DELIVERED:
            return
        border.chain.now += timedelta(minutes=15)
    raise AssertionError(f"not delivered: {border.offer.reason}")


def handed_over(border: Border) -> None:
    """The daily poll finds the acceptance, also when the first was cut; then nothing is left to do."""
    for _ in range(3):
        border.chain.now += timedelta(days=1)
        border.daily()
    assert border.offer.state == OfferState.ACCEPTED
    assert border.chain.case.sight == LOCAL
    assert border.acts("overdracht-afgeleverd") == border.acts("overdracht-beantwoord") == 1
    assert border.acts("bericht-mislukt") == 0
    assert border.peer.doubled() == []
    assert border.rounds() == []


def whole_story(border: Border, side: Side, in_making: int | None = None, in_reading: int | None = None) -> list[int]:
    """Once from offer to acceptance, cut at these bytes; how many bytes passed on this side in each exchange."""
    border.peer.fresh(border.cutter.url)
    border.cutter.arm(side, in_making)
    delivered(border)
    passed = [border.cutter.passed[side]]
    assert border.cutter.cuts == (in_making is not None)
    border.cutter.arm()
    border.peer.accept(border.offer.number)
    border.cutter.arm(side, in_reading)
    border.chain.now += timedelta(days=1)
    border.daily()
    passed.append(border.cutter.passed[side])
    assert border.cutter.cuts == (in_reading is not None)
    border.cutter.arm()
    handed_over(border)
    return passed


@pytest.mark.parametrize("side", ["asked", "answered"])
def test_cut_at_some_bytes_the_whole_story_ends_well(
    border: Border, side: Side, request: pytest.FixtureRequest
) -> None:
    saved, drawn = border.chain.saved(), tier.chance(request.node.name)
    making, reading = whole_story(border, side)
    for _ in range(tier.scaled(1, 20)):
        border.chain.restored(saved)
        whole_story(border, side, drawn.randrange(making), drawn.randrange(reading))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("side", ["asked", "answered"])
def test_cut_at_each_byte_of_the_offering_it_is_made_once(
    border: Border, side: Side, part: int, request: pytest.FixtureRequest, record_property: Callable[[str, str], None]
) -> None:
    saved = border.chain.saved()
    border.cutter.arm(side)
    delivered(border)
    bytes_passed, began = border.cutter.passed[side], time.monotonic()
    chosen = some(border.cutter, side, MAKING, request.node.name)[part::PARTS]
    for byte in chosen:
        border.chain.restored(saved)
        border.peer.fresh(border.cutter.url)
        border.cutter.arm(side, byte)
        delivered(border)
        assert border.cutter.cuts == 1
        assert border.peer.remote(border.offer.number) == border.offer.remote
        assert border.peer.doubled() == []
    record_property("said", f"{len(chosen)} of {bytes_passed} bytes cut in {time.monotonic() - began:.0f} s")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("side", ["asked", "answered"])
def test_cut_at_each_byte_of_the_reading_it_is_recorded_once(
    border: Border, side: Side, part: int, request: pytest.FixtureRequest, record_property: Callable[[str, str], None]
) -> None:
    delivered(border)
    border.peer.accept(border.offer.number)
    saved = border.chain.saved()
    border.cutter.arm(side)
    border.daily()
    bytes_passed, began = border.cutter.passed[side], time.monotonic()
    chosen = some(border.cutter, side, READING, request.node.name)[part::PARTS]
    for byte in chosen:
        border.chain.restored(saved)
        border.cutter.arm(side, byte)
        border.daily()
        assert border.cutter.cuts == 1
        handed_over(border)
    record_property("said", f"{len(chosen)} of {bytes_passed} bytes cut in {time.monotonic() - began:.0f} s")


def some(cutter: Cutter, side: Side, line: str, name: str) -> list[int]:
    """In the full tier every byte of the exchange that matters and some of the others; in the small one a sample."""
    matters = cutter.bytes_of(side, line)
    assert len(matters) > 200
    if not tier.FULL:
        return sorted(tier.chance(name).sample(matters, SMALL))
    return sorted({*matters, *range(0, cutter.passed[side], STRIDE)})
