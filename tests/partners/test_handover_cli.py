"""`ketenregie handover` and `sweep` with partners: what a person sees of hand-overs, and does about them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.deploy import schedule_of
from deployments.prefect_file import listed, scheduled, stands_on
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from tests.chain import Chain
from tests.cli.trial import Done, call
from tests.partners.border import Border, Klantinteracties, at_the_border, installed
from tests.partners.judged import needs_specs
from tests.region import with_region
from tests.stages import offered

PARTNER_ROUNDS = ["partners", "partners_daily"]


@pytest.fixture
def border(ledger: Ledger, tmp_path: Path) -> Iterator[Border]:
    """A hand-over is offered, in a ledger with a virtual clock."""
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with at_the_border(offered(chain), Klantinteracties(), tmp_path) as both:
        yield both
        assert both.peer.judged.violations == []


def run(border: Border, *words: str) -> Done:
    return call(*words, "--database", str(border.chain.ledger.url))


@needs_specs
def test_a_sweep_brings_it_over_and_the_list_tells_where_it_stands(border: Border) -> None:
    [before] = run(border, "handover", "list", "--json").json["offers"]
    assert (before["state"], before["organisation"]) == ("planned", "CJG-MEERDORP")
    swept = run(border, "sweep", "--now", "2026-06-02T10:05", "--json").json
    assert swept["partners"][0] == "1 overdracht afgeleverd, 0 later opnieuw, 0 niet te bezorgen"
    listed_ = run(border, "handover", "list")
    assert "afgeleverd" in listed_.out
    assert border.offer.number in listed_.out
    border.peer.accept(border.offer.number)
    assert "1 beantwoord" in run(border, "sweep", "--now", "2026-06-03T06:00").out
    assert run(border, "handover", "list").out == "0 overdrachten.\n"
    [after] = run(border, "handover", "list", "--all", "--json").json["offers"]
    assert after["state"] == "accepted"


def test_what_goes_to_no_system_is_not_listed_as_waiting_for_one(border: Border, tmp_path: Path) -> None:
    elsewhere = tmp_path / "zonder"
    elsewhere.mkdir()
    with installed(elsewhere, ""):
        assert run(border, "handover", "list").out == "0 overdrachten.\n"
        assert [o["state"] for o in run(border, "handover", "list", "--all", "--json").json["offers"]] == ["by_hand"]


def test_a_plan_only_sweep_leaves_partners_alone(border: Border) -> None:
    assert run(border, "sweep", "--plan-only", "--now", "2026-06-02T10:05", "--json").json["partners"] == []
    assert border.peer.judged.exchanges == []


def test_retry_says_what_it_did_or_why_not(border: Border) -> None:
    number = border.offer.number
    assert run(border, "handover", "retry", number, "--by", "VT-201", "--json").json == {"planned": 1}
    assert "volgende ronde" in run(border, "handover", "retry", number, "--by", "VT-201").out
    refused = run(border, "handover", "retry", "K7Q3-H9FM-C.001.1", "--by", "VT-201", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "KR-OVERDRACHT-ONBEKEND")


def test_who_looks_at_the_list_stands_in_the_trail(border: Border) -> None:
    assert run(border, "handover", "list", "--by", "VT-201").status == 0
    assert border.acts("overdrachten-ingezien") == 1


def test_the_rounds_with_partners_stand_on_only_with_a_partners_file(tmp_path: Path) -> None:
    assert [name for name in scheduled() if name in PARTNER_ROUNDS] == []
    with installed(tmp_path, ""):
        assert [name for name in scheduled() if name in PARTNER_ROUNDS] == PARTNER_ROUNDS
    entry = next(entry for entry in listed() if entry["name"] == "partners")
    assert schedule_of(entry["schedules"][0], active=stands_on(entry)).active is False
