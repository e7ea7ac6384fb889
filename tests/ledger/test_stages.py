"""The stages of a case that tests share are copies of SQLite files; elsewhere each chain is made anew."""

from pathlib import Path

import pytest

from integrations.ledger import Ledger
from tests.chain import Chain
from tests.region import with_region
from tests.stages import reported


def test_a_stage_is_made_on_either_database_and_leaves_nothing_where_the_tests_run(
    ledger: Ledger, ledger_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "first.sqlite"
    first.write_bytes(ledger_template.read_bytes())
    known = Chain(with_region(Ledger(f"sqlite:///{first}")))
    reported(known)
    known.ledger.dispose()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    chain = reported(Chain(with_region(ledger)))
    assert chain.case.reference == chain.reference
    assert chain.steps("history_check")[0].state == "done"
    assert list(Path().iterdir()) == []
