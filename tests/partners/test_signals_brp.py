"""The BRP as a source of signals: whom we had followed is ours to end, and a code without a day has one of its own."""

import logging
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import select
from stdnum.nl import bsn

from domain.case import CaseState
from domain.errors import OutsideFailure, WrongUse
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import BrpFollow, BrpStanding
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Case
from integrations.partners import partners
from integrations.signals.brp_keys import read_keys
from integrations.signals.brp_marks import marker
from integrations.signals.preflight import preflight
from tasks.daily_turns import Unfinished
from tasks.examine_signals import examine_signals
from tasks.followed_cases import followed_cases
from tasks.read_brp_signals import read_brp_signals
from tests.chain import Chain
from tests.partners.brp_standin import KEY, PERSONEN, UPDATE, BrpStandIn, write_keys
from tests.partners.conftest import Configure
from tests.partners.judged import Judged, needs_specs
from tests.partners.server import served
from tests.partners.test_signals import DAY, HERE, NOW, OLD, report, signals, tracing
from tests.region import moment

NUMBERS = ("999999011", "999990019", "999994669")
"""Numbers the BRP gives out for trials: they pass the eleven test and belong to nobody."""

MANY = tuple(str(number) for number in range(999990020, 999990120) if bsn.is_valid(str(number)))[:8]
MARKS = "een-geheim-waarmee-niemand-anders-merken-maakt"


@pytest.fixture
def chain(region: Ledger) -> Chain:
    return Chain(region)


def closed(region: Ledger, case: str) -> None:
    """The case is closed, whatever was still open in it."""
    with region.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.session.exec(select(Case).where(Case.reference == case)).one().state = CaseState.CLOSED


def remembered(region: Ledger) -> list[str]:
    """The marks of whom we had followed."""
    with region.reading() as session:
        return list(session.exec(select(BrpFollow.mark)))


class Brp:
    """The stand-in, its judge, and the file of keys on its side."""

    def __init__(self, keys: Path) -> None:
        self.keys, self.system = keys, BrpStandIn()
        self.judged: Judged = self.system.app()

    def knows(self, *rows: str, mode: int = 0o600) -> None:
        write_keys(self.keys, *rows, mode=mode)


@pytest.fixture
def brp(configured: Configure, tmp_path: Path) -> Iterator[Brp]:
    made = Brp(tmp_path / "sleutels.csv")
    with served(made.judged) as url:
        root = url.rstrip("/")
        text = f'[[brp]]\nname = "BRP-KUST"\nsecret = "brp"\nkeys = "{made.keys}"\n'
        text += 'mark_secret = "merken"\n'
        text += f'update.url = "{root}{UPDATE}/"\npersonen.url = "{root}{PERSONEN}/"\n'
        configured(text, {"brp": KEY, "merken": MARKS})
        yield made
    assert made.judged.violations == []


@needs_specs
def test_who_is_in_an_open_case_is_followed_and_a_change_becomes_a_signal(
    chain: Chain, region: Ledger, brp: Brp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    first, second = report(chain), report(chain, household="H-2")
    brp.knows(*(f"{case};{key};{bsn}" for case, key, bsn in zip((first, first, second), "ABA", NUMBERS, strict=True)))
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST niets"
    assert set(brp.system.follows) == set(NUMBERS)
    brp.system.moves(NUMBERS[1], verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    brp.system.moves(NUMBERS[2], verblijfplaats=HERE)
    brp.system.changed.append("999990378")  # somebody whom another system follows
    assert read_brp_signals(region, moment("2026-05-21T06:00")) == "BRP: BRP-KUST 1 nieuw"
    assert read_brp_signals(region, moment("2026-05-22T06:00")) == "BRP: BRP-KUST 1 bekend"
    assert signals(region) == [("residence_unknown", "B", "2026-05-11")]
    assert (len(tracing(region, first)), len(tracing(region, second))) == (1, 0)
    assert brp.system.asked_since == ["2026-05-20", "2026-05-19", "2026-05-20"]
    assert not any(number in caplog.text for number in NUMBERS)


@needs_specs
def test_what_happened_between_the_report_and_our_follow_is_heard_once_and_what_was_so_before_is_not(
    chain: Chain, region: Ledger, brp: Brp
) -> None:
    """No change will ever tell it: BRP Update asks to place the follow, then to look, and only then to wait."""
    gone = {"type": "VerblijfplaatsOnbekend"}
    case = report(chain)
    brp.knows(*(f"{case};{key};{number}" for key, number in zip("ABC", NUMBERS, strict=True)))
    for number, home in zip(NUMBERS, (gone | {"datumVan": DAY}, gone | {"datumVan": OLD}, HERE), strict=True):
        brp.system.moves(number, verblijfplaats=home)
    brp.system.changed.clear()
    brp.system.refuses["personen"] = 503
    assert "503" in read_brp_signals(region, NOW), "what was not answered is asked again"
    brp.system.refuses.clear()
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 nieuw"
    assert signals(region) == [("residence_unknown", "A", "2026-05-11")]
    asked = len(brp.system.questions)
    assert read_brp_signals(region, moment("2026-05-21T06:00")) == "BRP: BRP-KUST niets"
    assert len(brp.system.questions) == asked, "the first time only"
    brp.knows(f"{case};A;{NUMBERS[0]}", f"{report(chain, household='H-2')};B;{NUMBERS[0]}")
    assert read_brp_signals(region, moment("2026-05-22T06:00")) == "BRP: BRP-KUST 1 bekend 1 nieuw", "in each case"


@needs_specs
def test_very_many_new_people_are_asked_about_in_more_than_one_round(
    chain: Chain, region: Ledger, brp: Brp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.signals.brp.MOST_NEW", 3)
    case = report(chain)
    brp.knows(*(f"{case};;{number}" for number in MANY))
    for number in MANY:
        brp.system.moves(number, verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    brp.system.changed.clear()
    said = [read_brp_signals(region, moment(f"2026-05-2{day}T06:00")) for day in range(4)]
    assert said == [f"BRP: BRP-KUST {what}" for what in ("2 bekend 1 nieuw", "3 bekend", "2 bekend", "niets")]
    assert sum(len(question["burgerservicenummer"]) for question in brp.system.questions) == len(MANY)


@needs_specs
def test_the_people_of_a_case_that_went_into_another_are_followed_as_long_as_that_is_open(
    chain: Chain, region: Ledger, brp: Brp
) -> None:
    there, gone = report(chain), report(chain, household="H-2")
    brp.knows(f"{there};A;{NUMBERS[0]}", f"{gone};B;{NUMBERS[1]}")
    read_brp_signals(region, NOW)
    with region.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        joined = uow.session.exec(select(Case).where(Case.reference == gone)).one()
        joined.state, joined.joined_to = CaseState.CLOSED, there
    brp.system.moves(NUMBERS[1], verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    assert read_brp_signals(region, moment("2026-05-21T06:00")) == "BRP: BRP-KUST 1 nieuw"
    assert set(brp.system.follows.values()) == {""}
    assert signals(region) == [("residence_unknown", "", "2026-05-11")], "its letters are not those of the other case"
    assert len(tracing(region, there)) == 1
    with region.reading() as session:
        assert set(followed_cases(session)[0]) == {there, gone}
    closed(region, there)
    read_brp_signals(region, moment("2026-05-22T06:00"))
    assert set(brp.system.follows.values()) == {"2026-05-22"}


@needs_specs
def test_only_what_is_needed_is_asked_of_the_brp(chain: Chain, region: Ledger, brp: Brp) -> None:
    brp.knows(f"{report(chain)};A;{NUMBERS[0]}")
    brp.system.moves(NUMBERS[0], verblijfplaats=HERE | {"datumVan": DAY})
    read_brp_signals(region, NOW)
    [question] = brp.system.questions
    assert not any("adres" in name.lower() and "NietOpAdres" not in name for name in question["fields"])
    assert not any("naam" in name.lower() for name in question["fields"])


@needs_specs
def test_who_is_in_no_open_case_any_more_is_let_go_and_whom_another_follows_is_not(
    chain: Chain, region: Ledger, brp: Brp
) -> None:
    """The first we placed; the second another placed before us, the third is no business of ours."""
    case = report(chain)
    brp.system.follows |= {NUMBERS[1]: "", NUMBERS[2]: ""}
    brp.knows(f"{case};A;{NUMBERS[0]}", f"{case};B;{NUMBERS[1]}")
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST niets"
    closed(region, case)
    assert read_brp_signals(region, moment("2026-05-21T06:00")) == "BRP: BRP-KUST 1 niet van ons"
    assert brp.system.follows == {NUMBERS[0]: "2026-05-21", NUMBERS[1]: "", NUMBERS[2]: ""}
    assert len(remembered(region)) == 1
    read_brp_signals(region, moment("2026-05-22T06:00"))
    assert remembered(region) == [], "who is followed no more is forgotten"


@needs_specs
def test_whom_we_had_followed_stands_nowhere_as_a_number(chain: Chain, region: Ledger, brp: Brp) -> None:
    brp.knows(f"{report(chain)};A;{NUMBERS[0]}")
    read_brp_signals(region, NOW)
    [mark] = remembered(region)
    assert mark != sha256(f"BRP-KUST|{NUMBERS[0]}".encode()).hexdigest()
    region.dispose()
    assert NUMBERS[0].encode() not in Path(str(region.url.database)).read_bytes()


@needs_specs
def test_a_follow_whose_placing_broke_off_is_ours_and_one_that_was_refused_is_not(
    chain: Chain, region: Ledger, brp: Brp
) -> None:
    case = report(chain)
    brp.knows(*(f"{case};{key};{number}" for key, number in zip("ABC", NUMBERS, strict=True)))
    brp.system.refuses |= {NUMBERS[1]: 400, NUMBERS[2]: 503}
    first, refused = sorted(NUMBERS)[0], NUMBERS[1]
    assert "503" in read_brp_signals(region, NOW)
    brp.system.refuses.pop(NUMBERS[2])
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 niet te volgen"
    assert len(remembered(region)) == 2
    brp.system.refuses.clear()
    brp.system.follows[refused] = ""  # by another
    closed(region, case)
    read_brp_signals(region, moment("2026-05-21T06:00"))
    assert {number for number, until in brp.system.follows.items() if not until} == {refused}
    assert first in brp.system.follows


@needs_specs
def test_a_round_that_runs_out_of_time_is_unfinished_and_the_next_goes_on_where_it_stopped(
    chain: Chain, region: Ledger, brp: Brp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second passes at each exchange, and the round has four: the list of who is followed, and three of the eight."""
    case = report(chain)
    brp.knows(*(f"{case};A;{number}" for number in MANY))
    brp.system.moves(MANY[0], verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    monkeypatch.setattr("integrations.patience.monotonic", count().__next__)
    monkeypatch.setattr("tasks.read_brp_signals.ROUND_SECONDS", 4)
    reached = []
    for _ in range(3):
        said = read_brp_signals(region, NOW)
        reached.append((said, isinstance(said, Unfinished), len(brp.system.follows)))
    late = "BRP: BRP-KUST grens-verstreken"
    assert reached == [(late, True, 3), (late, True, 6), (late, True, 8)]
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 nieuw"


@needs_specs
def test_a_file_of_keys_that_lost_more_than_half_ends_nobody_until_a_person_says_so(
    chain: Chain, region: Ledger, brp: Brp, configured: Configure
) -> None:
    case = report(chain)
    rows = [f"{case};A;{number}" for number in MANY]
    brp.knows(*rows)
    read_brp_signals(region, NOW)
    brp.knows(*rows[:3])
    brp.system.moves(MANY[0], verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    said = read_brp_signals(region, moment("2026-05-21T06:00"))
    assert said == "BRP: BRP-KUST 1 nieuw (KR-VOLGEN-EINDE: 5)", "what is still known is still heard"
    assert isinstance(said, Unfinished)
    assert set(brp.system.follows.values()) == {""}
    [check] = examine_signals(region, partners(), moment("2026-05-21T07:00"))
    assert (check.verdict, check.found.split(":")[0]) == ("fail", "KR-VOLGEN-EINDE")
    assert "5 volgindicaties" in check.found
    text = (brp.keys.parent / "partners.toml").read_text(encoding="utf-8")
    configured(f"{text}most_ended = 1\n", {"brp": KEY, "merken": MARKS})
    assert read_brp_signals(region, moment("2026-05-21T08:00")) == "BRP: BRP-KUST 1 bekend"
    assert list(brp.system.follows.values()) == ["", "", "", *["2026-05-21"] * 5]
    assert examine_signals(region, partners(), moment("2026-05-21T09:00")) == []


@needs_specs
def test_when_most_cases_are_closed_their_people_are_let_go_at_once(chain: Chain, region: Ledger, brp: Brp) -> None:
    case = report(chain)
    brp.knows(*(f"{case};A;{number}" for number in MANY))
    read_brp_signals(region, NOW)
    closed(region, case)
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST niets"
    assert set(brp.system.follows.values()) == {"2026-05-20"}


@needs_specs
def test_a_code_without_a_day_counts_from_when_it_was_heard_and_again_after_it_was_gone(
    chain: Chain, region: Ledger, brp: Brp
) -> None:
    """Established not to live there: the only day in the answer is that on which they moved in, years ago."""
    brp.knows(f"{report(chain)};A;{NUMBERS[0]}")
    flagged = HERE | {"indicatieVastgesteldVerblijftNietOpAdres": True}
    days = ("2026-05-20", "2026-05-21", "2026-05-22", "2026-05-23", "2026-05-24")
    told = []
    for day, holds in zip(days, (True, True, False, True, True), strict=True):
        brp.system.changed.clear()
        brp.system.moves(NUMBERS[0], verblijfplaats=flagged if holds else HERE)
        told.append(read_brp_signals(region, moment(f"{day}T06:00")).removeprefix("BRP: BRP-KUST "))
    assert told == ["1 nieuw", "1 bekend", "niets", "1 nieuw", "1 bekend"]
    assert signals(region) == [("not_at_address", "A", "2026-05-20"), ("not_at_address", "A", "2026-05-23")]


@needs_specs
def test_what_was_heard_about_a_case_is_forgotten_when_it_closes(chain: Chain, region: Ledger, brp: Brp) -> None:
    case = report(chain)
    brp.knows(f"{case};A;{NUMBERS[0]}")
    brp.system.moves(NUMBERS[0], verblijfplaats=HERE | {"indicatieVastgesteldVerblijftNietOpAdres": True})
    read_brp_signals(region, NOW)
    closed(region, case)
    asked = len(brp.system.questions)
    read_brp_signals(region, moment("2026-05-21T06:00"))
    assert len(brp.system.questions) == asked, "nothing is asked about who is in no open case"
    with region.reading() as session:
        assert session.exec(select(BrpStanding.reference)).all() == []


def test_the_doctor_sees_that_the_brp_was_not_asked_for_days(region: Ledger, brp: Brp) -> None:
    with region.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        put(uow, "signals:BRP-KUST", "2026-05-16")
    [check] = examine_signals(region, partners(), NOW)
    assert (check.verdict, check.found) == ("fail", "niet meer gevraagd sinds za 16-05-2026")


@needs_specs
@pytest.mark.parametrize(("path", "status"), [("wijzigingen", 500), ("volgindicaties", 403), ("personen", 429)])
def test_a_brp_that_fails_loses_nothing_and_is_asked_again_from_the_same_day(
    chain: Chain, region: Ledger, brp: Brp, path: str, status: int
) -> None:
    brp.knows(f"{report(chain)};A;{NUMBERS[0]}")
    brp.system.moves(NUMBERS[0], verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    brp.system.refuses[path] = status
    assert str(status) in read_brp_signals(region, NOW)
    assert signals(region) == []
    brp.system.refuses.clear()
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 nieuw"


@needs_specs
def test_one_person_the_brp_will_not_follow_holds_up_no_other(chain: Chain, region: Ledger, brp: Brp) -> None:
    case = report(chain)
    brp.knows(f"{case};A;{NUMBERS[0]}", f"{case};B;{NUMBERS[1]}")
    brp.system.refuses[NUMBERS[0]] = 400
    brp.system.moves(NUMBERS[1], verblijfplaats={"type": "VerblijfplaatsOnbekend", "datumVan": DAY})
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 niet te volgen 1 nieuw"


@pytest.mark.parametrize(
    ("row", "mode", "what"),
    [
        ("{case};A;999999011", 0o644, "anderen mogen het bestand lezen"),
        ("{case};A;999999012", 0o600, "regel 2"),
        ("K7Q2;A;999999011", 0o600, "regel 2"),
        ("{case};JAN 13-02-1957;999999011", 0o600, "regel 2"),
        ("", 0o600, "er staat niemand in"),
    ],
)
def test_a_file_of_keys_that_is_not_right_follows_nobody_and_shows_nothing(
    chain: Chain, region: Ledger, brp: Brp, row: str, mode: int, what: str
) -> None:
    brp.knows(row.format(case=report(chain)), mode=mode)
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST KR-SLEUTELS"
    assert brp.judged.exchanges == []
    with pytest.raises(OutsideFailure, match="KR-SLEUTELS") as failure:
        read_keys(brp.keys)
    assert what in failure.value.sentence
    assert "99999901" not in failure.value.sentence


@needs_specs
def test_the_preflight_says_what_is_wrong_with_the_file_of_keys(brp: Brp) -> None:
    brp.knows("")
    [finding] = [found for found in preflight(partners().brp[0]) if not found.good]
    assert "er staat niemand in" in finding.advice


@needs_specs
def test_the_preflight_says_whether_the_brp_answers(chain: Chain, brp: Brp) -> None:
    brp.knows(f"{report(chain)};A;{NUMBERS[0]}")
    assert [found.good for found in preflight(partners().brp[0])] == [True, True, True]
    brp.system.refuses["volgindicaties"] = 403
    assert [found.good for found in preflight(partners().brp[0])] == [True, True, False]


def test_a_secret_that_can_be_guessed_makes_no_marks(brp: Brp, configured: Configure) -> None:
    text = (brp.keys.parent / "partners.toml").read_text(encoding="utf-8")
    configured(text, {"brp": KEY, "merken": "kort"})
    with pytest.raises(WrongUse, match="KR-GEHEIM-KORT"):
        marker(partners().brp[0])
