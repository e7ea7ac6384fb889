"""Sending by NotifyNL: once, known when in doubt, and every answer of it a verdict without anybody's address."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.messages import URGENT, Count, Rendered, render_counts, repeated
from domain.short_text import LONGEST, NUMBERS, gsm_length, short_text
from integrations.mail import Verdict
from integrations.notifynl.addresses import parse_channel
from integrations.notifynl.key import parse_key
from integrations.notifynl.sender import until_tomorrow
from integrations.notifynl.statuses import FATES
from integrations.region_file import parse_region
from integrations.verdict import Result
from tests.partners.notifynl_rows import BY_MAIL, BY_SMS, HOME, NUMBER, secrets, sender
from tests.partners.notifynl_standin import KEY, SECRET, SERVICE, NotifyNLStandin, notifynl

REFERENCE = "BKXF-TRQW"
Send = Callable[[str], Result]


@pytest.fixture(scope="module")
def _played() -> Iterator[tuple[NotifyNLStandin, str]]:
    with secrets(), notifynl() as found:
        yield found


@pytest.fixture
def standin(_played: tuple[NotifyNLStandin, str]) -> NotifyNLStandin:
    """The stand-in as it was when it was made."""
    fresh = NotifyNLStandin()
    vars(_played[0]).update({key: value for key, value in vars(fresh).items() if key != "_app"})
    return _played[0]


@pytest.fixture
def send(_played: tuple[NotifyNLStandin, str]) -> Send:
    """Send one message over this channel."""
    given = sender(_played[1])
    return lambda channel: given.send(channel, f"Taak VB [{REFERENCE}]", f"Kenmerk: {REFERENCE}", REFERENCE)


def test_a_mail_and_an_sms_go_by_template_with_our_own_variables_only(standin: NotifyNLStandin, send: Send) -> None:
    mail, sms = send(BY_MAIL), send(BY_SMS)
    assert (mail.verdict, sms.verdict) == (Verdict.SENT, Verdict.SENT)
    assert [one["id"] for one in standin.taken] == [mail.remote, sms.remote]
    assert [one["reference"] for one in standin.taken] == [f"{REFERENCE}.email", f"{REFERENCE}.sms"]
    assert (standin.taken[0]["subject"], standin.taken[0]["body"]) == (
        f"Taak VB [{REFERENCE}]",
        f"Kenmerk: {REFERENCE}",
    )
    assert standin.taken[1]["body"] == f"Er staat een taak klaar. Log in. {HOME} Kenmerk {REFERENCE}"
    assert standin.taken[1]["phone_number"] == NUMBER
    assert standin.wrong == []


def test_what_was_sent_before_under_this_reference_is_found_and_not_sent_again(
    standin: NotifyNLStandin, send: Send
) -> None:
    assert send(BY_MAIL) == send(BY_MAIL)
    assert len(standin.taken) == 1
    assert standin.asked == ["GET", "POST email", "GET"]


def test_two_addresses_of_one_person_are_two_notifications(standin: NotifyNLStandin, send: Send) -> None:
    assert send(BY_SMS).remote != send("notifynl:sms:+31687654321").remote
    assert len(standin.taken) == 2


@pytest.mark.parametrize("befalls", ["hang", "cut", "html", "broken", "nameless", "failing"])
def test_an_answer_that_got_lost_is_found_by_the_reference_and_nothing_is_doubled(
    standin: NotifyNLStandin, send: Send, befalls: str
) -> None:
    standin.weather.append(befalls)
    assert send(BY_SMS) == Result(Verdict.SENT, remote=standin.taken[0]["id"])
    assert len(standin.taken) == 1


def test_when_looking_fails_too_it_is_in_doubt_and_the_next_try_finds_it(standin: NotifyNLStandin, send: Send) -> None:
    standin.weather.append("failing")
    standin.looks.extend(["", "500"])
    doubt = send(BY_MAIL)
    assert (doubt.verdict, doubt.reason, doubt.looks) == (Verdict.INDEFINITE, "http-500", True)
    assert send(BY_MAIL).remote == standin.taken[0]["id"]
    assert len(standin.taken) == 1


def test_nothing_leaves_when_looking_is_not_possible(standin: NotifyNLStandin, send: Send) -> None:
    for befalls in ("500", "503", "rate", "elsewhere", "404"):
        standin.looks.append(befalls)
        assert send(BY_MAIL).verdict is Verdict.TEMPORARY
    assert standin.taken == []


@pytest.mark.parametrize(
    ("befalls", "verdict", "reason"),
    [
        ("400", Verdict.TEMPORARY, "relay-http-400"),
        ("invalid", Verdict.PERMANENT, "notifynl-ongeldig"),
        ("401", Verdict.TEMPORARY, "relay-http-401"),
        ("403", Verdict.TEMPORARY, "relay-http-403"),
        ("404", Verdict.TEMPORARY, "relay-http-404"),
        ("409", Verdict.TEMPORARY, "relay-http-409"),
        ("412", Verdict.TEMPORARY, "relay-http-412"),
        ("rate", Verdict.TEMPORARY, "relay-http-429"),
        ("day", Verdict.TEMPORARY, "relay-daglimiet"),
        ("500", Verdict.INDEFINITE, "http-500"),
        ("503", Verdict.TEMPORARY, "http-503"),
        ("elsewhere", Verdict.TEMPORARY, "relay-omgeleid"),
    ],
)
def test_every_refusal_is_a_verdict_with_a_reason(
    standin: NotifyNLStandin, send: Send, befalls: str, verdict: Verdict, reason: str
) -> None:
    standin.weather.append(befalls)
    found = send(BY_SMS)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert standin.taken == []
    assert found.wait == (77 if befalls == "rate" else found.wait)
    assert befalls != "day" or 60 <= found.wait <= 24 * 3600 + 61


def test_the_limit_of_a_day_is_over_at_midnight_in_utc() -> None:
    late = datetime(2026, 4, 21, 23, 59, tzinfo=UTC)
    assert until_tomorrow(late) == 120
    assert until_tomorrow(late + timedelta(minutes=1)) == 24 * 3600 + 60


@pytest.mark.parametrize("status", [*FATES, "een-status-die-nog-niet-bestaat"])
def test_every_published_status_of_what_was_found_is_a_verdict(
    standin: NotifyNLStandin, send: Send, status: str
) -> None:
    first = send(BY_MAIL)
    standin.set(status)
    again = send(BY_MAIL)
    lost = status.endswith(("failure", "failed", "letter")) or status == "cancelled"
    if status == "temporary-failure":  # it surely did not arrive, so it goes again
        assert (again.verdict, len(standin.taken)) == (Verdict.SENT, 2)
        assert again.remote != first.remote
        assert send(BY_MAIL) == again
    else:
        assert (again.verdict, len(standin.taken)) == (Verdict.PERMANENT if lost else Verdict.SENT, 1)
        assert again.reason == (f"notifynl-{status}" if lost else "")
        assert again.remote == first.remote


def test_there_are_sixteen_published_statuses() -> None:
    assert len(FATES) == 16


@pytest.mark.parametrize("ahead", [-3600.0, -40.0, 40.0, 86_400.0])
def test_a_clock_that_differs_costs_one_question_more_and_no_message(
    standin: NotifyNLStandin, send: Send, ahead: float
) -> None:
    standin.ahead = ahead
    assert send(BY_SMS).verdict is Verdict.SENT
    assert standin.asked == ["GET", "GET", "POST sms", "POST sms"]
    assert len(standin.taken) == 1


def test_a_service_that_is_not_there_leaves_everything_waiting() -> None:
    with secrets():
        found = sender("http://127.0.0.1:9/").send(BY_SMS, "Taak", "Tekst", REFERENCE)
    assert (found.verdict, found.route_down) == (Verdict.TEMPORARY, True)


@pytest.mark.parametrize(
    ("key", "changed"), [("geen-sleutel", {}), ("", {}), (KEY, {"sms_template": None}), (KEY, {"api_key": "andere"})]
)
def test_a_set_up_that_is_not_right_leaves_everything_waiting(
    standin: NotifyNLStandin, key: str, changed: dict[str, object]
) -> None:
    with secrets(notify=key):
        found = sender("http://127.0.0.1:9/", **changed).send(BY_SMS, "Taak", "Tekst", REFERENCE)
    assert found == Result(Verdict.TEMPORARY, "relay-notifynl-instelling")


def test_a_key_is_taken_apart_from_the_end() -> None:
    key = parse_key(KEY)
    assert (key.service, key.secret) == (SERVICE, SECRET)
    assert SECRET not in repr(key)


@pytest.mark.parametrize(
    ("channel", "found"),
    [
        ("notifynl:sms:0612345678", "notifynl:sms:+31612345678"),
        ("notifynl:sms:06-1234 5678", "notifynl:sms:+31612345678"),
        ("notifynl:sms:0031612345678", "notifynl:sms:+31612345678"),
        ("notifynl:sms:+32470123456", "notifynl:sms:+32470123456"),
        ("notifynl:email:vt-101@werk.example", "notifynl:email:vt-101@werk.example"),
        ("notifynl:sms:0201234567", None),
        ("notifynl:sms:112", None),
        ("notifynl:sms:", None),
        ("notifynl:email:geen-adres", None),
        ("notifynl:email:a@b@c.example", None),
        ("notifynl:brief:Dorpsstraat", None),
        ("mail:vt-101@werk.example", None),
    ],
)
def test_a_channel_of_notifynl_is_right_or_refused(channel: str, found: str | None) -> None:
    address = parse_channel(channel)
    assert (address.channel if address else None) == found


def region(channel: str) -> str:
    return f"""
name = "R"
organisations = [{{code = "VT", kind = "veilig_thuis", title = "VT"}}]
teams = [{{code = "VT-1", title = "T", organisation = "VT"}}]
municipalities = []
professionals = [{{code = "VT-101", team = "VT-1", roles = ["vt_worker"], channels = ["{channel}"]}}]
"""


def test_the_region_file_keeps_a_number_in_its_international_form_and_refuses_another_without_repeating_it() -> None:
    assert parse_region(region("notifynl:sms:06 12345678")).professionals[0].channels == (BY_SMS,)
    twice = region('notifynl:sms:06 12345678", "notifynl:sms:+31612345678')
    assert parse_region(twice).professionals[0].channels == (BY_SMS,)
    with pytest.raises(Exception, match="KR-REGIO") as refused:
        parse_region(region("notifynl:sms:0201234567"))
    assert "professionals" in str(refused.value)
    assert "0201234567" not in str(refused.value)


def test_the_sms_fits_in_one_and_tells_nothing_of_a_case() -> None:
    urgent = repeated(Rendered(f"{URGENT} [{REFERENCE}]", f"{URGENT}.\nhttps://x.example\n"))
    text = short_text(urgent, home=HOME, bundle_reference=REFERENCE)
    assert text == f"{URGENT}. Log in. {HOME} Kan een herhaling zijn. Kenmerk {REFERENCE}"
    numbers = render_counts([Count("VB", "Meerdorp", "12")], bundle_reference=REFERENCE, sent_to_title="Stuurgroep")
    assert short_text(numbers, home=HOME, bundle_reference=REFERENCE) == f"{NUMBERS} Kenmerk {REFERENCE}"
    long_home = f"https://{'k' * 100}.example.org"
    assert short_text(urgent, home=long_home, bundle_reference=REFERENCE).endswith("Kan een herhaling zijn.")
    assert gsm_length(text) <= LONGEST
    assert (gsm_length("{€}"), gsm_length("ok")) == (6, 2)
    assert gsm_length("汉") > LONGEST


def test_no_address_leaves_by_a_log_or_a_verdict(
    standin: NotifyNLStandin, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for befalls in ("invalid", "html", "broken", "500", "cut", "day"):
        standin.weather.append(befalls)
        said.append(repr((send(BY_MAIL), send(BY_SMS))))
    for word in ("612345678", "werk.example", "huis.example", SECRET, "rate limit", "told you"):
        assert word not in caplog.text + "".join(said)
