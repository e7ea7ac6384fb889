"""`ketenregie backup` and `restore`: what they print, what they refuse, and the guide's own steps."""

import re
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from integrations.ledger import copies
from tests.cli.trial import ROOT, Trial, call, ended, start
from tests.ledger import postgres_server

NAME = re.compile(r"ketenregie-\d{8}T\d{6}\.\d{6}Z\.sqlite")
GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def copied(trial: Trial, folder: Path) -> Path:
    """A copy by the command."""
    return Path(trial.run("backup", "--to", str(folder), "--json").json["path"])


def restored(trial: Trial, copy: Path, *words: str) -> int:
    """Put it back; the exit status."""
    trial.ledger.dispose()
    return trial.run("restore", str(copy), "--yes", *words).status


def test_a_copy_is_told_by_its_path_size_and_place_in_the_trail(trial: Trial, tmp_path: Path) -> None:
    told = trial.run("backup", "--to", str(tmp_path / "copies"), "--json").json
    path = Path(told["path"])
    assert (path.stat().st_size, path.stat().st_mode & 0o777) == (told["size"], 0o600)
    assert NAME.fullmatch(path.name)
    found = trial.run("status", "--json").json
    assert (found["audit_seq"], found["audit_hash"]) == (told["audit_seq"], told["audit_hash"])
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_only_the_newest_copies_are_kept_and_other_files_are_left_alone(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "ketenregie-van-mij.sqlite").touch()
    made = [copied(trial, tmp_path) for _ in range(3)]
    told = trial.run("backup", "--to", str(tmp_path), "--keep", "2")
    assert (told.status, "2 oudere verwijderd" in told.out) == (0, True)
    assert [path.exists() for path in made] == [False, False, True]
    assert (tmp_path / "ketenregie-van-mij.sqlite").exists()


def test_without_a_folder_the_copy_goes_into_the_home(trial: Trial, tmp_path: Path) -> None:
    assert trial.run("backup").status == 0
    assert len(list((tmp_path / "home" / "copies").iterdir())) == 1


def test_a_ledger_whose_trail_was_changed_gives_no_copy(trial: Trial, tmp_path: Path) -> None:
    with trial.ledger.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET actor = 'iemand' WHERE seq = 2")
    refused = trial.run("backup", "--to", str(tmp_path / "copies"), "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "KR-KOPIE-STUK")
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_full_disk_leaves_no_half_copy(trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect

    def small(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*given, **named)
        connection.execute("PRAGMA max_page_count = 5")
        return connection

    monkeypatch.setattr(copies.sqlite3, "connect", small)  # type: ignore[attr-defined]
    refused = trial.run("backup", "--to", str(tmp_path / "copies"))
    assert (refused.status, refused.err) == (
        1,
        "KR-KOPIE-MISLUKT: De reservekopie is niet gelukt (de schijf is vol). "
        "Controleer ruimte, rechten en versie, en probeer het opnieuw.\n",
    )
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_without_its_name(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "geheim").touch()
    refused = trial.run("backup", "--to", str(tmp_path / "geheim" / "x"))
    assert (refused.status, "KR-KOPIE-MISLUKT" in refused.err, "geheim" in refused.all) == (1, True, False)


def test_there_and_back_again(trial: Trial, reference: str, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path / "copies")
    trial.receive("2026-04-22T09:00", "M-9")
    trial.ledger.dispose()
    told = trial.run("restore", str(copy), "--yes", "--now", "2026-04-23T09:00", "--json").json
    assert (told["times"], told["audit_seq"] > 0, Path(told["set_aside"]).exists()) == (1, True, True)
    found = trial.run("case", "list", "--by", "VT-201", "--json").json
    assert [case["reference"] for case in found["cases"]] == [reference]
    assert [row.details["reden"] for row in trial.audit("teruggezet")] == ["opdracht"]
    assert trial.run("doctor").out.count("1 keer teruggezet") == 1


def test_a_ledger_in_use_is_not_replaced(trial: Trial, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path)
    with trial.ledger.reading() as session:
        session.connection().exec_driver_sql("SELECT 1 FROM setting")
        refused = ended(start("restore", str(copy), "--yes", "--database", trial.url, "--json"))
    assert (refused.status, refused.json["error"]["code"]) == (1, "KR-TERUG-OPEN")
    assert len(trial.audit("teruggezet")) == 0


def test_what_is_no_whole_copy_is_refused_and_changes_nothing(trial: Trial, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path)
    whole = copy.read_bytes()
    before = Path(trial.ledger.url.database or "").read_bytes()
    for content in (b"", b"geen kopie", whole[:8192], whole[: len(whole) // 2] + b"\xff" * (len(whole) // 2)):
        copy.write_bytes(content)
        assert restored(trial, copy) == 1
    assert restored(trial, tmp_path / "weg.sqlite") == 1
    assert Path(trial.ledger.url.database or "").read_bytes() == before


def test_a_copy_of_a_newer_version_is_refused(trial: Trial, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path)
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("UPDATE ledger_version SET version_num = '9999'")
    connection.close()
    trial.ledger.dispose()
    assert trial.run("restore", str(copy), "--yes", "--json").json["error"]["code"] == "KR-ADMINISTRATIE-NIEUWER"


def test_a_damaged_ledger_makes_place_for_the_copy(trial: Trial, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path)
    trial.ledger.dispose()
    Path(trial.ledger.url.database or "").write_bytes(b"niet meer wat het was" * 500)
    assert restored(trial, copy) == 0
    assert trial.run("case", "list", "--by", "VT-201", "--json").json["total"] == 1


def test_a_copy_makes_a_ledger_where_none_is(trial: Trial, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path)
    there = Trial(tmp_path / "elders" / "nieuw.sqlite")
    assert restored(there, copy) == 0
    assert there.run("case", "list", "--by", "VT-201", "--json").json["total"] == 1
    there.ledger.dispose()


def test_restoring_asks_first_and_takes_one_of_two(trial: Trial, tmp_path: Path) -> None:
    copy = copied(trial, tmp_path)
    assert call("restore", str(copy), "--database", trial.url).status == 1
    for words in (["restore"], ["restore", str(copy), "--only-mark"], ["restore", str(copy), "--json"]):
        assert trial.run(*words).status == 2
    assert trial.audit("teruggezet") == []
    assert trial.run("restore", "--only-mark", "--yes").status == 0
    assert len(trial.audit("teruggezet")) == 1


def test_the_steps_of_the_guide_by_hand_are_noticed_by_the_next_round(trial: Trial, tmp_path: Path) -> None:
    """The file put back with `install`, as the guide shows; nothing else is said."""
    copy = copied(trial, tmp_path / "copies")
    place = Path(trial.ledger.url.database or "")
    trial.ledger.dispose()
    [steps] = [block for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if "ketenregie.sqlite.old" in block]
    words = {"/var/lib/ketenregie": str(place.parent), "/var/backups/ketenregie/copy.sqlite": str(copy)}
    words |= {"ketenregie.sqlite": place.name, "-o ketenregie -g ketenregie ": "", "mv prefect prefect.old": ":"}
    script = "\n".join(line for line in steps.splitlines() if "systemctl" not in line)
    for written, here in words.items():
        script = script.replace(written, here)
    subprocess.run(["sh", "-eu", "-c", script], check=True)
    assert (place.with_name(f"{place.name}.old").exists(), len(trial.audit("teruggezet"))) == (True, 0)
    assert trial.run("sweep", "--now", "2026-04-23T09:00").status in (0, 1)
    assert [row.details["reden"] for row in trial.audit("teruggezet")] == ["reservekopie"]


@pytest.mark.postgres
def test_a_dump_is_made_is_not_put_over_another_ledger_and_without_its_program_it_says_which(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not postgres_server.installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres_server.running() as server:
        server.create("keten")
        url = server.url("keten")
        assert call("region", "load", str(ROOT / "deployments/demo/kustland.toml"), "--database", url).status == 0
        made = call("backup", "--to", str(tmp_path), "--database", url, "--json")
        assert (made.status, Path(made.json["path"]).suffix) == (0, ".dump")
        refused = call("restore", made.json["path"], "--yes", "--database", url, "--json")
        assert refused.json["error"]["code"] == "KR-TERUG-VOL"
        monkeypatch.setenv("PATH", str(tmp_path))
        refused = call("backup", "--to", str(tmp_path), "--database", url, "--json")
        assert refused.json["error"]["melding"] == "Het programma pg_dump ontbreekt."
