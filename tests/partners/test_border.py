"""A hand-over crosses the border: offered here, made there, answered there, recorded here."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from integrations.handover import Standing
from integrations.handover_doors import opened
from integrations.handover_systems import systems
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Audit
from tasks.read_handover import Heard, read_handover_at
from tests.chain import Chain
from tests.partners.border import LOCAL, NOTIFIED, PEERS, SECRETS, THEIRS, Border, at_the_border, installed
from tests.partners.judged import needs_specs
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs


@pytest.fixture(params=sorted(PEERS))
def border(request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path) -> Iterator[Border]:
    """Tue 2 Jun 10:00: a hand-over is offered to a local team with a system of its own."""
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    offered(chain)
    with at_the_border(chain, PEERS[request.param](), tmp_path) as both:
        yield both
        assert both.peer.judged.violations == []
        assert both.peer.doubled() == []


def handed_over(border: Border) -> None:
    """Sight on safety has moved, and the next steps are open."""
    assert border.chain.case.sight == LOCAL
    assert {"local_start", "one_plan"} <= set(border.chain.open_words())
    assert border.offer.state == OfferState.ACCEPTED


def test_accepted_there_moves_sight_on_safety_here_when_they_notify(border: Border) -> None:
    assert border.offer.state == OfferState.PLANNED
    border.rounds()
    assert border.offer.state == OfferState.DELIVERED
    assert border.chain.case.sight == "VT-KUST", "delivered is not accepted"
    border.peer.accept(border.offer.number)
    heard = read_handover_at(
        border.chain.ledger, border.peer.remote(border.offer.number), border.chain.at("2026-06-04T09:00").now
    )
    assert heard is Heard.ACCEPTED
    handed_over(border)


def test_a_notification_to_the_receiver_moves_sight_on_safety_within_two_rounds(border: Border, tmp_path: Path) -> None:
    border.rounds()
    border.peer.accept(border.offer.number)
    border.chain.at("2026-06-04T09:00")
    more = (tmp_path / "partners.toml").read_text(encoding="utf-8")
    with installed(tmp_path, NOTIFIED + more), receiving(border.chain.ledger) as url:
        for token in ("wrong", THEIRS, THEIRS):
            answer = httpx.post(
                f"{url}/notificaties/nrc",
                json=changed(border.peer.remote(border.offer.number)),
                headers={"Authorization": f"Bearer {token}"},
                trust_env=False,
                timeout=60,
            )
            assert answer.status_code == (204 if token == THEIRS else 401)
    assert border.chain.case.sight == "VT-KUST", "a notification is never believed, only followed"
    border.rounds()
    handed_over(border)
    assert border.acts("overdracht-beantwoord") == 1


@contextmanager
def receiving(ledger: Ledger) -> Iterator[str]:
    """A real receiver, in a process of its own; its address."""
    command = [sys.executable, "-m", "deployments", "receive", "--port", "0", "--database", str(ledger.url)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as child:
        assert child.stdout is not None
        try:
            found = re.search(r"http://[\d.:]+\d", child.stdout.readline())
            assert found is not None
            yield found.group()
        finally:
            child.terminate()


def changed(remote: str) -> dict[str, object]:
    """What a Notificaties API tells: that something changed at this address."""
    about = {"kanaal": "zaken", "hoofdObject": remote, "resource": "status", "resourceUrl": remote, "actie": "create"}
    return about | {"aanmaakdatum": "2026-06-03T09:00:00Z", "kenmerken": {}}


def test_a_lost_notification_is_found_by_the_daily_poll(border: Border) -> None:
    border.rounds()
    border.peer.accept(border.offer.number)
    assert border.rounds("2026-06-03T20:00") == [], "nothing is read without a reason"
    assert border.daily("2026-06-04T05:10")
    handed_over(border)
    assert border.daily("2026-06-05T05:10") == []
    assert border.acts("overdracht-beantwoord") == 1


def test_refused_there_starts_the_ladder_and_a_new_offer_has_a_new_number(border: Border) -> None:
    border.rounds()
    first = border.offer.number
    border.peer.refuse(first)
    border.daily("2026-06-03T05:10")
    assert border.offer.state == OfferState.REFUSED
    assert border.chain.step("warm_handover").stalled_at == border.chain.now
    assert border.chain.case.sight == "VT-KUST"
    border.chain.record("warm_handover", "VT-201", "2026-06-03T11:00", offer="yes", safe_contact_known="yes")
    border.rounds()
    assert [offer.state for offer in border.offers()] == [OfferState.REFUSED, OfferState.DELIVERED]
    assert border.offer.number == f"{first[:-2]}.2"
    assert not border.peer.withdrawn(first), "what they refused needs no taking back"
    border.peer.accept(border.offer.number)
    border.daily("2026-06-04T05:10")
    handed_over(border)


def test_withdrawn_by_veilig_thuis_is_taken_back_there(border: Border) -> None:
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.rounds()
    assert border.peer.withdrawn(border.offer.number)
    assert border.offer.state == OfferState.WITHDRAWN
    assert border.rounds() == []


def test_accepted_through_our_own_form_leaves_theirs_as_it_is(border: Border) -> None:
    border.rounds()
    before = len(border.peer.judged.exchanges)
    given = {"talk_on": "2026-06-02", "takes_R1": "yes", "outcome": "accepted"}
    border.chain.record("warm_handover", "WT-201", **given)
    border.rounds()
    assert border.offer.state == OfferState.ACCEPTED
    assert reason_of(border) == "hier-aanvaard"
    assert not border.peer.withdrawn(border.offer.number)
    assert len(border.peer.judged.exchanges) == before
    assert border.daily("2026-06-04T05:10") == []


def test_refused_through_our_own_form_is_refused_there_in_the_agreed_word(border: Border) -> None:
    border.rounds()
    border.chain.record("warm_handover", "WT-201", outcome="refused", refusal_reason="capacity")
    border.rounds()
    assert border.offer.state == OfferState.REFUSED
    assert reason_of(border) == "hier-geweigerd"
    assert not border.peer.withdrawn(border.offer.number)
    with opened(systems()[LOCAL]) as there:
        assert there.read(border.offer.remote).standing is Standing.REFUSED
    assert border.rounds() == []


def reason_of(border: Border) -> object:
    """Why the last hand-over was settled without a word of theirs."""
    with border.chain.ledger.reading() as session:
        told = session.exec(select(Audit.details).where(Audit.act == "overdracht-beantwoord")).all()
    return told[-1]["reden"]


def test_accepted_there_and_taken_back_here_becomes_a_task_for_people(border: Border) -> None:
    border.rounds()
    border.peer.accept(border.offer.number)
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.rounds()
    assert not border.peer.withdrawn(border.offer.number)
    assert (border.offer.state, border.offer.reason) == (OfferState.FAILED, "daar-aanvaard")
    assert border.acts("bericht-mislukt") == 1
    assert border.rounds() == []


def test_an_offer_that_never_left_is_struck_out_without_asking_them(border: Border) -> None:
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.rounds()
    assert border.offer.state == OfferState.WITHDRAWN
    assert border.peer.judged.exchanges == []


def test_an_acceptance_without_the_talk_with_the_family_waits_for_it(border: Border) -> None:
    border.rounds()
    border.peer.accept(border.offer.number, talk_on="")
    border.daily("2026-06-03T05:10")
    assert (border.offer.state, border.offer.refused) == (OfferState.DELIVERED, "KR-ONVOLLEDIG")
    assert border.chain.case.sight == "VT-KUST"
    before = border.chain.written()
    border.daily("2026-06-04T05:10")
    assert border.acts("overdracht-teruggestuurd") == 1
    assert border.chain.written() == before, "held against the gates again only when something changed"
    border.chain.record("warm_handover", "WT-201", "2026-06-04T10:00", talk_on="2026-06-04")
    border.daily("2026-06-05T05:10")
    handed_over(border)


def test_a_day_that_lies_ahead_is_right_once_it_has_come(border: Border) -> None:
    border.rounds()
    border.peer.accept(border.offer.number, talk_on="2026-06-05")
    border.daily("2026-06-04T05:10")
    assert border.offer.refused == "KR-DATUM-TOEKOMST"
    border.daily("2026-06-05T05:10")
    handed_over(border)


def test_nothing_of_the_exchange_gets_into_a_log_or_the_trail(border: Border, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    border.rounds()
    border.peer.accept(border.offer.number)
    border.cutter.arm("answered", 40)
    border.daily("2026-06-04T05:10")
    border.daily("2026-06-05T05:10")
    handed_over(border)
    with border.chain.ledger.reading() as session:
        trail = " ".join(str(details) for details in session.exec(select(Audit.details)))
    for text in (caplog.text, trail):
        assert [word for word in ("127.0.0.1", *SECRETS.values(), "eyJ") if word in text] == []
    assert border.offer.number not in caplog.text
