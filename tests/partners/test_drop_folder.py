"""A file that is replaced by another of the same name while it is read: the new one waits, and is read too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import integrations.corv.receipts
import integrations.signals.dropped
from integrations.drop_folder import DONE, put_away, waiting
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Organisation
from tasks.read_corv_receipts import read_corv_receipts
from tasks.read_dropped_signals import read_dropped_signals
from tests.chain import Chain
from tests.partners.conftest import Configure
from tests.stages import decided

RECEIPTS = "kenmerk;corv_nummer;soort;dag\n{case};C-{number};verzonden;2026-04-28\n"
SIGNALS = "kenmerk;persoon;signaal;gezien_op;nummer\n{case};;moved;2026-04-28;{number}\n"


@pytest.fixture
def chain(region: Ledger) -> Chain:
    chain = decided(Chain(region), "protection_request")
    with region.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        work.session.add(Organisation(code="RVDK-KUST", kind="board", title="Raad voor de Kinderbescherming"))
    return chain


def replaced_after(read: Callable[..., Any], path: Path, text: str) -> Callable[..., Any]:
    """The same reading, after which another file lies there; the first time only."""
    dropped = [text]

    def reading(*given: Any) -> Any:
        done = read(*given)
        if dropped:
            new = path.with_name("nieuw")
            new.write_text(dropped.pop(), encoding="utf-8")
            new.replace(path)
        return done

    return reading


@pytest.mark.parametrize(
    ("section", "words", "reader", "where", "round_"),
    [
        ("corv", RECEIPTS, integrations.corv.receipts.read_receipts, "tasks.read_corv_receipts", read_corv_receipts),
        (
            "signal_files",
            SIGNALS,
            integrations.signals.dropped.read_signals,
            "integrations.signals.dropped",
            read_dropped_signals,
        ),
    ],
    ids=["corv", "signals"],
)
def test_the_new_file_is_read_in_the_next_round(
    chain: Chain,
    tmp_path: Path,
    configured: Configure,
    monkeypatch: pytest.MonkeyPatch,
    section: str,
    words: str,
    reader: Callable[..., Any],
    where: str,
    round_: Callable[..., str],
) -> None:
    folder = tmp_path / "map"
    folder.mkdir()
    name = 'name = "GEM-KUST"\nmunicipalities = ["MEERDORP"]\n' if section == "signal_files" else ""
    configured(f'[[{section}]]\n{name}folder = "{folder}"\n', {})
    path = folder / "dag.csv"
    path.write_text(words.format(case=chain.reference, number=1), encoding="utf-8")
    second = words.format(case=chain.reference, number=2)
    monkeypatch.setattr(f"{where}.{reader.__name__}", replaced_after(reader, path, second))
    assert round_(chain.ledger, chain.now).endswith("1 nieuw")
    assert path.read_text(encoding="utf-8") == second
    assert round_(chain.ledger, chain.now).endswith("1 nieuw")
    assert [found.read_text(encoding="utf-8") for found in (folder / DONE).iterdir()] == [second]
    assert round_(chain.ledger, chain.now) == ""


def test_a_file_that_is_taken_away_while_it_is_read_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x", encoding="utf-8")
    [file] = waiting(tmp_path, (".csv",))
    path.unlink()
    put_away(file)
    assert list((tmp_path / DONE).iterdir()) == []
