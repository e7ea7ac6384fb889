"""The preflight of NotifyNL says what is wrong before a message finds out, in Dutch, and makes nothing."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.notifynl.preflight import preflight
from integrations.notifynl.receipt import receipt_of
from integrations.partners import NOBODY, Partners
from tasks.examine_telling import examine_telling
from tasks.note_receipt import UNKNOWN, Noted, note_receipt
from tests.messages.rows import NOW, later, plan, planned
from tests.partners.notifynl_rows import BY_MAIL, BY_SMS, config, secrets
from tests.partners.notifynl_standin import EMAIL_TEMPLATE, SECRET, NotifyNLStandin, notifynl


def wrong(url: str, **changed: object) -> list[tuple[str, str]]:
    """What is not right: what was looked at, and the advice."""
    return [(found.what, found.advice) for found in preflight(config(url, **changed)) if not found.good]


def test_a_good_set_up_has_six_good_findings_and_makes_nothing() -> None:
    with secrets(), notifynl() as (standin, url):
        found = preflight(config(url))
        assert [finding.good for finding in found] == [True] * 6
        assert (standin.taken, standin.wrong) == ([], [])


def _no_template(standin: NotifyNLStandin) -> None:
    standin.templates = []


def _other_variables(standin: NotifyNLStandin) -> None:
    standin.templates[0]["body"] = "Beste ((naam)), ((body))"


def _a_letter(standin: NotifyNLStandin) -> None:
    standin.templates[0]["type"] = "letter"


def _slow_clock(standin: NotifyNLStandin) -> None:
    standin.ahead = 90


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (_no_template, "Er is geen sjabloon van de soort email met dit nummer."),
        (_a_letter, "Er is geen sjabloon van de soort email met dit nummer."),
        (_other_variables, "Het sjabloon heeft precies deze variabelen: ((subject)) en ((body))."),
        (_slow_clock, "De klok scheelt"),
    ],
)
def test_each_fault_has_its_own_advice(change: Callable[[NotifyNLStandin], None], advice: str) -> None:
    with secrets(), notifynl() as (standin, url):
        change(standin)
        found = wrong(url, sms_template=None)
    assert len(found) == 1
    assert found[0][1].startswith(advice)


def test_a_key_that_is_wrong_missing_or_refused_is_told_without_showing_it() -> None:
    with secrets(notify="geen-sleutel"):
        assert "naam-dienst-geheim" in wrong("http://127.0.0.1:9/")[0][1]
    with secrets():
        assert "niet ingesteld" in wrong("http://127.0.0.1:9/", api_key="anders")[0][1]
        assert "niet ingesteld" in wrong("http://127.0.0.1:9/", callback_secret="anders")[0][1]
    refused = f"proef-{EMAIL_TEMPLATE}-{SECRET}"
    with secrets(notify=refused), notifynl() as (_, url):
        [(_, advice)] = wrong(url)
    assert "Controleer de sleutel" in advice
    assert SECRET not in advice


def test_a_service_that_is_not_there_and_no_way_back_are_told() -> None:
    with secrets():
        found = wrong("http://127.0.0.1:9/", callback_secret=None)
    assert [what for what, _ in found] == ["NotifyNL: bericht terug over de bezorging", "NotifyNL antwoordt"]


def test_channels_of_notifynl_that_nobody_can_use_are_told_by_their_number(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), people={"VT-101": {"channels": [BY_SMS, BY_MAIL]}, "VT-102": {"channels": [BY_SMS]}})
    url = "http://127.0.0.1:9/"
    for given, found in (
        (NOBODY, ["3 kanalen van NotifyNL, maar NotifyNL is niet ingesteld"]),
        (Partners(notifynl=config(url, sms_template=None)), ["2 kanalen voor sms, maar er is geen sms_template"]),
        (Partners(notifynl=config(url)), []),
    ):
        assert [check.found for check in examine_telling(ledger, given, NOW)] == found


def strangers(ledger: Ledger, now: datetime) -> list[tuple[str, str, str]]:
    """What the doctor says of receipts of messages that are not ours."""
    return [(check.verdict, check.found, check.next_step) for check in examine_telling(ledger, NOBODY, now)]


def test_the_doctor_tells_of_receipts_of_messages_we_do_not_know(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    assert strangers(ledger, NOW) == []
    for reference, moment in (("ZZZZ-ZZZZ.sms", NOW), ("jan@huis.example", later(minutes=90))):
        receipt = receipt_of(UUID(int=1), reference, "delivered")
        assert note_receipt(ledger, receipt, moment) is Noted.STRANGE
    found = "2 ontvangstberichten met een onbekend kenmerk, het laatste op di 21-04-2026 11:30"
    [(verdict, seen, advice)] = strangers(ledger, later(hours=2))
    assert (verdict, seen) == ("warn", found)
    assert "andere installatie" in advice
    assert strangers(ledger, later(days=8)) == [("ok", found, "")]


def test_a_count_of_before_the_moment_was_kept_is_told_too(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, UNKNOWN, "1")
    assert strangers(ledger, NOW) == [("ok", "1 ontvangstbericht met een onbekend kenmerk", "")]
