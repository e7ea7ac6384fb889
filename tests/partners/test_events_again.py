"""What a subscriber missed is listed and offered again, by hand, under the same ids, on both databases."""

import pytest
from sqlmodel import select

from domain.delivery import LADDER
from domain.errors import RoleRefusal, StateRefusal, UnknownRefusal
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import Audit
from integrations.partners import partners
from tasks.examine_telling import examine_telling
from tasks.list_events import list_events
from tasks.retry_events import AGAIN, retry_events
from tasks.send_events import send_events
from tests.cli.trial import Done, call
from tests.ledger.conftest import dialect, ledger, ledger_url
from tests.messages.rows import NOW, later
from tests.partners.conftest import Configure
from tests.partners.events_standin import SubscriberStandin
from tests.partners.test_events import happen, rows, subscribe

__all__ = ["dialect", "ledger", "ledger_url"]
STANDIN = SubscriberStandin
LATE = later(days=30)


@pytest.fixture
def standin(
    standin: SubscriberStandin, configured: Configure, ledger: Ledger, played: tuple[object, str]
) -> SubscriberStandin:
    """The only subscriber of an installation, which has heard nothing yet."""
    subscribe(configured, ledger, played[1])
    return standin


def missed(ledger: Ledger, standin: SubscriberStandin, *acts: str) -> list[int]:
    """These happen and are given up; their numbers in the trail."""
    before, moment = len(rows(ledger)), NOW
    happen(ledger, *acts)
    standin.always = "lost"
    for wait in (*LADDER, LADDER[0]):
        send_events(ledger, moment)
        moment += wait
    standin.always = ""
    found = rows(ledger)[before:]
    assert {row.state for row in found} == {"permanent"}
    return [row.seq for row in found]


def again(ledger: Ledger, number: int | None = None, name: str = "register", by: str = "VT-101") -> int:
    return retry_events(ledger, name, by, number=number, door="opdracht", now=LATE)


def test_what_was_given_up_is_heard_after_all_under_the_same_id(ledger: Ledger, standin: SubscriberStandin) -> None:
    missed(ledger, standin, "stap-geopend", "stap-afgerond")
    ids = standin.ids()
    standin.heard.clear()
    [check] = examine_telling(ledger, partners(), LATE)
    assert "ketenregie events retry register" in check.next_step
    assert again(ledger) == 2
    assert send_events(ledger, LATE) == "gebeurtenissen voor register: 2 verstuurd"
    assert [one["id"] for one in standin.heard] == ids
    assert standin.wrong == []
    assert {(row.state, row.attempts, row.reason) for row in rows(ledger)} == {("sent", 1, "")}
    assert examine_telling(ledger, partners(), LATE) == []
    with ledger.reading() as session:
        [line] = session.exec(select(Audit).where(Audit.act == AGAIN)).all()
    assert (line.actor, line.details) == ("VT-101", {"abonnee": "register", "aantal": 2})


def test_one_of_them_can_be_offered_alone_and_given_up_once_more(ledger: Ledger, standin: SubscriberStandin) -> None:
    first, second = missed(ledger, standin, "stap-geopend", "stap-afgerond")
    assert again(ledger, second) == 1
    assert [row.state for row in rows(ledger)] == ["permanent", "planned"]
    standin.always, moment = "500", LATE
    for wait in (*LADDER, LADDER[0]):
        send_events(ledger, moment)
        moment += wait
    assert [(row.seq, row.state) for row in rows(ledger)] == [(first, "permanent"), (second, "permanent")]


def test_what_waits_for_its_next_try_goes_at_once(ledger: Ledger, standin: SubscriberStandin) -> None:
    happen(ledger, "stap-geopend")
    standin.weather.append("429")
    assert send_events(ledger, NOW).endswith("1 later opnieuw")
    assert retry_events(ledger, "register", "VT-101", door="opdracht", now=NOW) == 1
    assert send_events(ledger, NOW).endswith("1 verstuurd")


def test_what_cannot_be_offered_again_is_refused_and_changes_nothing(
    ledger: Ledger, standin: SubscriberStandin
) -> None:
    [number] = missed(ledger, standin, "stap-geopend")
    for given, kind, code in (
        ({"name": "ander"}, UnknownRefusal, "KR-ABONNEE-ONBEKEND"),
        ({"by": "VT-999"}, UnknownRefusal, "KR-CODE-ONBEKEND"),
        ({"by": "CM-101"}, RoleRefusal, "KR-ROL"),
        ({"number": number + 1}, StateRefusal, "KR-GEBEURTENIS-NIET-OPNIEUW"),
    ):
        with pytest.raises(kind) as refused:
            again(ledger, **given)
        assert refused.value.code == code
        assert [row.state for row in rows(ledger)] == ["permanent"]
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.exec(select(EventDelivery)).one().state = "claimed"
    with pytest.raises(StateRefusal):
        again(ledger)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.exec(select(EventDelivery)).one().state = "permanent"
    assert again(ledger) == 1
    send_events(ledger, LATE)
    with pytest.raises(StateRefusal):
        again(ledger)
    assert [row.state for row in rows(ledger)] == ["sent"]


def test_the_list_shows_what_is_not_sent_and_all_of_it_when_asked(ledger: Ledger, standin: SubscriberStandin) -> None:
    [number] = missed(ledger, standin, "stap-geopend")
    happen(ledger, "stap-afgerond")
    send_events(ledger, NOW)
    with ledger.reading() as session:
        assert [(line.number, line.state, line.reason) for line in list_events(session)] == [
            (number, "permanent", "http-500")
        ]
        assert [line.state for line in list_events(session, whole=True)] == ["sent", "permanent"]
        assert len(list_events(session, whole=True, limit=1)) == 1
        assert list_events(session, subscriber="ander", whole=True) == []


def run(ledger: Ledger, *words: str) -> Done:
    return call("events", *words, "--database", str(ledger.url))


def test_the_commands_list_and_retry(ledger: Ledger, standin: SubscriberStandin) -> None:
    [number] = missed(ledger, standin, "stap-geopend")
    [line] = run(ledger, "list", "--by", "VT-101", "--json").json["events"]
    assert (line["subscriber"], line["number"], line["kind"]) == ("register", number, "stap-geopend")
    shown = run(ledger, "list", "--subscriber", "register").out
    assert "niet bezorgd" in shown
    assert shown.endswith("1 gebeurtenis.\n")
    refused = run(ledger, "retry", "ander", "--by", "VT-101", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "KR-ABONNEE-ONBEKEND")
    assert run(ledger, "retry", "register", "--by", "VT-101", "--number", str(2**70)).status == 2
    told = run(ledger, "retry", "register", "--by", "VT-101", "--number", str(number))
    assert told.out == "De volgende ronde biedt 1 gebeurtenis opnieuw aan.\n"
    assert run(ledger, "list", "--json").json["events"][0]["state"] == "planned"
    with ledger.reading() as session:
        assert len(session.exec(select(Audit).where(Audit.act == "gebeurtenissen-ingezien")).all()) == 1
