"""Folders in which others write too: files that are replaced or still coming in, and links where none belong."""

import errno
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

import pytest
from sqlmodel import select

import integrations.corv.receipts
import integrations.signals.dropped
from domain.errors import PolicyRefusal
from integrations.corv.receipts import read_receipts
from integrations.drop_folder import DONE, QUIET, REFUSED, codes_beside, emptiable, put_away, refused, waiting
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Organisation, Report
from integrations.partner_folders import drop_folders
from integrations.signals.dropped import FOLLOW, DroppedSignals, read_signals
from integrations.whole_file import write_whole
from tasks.import_dropped_reports import import_dropped_reports
from tasks.import_reports import import_reports
from tasks.look_at_folders import look_at_folders
from tasks.read_corv_receipts import read_corv_receipts
from tasks.read_dropped_signals import read_dropped_signals
from tasks.show_status import show_status
from tests.chain import Chain
from tests.partners.conftest import Configure
from tests.region import moment
from tests.reports.samples import DROPPED, csv_of
from tests.stages import decided

NOW = moment("2026-05-01T10:00")
LATER = timedelta(minutes=12)
CODES = ["0 KR-BESTAND-KOLOMMEN"]
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
    configured(f'[[{section}]]\n{name}folder = "{folder}"\nquiet = 0\n', {})
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
    [file] = waiting(tmp_path, (".csv",), 0)
    path.unlink()
    put_away(file)
    assert list((tmp_path / DONE).iterdir()) == []


class Kept:
    """A file of ours that a partner would like to have overwritten, read or shared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(b"grootboek KR-BESTAND-LEEG")
        path.chmod(0o600)

    def untouched(self) -> bool:
        found = self.path.stat()
        return self.path.read_bytes() == b"grootboek KR-BESTAND-LEEG" and stat.S_IMODE(found.st_mode) == 0o600


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "ketenregie.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A partner's folder, that it may write in."""
    folder = tmp_path / "politie"
    folder.mkdir()
    folder.chmod(0o2770)
    return folder


def dropped(folder: Path, name: str = "a.csv", data: bytes = b"onzin\n", still: float = 0) -> Path:
    """A file that changed so many seconds ago."""
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (time() - still, time() - still))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_link_where_the_codes_would_come_is_not_written_through(folder: Path, kept: Kept) -> None:
    (folder / REFUSED).mkdir()
    (folder / REFUSED / "a.csv.fout").symlink_to(kept.path)
    dropped(folder)
    [file] = waiting(folder, (".csv",), 0)
    put_away(file, CODES)
    assert kept.untouched()
    assert names(folder / REFUSED) == ["a-1.csv", "a-1.csv.fout", "a.csv.fout"]
    assert [(one.path.name, codes_beside(one)) for one in refused(folder)] == [("a-1.csv", ("KR-BESTAND-KOLOMMEN",))]


def test_a_link_to_nowhere_is_not_overwritten_either(folder: Path, tmp_path: Path) -> None:
    for place in (DONE, REFUSED):
        (folder / place).mkdir()
        (folder / place / "a.csv").symlink_to(tmp_path / "nergens")
        dropped(folder)
        [file] = waiting(folder, (".csv",), 0)
        put_away(file, CODES if place == REFUSED else [])
        assert "a-1.csv" in names(folder / place)
        assert (folder / place / "a.csv").is_symlink()
    assert not (tmp_path / "nergens").exists()


def test_codes_that_were_left_behind_are_not_those_of_another_file(folder: Path) -> None:
    (folder / REFUSED).mkdir()
    (folder / REFUSED / "a.csv.fout").write_text("3 KR-RIJ-TIJD\n", encoding="utf-8")
    dropped(folder)
    [file] = waiting(folder, (".csv",), 0)
    put_away(file, CODES)
    assert (folder / REFUSED / "a.csv.fout").read_text(encoding="utf-8") == "3 KR-RIJ-TIJD\n"
    assert (folder / REFUSED / "a-1.csv.fout").read_text(encoding="utf-8") == f"{CODES[0]}\n"


@pytest.mark.parametrize("place", [DONE, REFUSED])
def test_a_link_to_the_folder_of_another_is_a_trouble_and_moves_nothing(
    region: Ledger, folder: Path, tmp_path: Path, configured: Configure, place: str
) -> None:
    other = tmp_path / "ggd"
    other.mkdir()
    (folder / place).symlink_to(other)
    text = f'[[reporters]]\nsource = "POL-KUST"\nfolder = "{folder}"\nquiet = 0\nimports_as = "VT-201"\n'
    configured(text, {})
    dropped(folder, data=csv_of(DROPPED) if place == DONE else b"onzin\n")
    assert "1 niet weg te leggen" in import_dropped_reports(region, NOW)
    look_at_folders(region, NOW)
    assert (names(other), emptiable(folder), (folder / "a.csv").exists()) == ([], False, True)
    look_at_folders(region, NOW + LATER)
    [problem] = [said for said in show_status(region, NOW + LATER).problems if "POL-KUST" in said]
    assert "1 bestand is gelezen maar niet weg te leggen" in problem
    assert "de map is niet te lezen of niet te legen" in problem
    (folder / place).unlink()
    assert import_dropped_reports(region, NOW + 2 * LATER) == ""
    assert "a.csv" in names(folder / place)


@pytest.mark.parametrize("codes", [[], CODES], ids=[DONE, REFUSED])
def test_a_place_that_is_swapped_for_a_link_at_the_last_moment_leads_nowhere_else(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codes: list[str]
) -> None:
    place, other = folder / (REFUSED if codes else DONE), tmp_path / "ggd"
    for one in (place, other):
        one.mkdir()
    replace = os.replace

    def swapped(*given: Any, **named: Any) -> None:
        place.rename(folder / "weg")
        place.symlink_to(other)
        replace(*given, **named)

    dropped(folder)
    [file] = waiting(folder, (".csv",), 0)
    monkeypatch.setattr("os.replace", swapped)
    put_away(file, codes)
    assert names(other) == []
    assert names(folder / "weg") == ["a.csv", *(["a.csv.fout"] if codes else [])]


def test_a_link_among_the_refused_files_is_none_and_codes_are_not_read_through_one(folder: Path, kept: Kept) -> None:
    (folder / REFUSED).mkdir()
    (folder / REFUSED / "b.csv").symlink_to(kept.path)
    dropped(folder / REFUSED)
    (folder / REFUSED / "a.csv.fout").symlink_to(kept.path)
    [file] = refused(folder)
    assert (file.path.name, codes_beside(file)) == ("a.csv", ())
    (folder / REFUSED / "a.csv.fout").unlink()
    os.mkfifo(folder / REFUSED / "a.csv.fout")
    assert codes_beside(file) == ()


def test_a_link_instead_of_refused_files_has_none(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "ggd"
    other.mkdir()
    dropped(other)
    (other / "a.csv.fout").write_text("0 KR-BESTAND-LEEG\n", encoding="utf-8")
    (folder / REFUSED).mkdir()
    dropped(folder / REFUSED)
    [file] = refused(folder)
    (folder / REFUSED).rename(folder / "weg")
    (folder / REFUSED).symlink_to(other)
    assert (refused(folder), codes_beside(file)) == ([], ())


def test_the_list_to_follow_is_written_through_no_link(folder: Path, kept: Kept) -> None:
    for name in (FOLLOW, f"{FOLLOW}.{os.getpid()}.part"):
        (folder / name).symlink_to(kept.path)
    before = os.umask(0o077)
    try:
        DroppedSignals("GEM-KUST", folder).follow(frozenset({"AAAA-BBBB-C"}))
    finally:
        os.umask(before)
    assert kept.untouched()
    lies = (folder / FOLLOW).lstat()
    assert (stat.S_ISREG(lies.st_mode), stat.S_IMODE(lies.st_mode)) == (True, 0o660)
    assert (folder / FOLLOW).read_text(encoding="utf-8") == "AAAA-BBBB-C\n"


def test_the_list_is_shared_before_it_has_its_name(folder: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def swapped(source: Path, place: Path) -> None:
        assert stat.S_IMODE(source.stat().st_mode) == 0o660
        replace(source, place)
        place.unlink()
        place.symlink_to(kept.path)

    monkeypatch.setattr("os.replace", swapped)
    DroppedSignals("GEM-KUST", folder).follow(frozenset())
    assert kept.untouched()


def test_a_file_that_could_not_be_written_whole_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "vol")

    write_whole(tmp_path / "a", "oud")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="vol"):
        write_whole(tmp_path / "a", "nieuw")
    assert (names(tmp_path), (tmp_path / "a").read_text(encoding="utf-8")) == (["a"], "oud")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("swap", ["link", "pipe"])
def test_what_is_no_file_any_more_when_it_is_read_is_not_read(folder: Path, tmp_path: Path, swap: str) -> None:
    secret = dropped(tmp_path, "geheim.csv", b"kenmerk;corv_nummer;soort;dag\n")
    path = dropped(folder)
    [file] = waiting(folder, (".csv",), 0)
    path.unlink()
    if swap == "link":
        path.symlink_to(secret)
    else:
        os.mkfifo(path)
    today = NOW.date()
    assert [read(file, today).refused for read in (read_receipts, read_signals)] == [("0 KR-BESTAND",)] * 2
    assert list(waiting(folder, (".csv",), 0)) == []


@pytest.mark.timeout(30)
@pytest.mark.parametrize("swap", ["link", "pipe"])
def test_what_is_no_file_of_reports_any_more_waits_for_a_person(
    region: Ledger, folder: Path, tmp_path: Path, configured: Configure, monkeypatch: pytest.MonkeyPatch, swap: str
) -> None:
    configured(f'[[reporters]]\nsource = "POL-KUST"\nfolder = "{folder}"\nquiet = 0\nimports_as = "VT-201"\n', {})
    path = dropped(folder)

    def swapped(*given: Any, **named: Any) -> Any:
        path.unlink()
        if swap == "link":
            path.symlink_to(dropped(tmp_path, data=csv_of(DROPPED)))
        else:
            os.mkfifo(path)
        return import_reports(*given, **named)

    monkeypatch.setattr("tasks.import_dropped_reports.import_reports", swapped)
    assert import_dropped_reports(region, NOW) == "meldingen uit mappen: 1 wacht: KR-BESTAND"


def test_a_file_that_comes_in_slowly_under_its_own_name_is_read_once_it_is_whole(
    region: Ledger, folder: Path, configured: Configure
) -> None:
    configured(f'[[reporters]]\nsource = "POL-KUST"\nfolder = "{folder}"\nimports_as = "VT-201"\n', {})
    whole = csv_of(*(DROPPED | {"meldnummer": f"P-{number}"} for number in range(4)))
    half = b"".join(whole.splitlines(keepends=True)[:3])
    for so_far in (half, whole):
        dropped(folder, data=so_far, still=QUIET / 2)
        assert import_dropped_reports(region, NOW) == ""
        look_at_folders(region, NOW)
        look_at_folders(region, NOW + LATER)
        assert not [said for said in show_status(region, NOW + LATER).problems if "POL-KUST" in said]
    assert names(folder) == ["a.csv"]
    dropped(folder, data=whole, still=QUIET + 1)
    assert import_dropped_reports(region, NOW) == "meldingen uit mappen: 4 nieuw"
    with region.reading() as session:
        assert sorted(session.exec(select(Report.number))) == ["P-0", "P-1", "P-2", "P-3"]


@pytest.mark.parametrize(
    ("still", "quiet", "whole"),
    [(0, QUIET, False), (58, QUIET, False), (61, QUIET, True), (-30, QUIET, False), (-90, QUIET, True), (0, 0, True)],
)
def test_a_file_waits_once_it_lies_still_and_a_clock_that_is_ahead_keeps_none(
    folder: Path, still: float, quiet: float, whole: bool
) -> None:
    dropped(folder, still=still)
    assert bool(list(waiting(folder, (".csv",), quiet))) == whole


PARTS = """
[[reporters]]
source = "POL-KUST"
folder = "/a"
imports_as = "VT-201"
{quiet}
[[signal_files]]
name = "GEM-KUST"
folder = "/b"
municipalities = ["MEERDORP"]
{quiet}
[[corv]]
folder = "/c"
{quiet}
"""


def test_how_long_a_file_lies_still_is_a_setting_of_each_folder(configured: Configure) -> None:
    assert [one.quiet for one in drop_folders(configured(PARTS.format(quiet=""), {}))] == [QUIET] * 3
    assert [one.quiet for one in drop_folders(configured(PARTS.format(quiet="quiet = 2.5"), {}))] == [2.5] * 3
    for wrong in ("-1", "3601", "nan", "inf"):
        with pytest.raises(PolicyRefusal, match="KR-PARTNERS"):
            configured(PARTS.format(quiet=f"quiet = {wrong}"), {})


@pytest.mark.parametrize(
    ("part", "data", "round_"),
    [
        ("[[corv]]\n", RECEIPTS, read_corv_receipts),
        ('[[signal_files]]\nname = "GEM-KUST"\nmunicipalities = ["MEERDORP"]\n', SIGNALS, read_dropped_signals),
    ],
    ids=["corv", "signals"],
)
def test_receipts_and_signals_lie_still_first_too(
    chain: Chain, folder: Path, configured: Configure, part: str, data: str, round_: Callable[..., str]
) -> None:
    configured(f'{part}folder = "{folder}"\nquiet = 10\n', {})
    text = data.format(case=chain.reference, number=1).encode()
    dropped(folder, data=text, still=5)
    assert round_(chain.ledger, chain.now) == ""
    dropped(folder, data=text, still=11)
    assert round_(chain.ledger, chain.now).endswith("1 nieuw")
