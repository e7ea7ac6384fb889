"""What a reporter's system did not hear is told again by hand, which ends a person's task; on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import select

from domain.errors import RoleRefusal, StateRefusal, UnknownRefusal
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import Audit, DeliveryState, Message
from tasks.failed_messages import failed_messages
from tasks.list_outcomes import list_outcomes
from tasks.retry_outcomes import AGAIN, RETRIED, retry_outcomes
from tasks.return_status_claim import WITHHELD
from tests.chain import Chain
from tests.cli.trial import Done, call
from tests.ledger.conftest import dialect, ledger, ledger_url
from tests.partners.conftest import Configure
from tests.partners.reporter_standin import KEY, ReporterStandin
from tests.partners.test_reporters_outcome import FILE, many, owed, rows, told

__all__ = ["dialect", "ledger", "ledger_url"]
STANDIN = ReporterStandin


@pytest.fixture
def chain(region: Ledger, configured: Configure, standin: ReporterStandin, played: tuple[object, str]) -> Chain:
    configured(FILE.format(url=played[1]), {"aan-politie": KEY})
    return Chain(region)


def again(chain: Chain, number: int | None = None, source: str = "pol-kust", by: str = "VT-201") -> int:
    return retry_outcomes(chain.ledger, source, by, number=number, door="opdracht", now=chain.now)


def lost(chain: Chain) -> int:
    with chain.ledger.reading() as session:
        return len(failed_messages(session))


def test_what_was_given_up_is_told_after_all_and_is_nobodys_task_any_more(
    chain: Chain, standin: ReporterStandin
) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    standin.weather.extend([422, 422])
    assert told(chain).endswith("2 niet te bezorgen")
    assert lost(chain) == 2
    assert again(chain) == 2
    assert lost(chain) == 0
    assert told(chain).startswith("uitkomstmeldingen: 2 verstuurd")
    assert standin.outcomes == {"P-1": "VT-02"}
    with chain.ledger.reading() as session:
        [line] = session.exec(select(Audit).where(Audit.act == AGAIN))
        handled = session.exec(select(Message).where(Message.rung == "OUTCOME")).all()
    assert (line.actor, line.details) == ("VT-201", {"bron": "POL-KUST", "aantal": 2})
    assert {(one.handled_by, one.handled_how) for one in handled} == {("VT-201", RETRIED)}


def test_what_is_given_up_again_is_a_task_again_and_the_worker_hears_again(
    chain: Chain, standin: ReporterStandin
) -> None:
    many(chain, ["VT-01-01"])
    for times in (1, 2, 3):
        standin.weather.append(422)
        assert told(chain).endswith("1 niet te bezorgen")
        assert lost(chain) == 1
        with chain.ledger.reading() as session:
            assert len(session.exec(select(Message).where(Message.rung == "OUTCOME_FAILED")).all()) == times
        assert again(chain) == 1
    told(chain)
    assert lost(chain) == 0


def test_one_of_them_can_be_told_alone(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01"])
    owed(chain, chain.report(household="H-2").report_id, ["VT-01-03"])
    standin.weather.extend([422, 422])
    told(chain)
    assert again(chain, number=2) == 1
    assert lost(chain) == 1
    told(chain)
    assert standin.outcomes == {"P-2": "VT-01-03"}


def test_a_system_that_asked_for_rest_is_asked_at_once_when_somebody_says_so(
    chain: Chain, standin: ReporterStandin
) -> None:
    many(chain, ["VT-01-01"])
    standin.weather.append(503)
    standin.retry_after = "3600"
    told(chain)
    assert told(chain, timedelta(minutes=2)) == ""
    assert again(chain) == 1
    assert told(chain).startswith("uitkomstmeldingen: 1 verstuurd")


def test_nothing_goes_back_to_an_older_status_or_to_who_hears_nothing(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01", "VT-02"])
    standin.weather.append(422)
    told(chain)
    assert standin.outcomes == {"P-1": "VT-02"}
    with pytest.raises(StateRefusal):
        again(chain)
    owed(chain, chain.report(household="H-2").report_id, ["VT-01-03"])
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        row = work.session.exec(select(StatusReturn).where(StatusReturn.status == "VT-01-03")).one()
        row.state, row.reason = DeliveryState.PERMANENT, WITHHELD
    with pytest.raises(StateRefusal):
        again(chain)
    assert told(chain) == ""


def test_what_cannot_be_told_again_is_refused_and_changes_nothing(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01"])
    standin.weather.append(422)
    told(chain)
    for given, kind, code in (
        ({"source": "ander"}, UnknownRefusal, "KR-MELDER-ONBEKEND"),
        ({"by": "VT-999"}, UnknownRefusal, "KR-CODE-ONBEKEND"),
        ({"by": "CM-001"}, RoleRefusal, "KR-ROL"),
        ({"number": 9}, StateRefusal, "KR-UITKOMST-NIET-OPNIEUW"),
    ):
        with pytest.raises(kind) as refused:
            again(chain, **given)
        assert refused.value.code == code
        assert rows(chain)[0][2] == "permanent"
    assert lost(chain) == 1


def run(chain: Chain, *words: str) -> Done:
    return call("outcomes", *words, "--database", str(chain.ledger.url))


def test_the_commands_list_and_retry(chain: Chain, standin: ReporterStandin) -> None:
    many(chain, ["VT-01-01"])
    owed(chain, chain.report(household="H-2").report_id, ["VT-01-03"])
    standin.weather.append(422)
    told(chain)
    [line] = run(chain, "list", "--by", "VT-201", "--json").json["outcomes"]
    assert (line["source"], line["number"], line["status"], line["reason"]) == ("POL-KUST", 1, "VT-01-01", "http-422")
    assert "P-1" not in run(chain, "list").all
    shown = run(chain, "list", "--source", "pol-kust").out
    assert "niet bezorgd" in shown
    assert shown.endswith("1 uitkomstmelding.\n")
    refused = run(chain, "retry", "ander", "--by", "VT-201", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (1, "KR-MELDER-ONBEKEND")
    done = run(chain, "retry", "POL-KUST", "--by", "VT-201", "--number", "1")
    assert done.out == "De volgende ronde vertelt 1 uitkomstmelding opnieuw.\n"
    assert [one["state"] for one in run(chain, "list", "--all", "--json").json["outcomes"]] == ["sent", "planned"]
    with chain.ledger.reading() as session:
        assert len(list_outcomes(session, whole=True, limit=1)) == 1
        assert list_outcomes(session, source="ander", whole=True) == []
