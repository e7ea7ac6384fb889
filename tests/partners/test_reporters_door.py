"""`POST /meldingen`: a report comes in once and whole, under the source that signed it, and nobody is named."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from sqlmodel import col, func, select

from deployments.receiver.app import receiver_app
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from integrations.ledger import Ledger
from integrations.ledger.tables import Audit, Case, Message, Outbox, Person, Report, Step
from tasks.import_reports import import_reports
from tasks.read_form import read_form
from tests.faults import tier
from tests.partners.conftest import Configure
from tests.partners.receiving import NOW
from tests.partners.reporter_standin import RIGHT_REPORT, report
from tests.partners.server import served
from tests.reports.samples import ROW, csv_of

KEY = "een-sleutel-van-de-politie-met-40-tekens"
OTHER = "een-sleutel-van-een-ander-met-40-tekens!"
FILE = """
[[reporters]]
source = "POL-KUST"
client_id = "politie-kust"
secret = "politie"

[[reporters]]
source = "ZORG-KUST"
reporter_class = "mental_health"
client_id = "zorg"
secret = "zorg"
"""
LEDGER = (Report, Case, Person, Step, Outbox, Message, Audit)
BSN, PHONE, MAIL, POSTCODE, BORN = "123456782", "06-12345678", "a.kwetter@kwetter.example", "1234 AB", "13-02-1957"
NAME = "Kwetterveen"


class Door:
    """The receiver, and a reporter's system that signs each call."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self.place, self.ledger, self._calls, self.now = urlsplit(url).netloc, ledger, count(), NOW

    def token(self, client: str = "politie-kust", key: str = KEY, **claims: Any) -> str:
        given = {"iss": client, "client_id": client, "iat": int(self.now.timestamp()), "jti": str(next(self._calls))}
        return jwt.encode(given | claims, key, algorithm="HS256")

    def post(self, content: Any, token: str | None = None, *, client: str = "politie-kust") -> tuple[int, Any]:
        """Status and what the answer says."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        shown = token or self.token(client, OTHER if client == "zorg" else KEY)
        connection = HTTPConnection(self.place, timeout=60)
        headers = {"Authorization": f"Bearer {shown}", "Content-Type": "application/json"}
        connection.request("POST", "/meldingen", raw, headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, json.loads(body)

    def counts(self) -> list[int]:
        with self.ledger.reading() as session:
            return [session.exec(select(func.count()).select_from(table)).one() for table in LEDGER]

    def reports(self) -> list[Report]:
        with self.ledger.reading() as session:
            return list(session.exec(select(Report)))


@pytest.fixture
def door(region: Ledger, configured: Configure) -> Iterator[Door]:
    house = House(region, configured(FILE, {"politie": KEY, "zorg": OTHER}), lambda: NOW)
    with served(receiver_app(house), http=Impatient) as url:
        yield Door(url, region)


def test_a_report_comes_in_with_its_case_and_its_intake(door: Door) -> None:
    given = report()
    assert list(RIGHT_REPORT.iter_errors(given)) == []
    assert door.post(given) == (201, {"registratienummer": "PL-26-BCDFGHJK"})
    [row] = door.reports()
    assert (row.source, row.number, row.reporter_class, row.disclosure) == (
        "POL-KUST",
        "PL-26-BCDFGHJK",
        "police",
        "open",
    )
    assert (row.existing_help, row.home_ban, row.possibly_acute, row.feedback_wanted) == (False, True, False, True)
    assert row.received_at == datetime.fromisoformat("2026-04-20T20:05:00+00:00")
    with door.ledger.reading() as session:
        assert session.exec(select(Step.kind)).all() == ["report_intake"]
        assert session.exec(select(Person.key, Person.birth_year)).all() == [("A", 1985), ("B", None)]
        [act] = session.exec(select(Audit).where(Audit.act == "melding-ontvangen"))
    assert (act.actor, act.door) == ("koppeling", "partner")


def test_the_source_follows_from_the_token_and_never_from_the_body(door: Door) -> None:
    assert door.post(report(), client="zorg")[0] == 201
    [row] = door.reports()
    assert (row.source, row.reporter_class) == ("ZORG-KUST", "mental_health")
    assert door.post(report(bron="POL-KUST", registratienummer="PL-2"))[0] == 422
    assert door.post(report(k_bron="POL-KUST", registratienummer="PL-2"))[0] == 422
    assert door.post(report())[0] == 201  # the same number of another source is another report
    assert len(door.reports()) == 2


def test_the_same_report_again_is_the_same_answer_and_another_content_is_refused(door: Door) -> None:
    first = door.post(report())
    before = door.counts()
    other_order = report(datumTijd="2026-04-20T20:05:00Z", k_gezinsleden=report()["ketenregie"]["gezinsleden"][::-1])
    assert door.post(report()) == door.post(other_order) == (200, first[1])
    status, said = door.post(report(k_aard="kindermishandeling"))
    assert (status, said["code"]) == (409, "KR-MELDING-ANDERS")
    assert door.counts() == before


def test_a_possibly_acute_report_takes_the_way_that_an_import_takes(door: Door, tmp_path: Path) -> None:
    door.post(report(k_mogelijkAcuut=True))
    row = ROW | {
        "meldnummer": "P-2",
        "gezinsnummer": "H-2",
        "mogelijk_acuut": "ja",
        "aangenomen_door": "",
        "indeling": "",
    }
    (tmp_path / "een.csv").write_bytes(csv_of(row))
    import_reports(door.ledger, tmp_path / "een.csv", "VT-201", NOW)
    with door.ledger.reading() as session:
        one, other = session.exec(select(Step).order_by(Step.case_id)).all()  # type: ignore[arg-type]
        rungs = session.exec(select(Message.step_id, Message.rung, Message.party)).all()
    assert (one.kind, one.owner, one.due_at, one.acute) == (other.kind, other.owner, other.due_at, other.acute)
    for step in (one, other):
        assert [rung[1:] for rung in rungs if rung[0] == step.id] == [("ACUTE", "VT-911")]
    assert all(one.possibly_acute for one in door.reports())


def test_the_same_report_by_another_door_is_the_same_report(door: Door, tmp_path: Path) -> None:
    door.post(report())
    row = ROW | {"meldnummer": "PL-26-BCDFGHJK", "gezinsleden": "A:kind: D:volwassene:1985", "huisverbod": "ja"}
    more = {"kanaal": "formulier", "soort_melder": "ggz", "gezinsnummer": "H-9", "wijk": "MD-DORP"}
    (tmp_path / "een.csv").write_bytes(csv_of(row | more))
    done = import_reports(door.ledger, tmp_path / "een.csv", "VT-201", NOW)
    assert (done.known, done.reports, done.refused) == (1, 0, ())
    (tmp_path / "twee.csv").write_bytes(csv_of(row | {"mogelijk_acuut": "ja"}))
    [refused] = import_reports(door.ledger, tmp_path / "twee.csv", "VT-201", NOW).refused
    assert refused.code == "KR-MELDING-ANDERS"


def test_the_same_family_number_of_two_sources_is_two_families(door: Door, tmp_path: Path) -> None:
    (tmp_path / "een.csv").write_bytes(csv_of(ROW | {"gezinsnummer": "12345"}))
    import_reports(door.ledger, tmp_path / "een.csv", "VT-201", NOW)
    for client in ("politie-kust", "zorg"):
        assert door.post(report(k_gezinsnummer="12345"), client=client)[0] == 201
        assert door.post(report(k_gezinsnummer="12345", registratienummer="PL-2"), client=client)[0] == 201
    with door.ledger.reading() as session:
        reports = Counter(session.exec(select(Report.case_id)))
        asked = select(Report.classification).where(Report.source == "ZORG-KUST").order_by(col(Report.id))
        classes = session.exec(asked).all()
    assert sorted(reports.values()) == [1, 2, 2]
    assert classes == ["first", "follow_up_during_assessment"]


def test_reports_without_a_family_number_are_a_case_each(door: Door) -> None:
    for number in ("PL-1", "PL-2", "PL-1"):
        door.post(report(k_gezinsnummer="-", registratienummer=number))
    assert Counter(one.case_id for one in door.reports()) == {1: 1, 2: 1}


def test_the_numbers_of_veilig_thuis_itself_are_its_own_at_every_door(
    region: Ledger, configured: Configure, tmp_path: Path
) -> None:
    (tmp_path / "een.csv").write_bytes(csv_of(ROW | {"gezinsnummer": "12345"}))
    import_reports(region, tmp_path / "een.csv", "VT-201", NOW)
    house = House(region, configured(FILE.replace("POL-KUST", "VT-KUST"), {"politie": KEY, "zorg": OTHER}), lambda: NOW)
    with served(receiver_app(house), http=Impatient) as url:
        assert Door(url, region).post(report(k_gezinsnummer="12345"))[0] == 201
    with region.reading() as session:
        assert session.exec(select(Report.case_id)).all() == [1, 1]


def test_a_member_whose_letter_is_somebody_elses_joins_as_the_next_and_the_intake_shows_it(door: Door) -> None:
    door.post(report())  # A is an adult of 1985, B a child
    child = {"sleutel": "A", "rol": "kind", "geboortejaar": 2016}
    for number in ("PL-2", "PL-3"):
        assert door.post(report(registratienummer=number, k_gezinsleden=[child]))[0] == 201
    with door.ledger.reading() as session:
        found = session.exec(select(Person.key, Person.role, Person.birth_year, Person.told_as)).all()
        told = session.exec(select(Audit.details).where(Audit.act == "gezinslid-andere-letter")).all()
        intake = session.exec(select(Step.id).where(Step.subject == "2")).one()
    assert found == [("A", "adult", 1985, ""), ("B", "child", None, ""), ("C", "child", 2016, "A")]
    assert told == [{"key": "C", "report": 2}]
    asked = {question.name: question.title for question in read_form(door.ledger, intake, NOW).questions}
    assert asked["letter_C"] == "Kind C (10 jaar) heet in een melding A; hier is A een ander"


def test_of_sixteen_copies_at_once_one_is_recorded(door: Door) -> None:
    tokens = [door.token() for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda token: door.post(report(), token), tokens))
    assert Counter(status for status, _ in answers) == {201: 1, 200: 15}
    assert len({json.dumps(said) for _, said in answers}) == 1
    assert len(door.reports()) == 1


def people(value: object = "x") -> dict[str, Any]:
    return {
        "natuurlijkPersoon": {
            "burgerservicenummer": BSN,
            "naam": {"geslachtsnaam": NAME},
            "adres": {"soortAdres": "02", "straatAdres": {"straatnaam": "Kwetterlaan", "huisnummer": 1}},
        }
    } | ({} if value == "x" else {"extra": value})


PERSONAL: dict[str, tuple[dict[str, Any], str]] = {
    "a person as the document has it": (people(), "KR-PRIVACY"),
    "a person without a number": ({"natuurlijkPersoon": {"naam": {"geslachtsnaam": NAME}}}, "KR-DEUR-PERSOON"),
    "an empty person": ({"natuurlijkPersoon": {}}, "KR-DEUR-PERSOON"),
    "no person at all": ({"natuurlijkPersoon": None, "x": 1}, "KR-DEUR-VELDEN"),
    "an incident": ({"incident": {"omschrijving": NAME}}, "KR-DEUR-PERSOON"),
    "a request": ({"verzoek": "graag bellen"}, "KR-DEUR-PERSOON"),
    "more": ({"overigeInformatie": {"omschrijving": NAME}}, "KR-DEUR-PERSOON"),
    "a story": ({"zorgelijkeSituatie": {"situatieSchets": "moeder is bang"}}, "KR-DEUR-PERSOON"),
    "a description": ({"zorgelijkeSituatie": {"nadereOmschrijving": "x"}}, "KR-DEUR-PERSOON"),
    "a long text": ({"k_gezinsnummer": "x" * 201}, "KR-DEUR-PERSOON"),
    "a number as the number": ({"registratienummer": BSN}, "KR-PRIVACY"),
    "a number as a number": ({"registratienummer": int(BSN)}, "KR-PRIVACY"),
    "a number in another field": ({"k_gezinsnummer": f"BSN{BSN}"}, "KR-PRIVACY"),
    "a number as a name": ({BSN: 1}, "KR-PRIVACY"),
    "a number deep down": ({"k_x": [[{"y": [BSN]}]]}, "KR-PRIVACY"),
    "a phone": ({"k_telefoon": PHONE}, "KR-PRIVACY"),
    "a mail address": ({"k_wijk": MAIL}, "KR-PRIVACY"),
    "a postcode": ({"k_wijk": POSTCODE}, "KR-PRIVACY"),
    "a date of birth": ({"k_geboren": BORN}, "KR-PRIVACY"),
    "a name in a field of its own": ({"naam": NAME}, "KR-DEUR-VELDEN"),
    "a name as a name": ({NAME: 1}, "KR-DEUR-VELDEN"),
    "a name in ours": ({"k_naam": NAME}, "KR-DEUR-VELDEN"),
    "a name of a member": ({"k_gezinsleden": [{"sleutel": "A", "rol": "kind", "naam": NAME}]}, "KR-DEUR-VELDEN"),
    "a name as a role": ({"k_gezinsleden": [{"sleutel": "A", "rol": NAME}]}, "KR-DEUR-VELDEN"),
    "a name with a space": ({"k_gezinsnummer": f"fam {NAME}"}, "KR-DEUR-VELDEN"),
}


@pytest.mark.parametrize("what", PERSONAL)
def test_what_names_somebody_is_refused_whole_and_told_nowhere(
    what: str, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("ketenregie", "uvicorn", "fastapi", "asyncio", "sqlalchemy"):
        caplog.set_level(logging.DEBUG, logger=name)
    changes, code = PERSONAL[what]
    before = door.counts()
    status, said = door.post(report(**changes))
    assert (status, said["code"]) == (422, code)
    assert said.keys() == {"code", "title", "status", "detail", "instance"}
    assert door.counts() == before
    told = json.dumps(said) + caplog.text + json.dumps(_everything(door.ledger), default=str)
    for canary in (BSN, PHONE, MAIL, POSTCODE, BORN, NAME, "Kwetterlaan", "moeder", "BCDFGHJK"):
        assert canary not in told


def _everything(ledger: Ledger) -> list[Any]:
    with ledger.reading() as session:
        return [row.model_dump() for table in LEDGER for row in session.exec(select(table)).all()]


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "no number": ({"registratienummer": None}, "registratienummer"),
    "no moment": ({"datumTijd": None}, "datumTijd"),
    "no offset": ({"datumTijd": "2026-04-20T22:05:00"}, "datumTijd"),
    "a number as moment": ({"datumTijd": 1776715500}, "datumTijd"),
    "no such day": ({"datumTijd": "2026-02-30T22:05:00Z"}, "datumTijd"),
    "the future": ({"datumTijd": "2026-04-20T20:10:01Z"}, "datumTijd"),
    "another century": ({"datumTijd": "1926-04-20T20:10:01Z"}, "datumTijd"),
    "another domain": ({"soort": "ZVH"}, "soort"),
    "feedback as text": ({"terugkoppelingGewenst": "ja"}, "terugkoppelingGewenst"),
    "no extension": ({"ketenregie": None}, "ketenregie"),
    "a household that is no code": ({"k_gezinsnummer": "-12"}, "ketenregie.gezinsnummer"),
    "no members": ({"k_gezinsleden": []}, "ketenregie.gezinsleden"),
    "one letter twice": ({"k_gezinsleden": [{"sleutel": "A", "rol": "kind"}] * 2}, "ketenregie.gezinsleden"),
    "a child of forty": (
        {"k_gezinsleden": [{"sleutel": "A", "rol": "kind", "geboortejaar": 1986}]},
        "ketenregie.gezinsleden",
    ),
    "a role of another tongue": (
        {"k_gezinsleden": [{"sleutel": "A", "rol": "child"}]},
        "ketenregie.gezinsleden, ketenregie.gezinsleden.rol",
    ),
    "a norm of six": ({"k_meldnorm": 6}, "ketenregie.meldnorm"),
    "acute as a number": ({"k_mogelijkAcuut": 1}, "ketenregie.mogelijkAcuut"),
    "one question": (
        {"zorgelijkeSituatie": {"vraagAntwoord": [{"vraag": "VT-001", "antwoord": "ja"}]}},
        "zorgelijkeSituatie.vraagAntwoord",
    ),
    "one question twice": (
        {"zorgelijkeSituatie": {"vraagAntwoord": [{"vraag": "VT-001", "antwoord": "ja"}] * 2}},
        "zorgelijkeSituatie",
    ),
    "two at once": ({"soort": "NAZ", "datumTijd": "gisteren"}, "datumTijd, soort"),
}


@pytest.mark.parametrize("what", FIELDS)
def test_what_is_missing_or_wrong_is_told_by_our_own_names_only(what: str, door: Door) -> None:
    changes, fields = FIELDS[what]
    before = door.counts()
    status, said = door.post(report(**changes))
    assert (status, said["code"]) == (422, "KR-DEUR-VELDEN")
    assert said["title"] == f"De melding mist velden, of deze velden kloppen niet: {fields}."
    assert door.counts() == before


def test_a_municipality_that_the_region_does_not_know_is_refused(door: Door) -> None:
    status, said = door.post(report(k_gemeente="ELDERS"))
    assert (status, said["code"], door.reports()) == (422, "KR-GEMEENTE-ONBEKEND", [])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nee",
        b'{"a": NaN}',
        b'{"registratienummer": "1", "registratienummer": "2"}',
        b"[" * 60_000,
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
        b'{"registratienummer": "\xff"}',
        b'{"registratienummer": "\\ud800"}',
        b"9" * 60_000,
    ],
)
def test_what_is_no_json_is_refused(door: Door, raw: bytes) -> None:
    status, said = door.post(raw)
    assert (status, said["code"]) in ((400, "KR-DEUR-VERZOEK"), (422, "KR-DEUR-PERSOON"))


@pytest.mark.parametrize("content", [[], "x", 1, None, True, [report()], {}])
def test_json_that_is_no_report_is_refused(door: Door, content: Any) -> None:
    assert door.post(content)[0] == 422


def test_a_body_beyond_the_bound_is_not_read(door: Door) -> None:
    assert door.post(b" " * (64 * 1024 + 1))[0] == 413
    assert door.post({"k": ["a"] * 5_000})[0] == 422


def test_two_hundred_forged_stale_or_repeated_tokens_come_to_nothing(
    door: Door, record_property: Callable[[str, object], None]
) -> None:
    chance, told = tier.chance("reporters"), Counter[str]()
    used = [door.token() for _ in range(10)]
    assert {door.post(report(), token)[0] for token in used} == {201, 200}
    before = door.counts()
    old = int((NOW - timedelta(minutes=7)).timestamp())
    for _ in range(tier.scaled(200, 2_000)):
        good = door.token()
        place = chance.randrange(len(good) - 1)
        forged = {
            "used": chance.choice(used),
            "other key": door.token(key=OTHER),
            "other client": door.token("zorg"),
            "unknown client": door.token(f"x{chance.random()}"),
            "old": door.token(iat=old - chance.randrange(10_000)),
            "changed": good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :],
            "none": jwt.encode({"client_id": "politie-kust", "iat": int(NOW.timestamp())}, "", algorithm="none"),
        }
        kind = chance.choice(list(forged))
        assert door.post(report(registratienummer="PL-X"), forged[kind])[0] == 401, kind
        told[kind] += 1
    assert door.counts() == before
    record_property("said", f"forged tokens at the door of reports: {dict(told)}")


def test_without_a_client_in_the_file_there_is_no_such_door(region: Ledger, configured: Configure) -> None:
    house = House(region, configured('[[reporters]]\nsource = "POL-KUST"\n', {}), lambda: NOW)
    with served(receiver_app(house), http=Impatient) as url:
        assert Door(url, region).post(report())[0] == 404


def test_a_source_that_the_region_does_not_know_is_our_own_fault(region: Ledger, configured: Configure) -> None:
    text = FILE.replace("POL-KUST", "POL-ELDERS")
    house = House(region, configured(text, {"politie": KEY, "zorg": OTHER}), lambda: NOW)
    with served(receiver_app(house), http=Impatient) as url:
        status, said = Door(url, region).post(report())
    assert (status, said["code"]) == (503, "KR-DEUR-STORING")
