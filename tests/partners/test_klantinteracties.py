"""Klantinteracties behind the port: what it asks, what it makes of an answer, and what it does in bad weather."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.handover import Found, Offer, Standing
from integrations.http import Door, Unanswered
from integrations.http.token_auth import TokenAuth
from integrations.klantinteracties.answer import CLOSING, found_in
from integrations.klantinteracties.system import KlantinteractiesHandovers, explanation
from integrations.verdict import Verdict
from tests.partners.judged import needs_specs
from tests.partners.klantinteracties import OFFER, Meeting, system
from tests.partners.klantinteracties_standin import ACTOR, TOKEN, KlantinteractiesStandIn
from tests.partners.server import served


@needs_specs
def test_an_offer_is_an_internetaak_for_the_actor_with_references_and_nothing_else(meeting: Meeting) -> None:
    remote = meeting.ours.offer(OFFER)
    task = meeting.stand_in.task(OFFER.number)
    assert task["url"] == remote
    assert [actor["uuid"] for actor in task["toegewezenAanActoren"]] == [ACTOR]
    assert task["status"] == "te_verwerken"
    assert task["toelichting"] == explanation(OFFER)
    assert f"Kenmerk K7Q3-H9FM-C. Uw zaak Z-12. Uiterlijk di 09-06-2026. {CLOSING}" in task["toelichting"]
    [contact] = meeting.stand_in.contacts
    assert contact["vertrouwelijk"] is True
    assert contact["inhoud"] == "Kenmerk K7Q3-H9FM-C. Uw zaak Z-12."


@needs_specs
def test_an_offer_that_comes_again_is_found_and_another_is_not(meeting: Meeting) -> None:
    remote = meeting.ours.offer(OFFER)
    other = Offer("K7Q3-H9FM-C.007.2", *list(vars(OFFER).values())[1:])
    assert meeting.ours.find(other.number) == ""
    assert meeting.ours.offer(OFFER) == meeting.ours.find(OFFER.number) == remote
    assert meeting.ours.offer(other) != remote


@needs_specs
def test_what_was_half_made_is_finished_not_begun_again(meeting: Meeting) -> None:
    meeting.ours.offer(OFFER)
    meeting.stand_in.tasks.clear()
    assert meeting.ours.find(OFFER.number) == ""
    assert meeting.ours.offer(OFFER) == meeting.stand_in.task(OFFER.number)["url"]
    assert len(meeting.stand_in.contacts) == 1


@needs_specs
def test_a_server_that_ignores_our_filters_does_not_give_us_the_task_of_another(meeting: Meeting) -> None:
    meeting.ours.offer(OFFER)
    stranger = meeting.stand_in.objects[0]
    stranger["onderwerpobjectidentificator"] = stranger["onderwerpobjectidentificator"] | {"objectId": "X"}
    meeting.stand_in.ignores_filters = True
    assert meeting.ours.find(OFFER.number) == ""


@needs_specs
def test_reading_gives_the_answer_and_then_says_that_nothing_changed(meeting: Meeting) -> None:
    remote = meeting.ours.offer(OFFER)
    waiting = meeting.ours.read(remote)
    assert waiting.standing is Standing.WAITING
    assert meeting.ours.read(remote, waiting.etag).unchanged
    meeting.stand_in.answer(OFFER.number, "weigering-capaciteit: wij hebben geen plek")
    found = meeting.ours.read(remote, waiting.etag)
    assert (found.standing, found.refusal, found.said_on) == (Standing.REFUSED, "capacity", date(2026, 6, 3))
    assert not found.unchanged


@needs_specs
def test_taking_back_twice_is_one_withdrawal_and_reads_as_no_answer(meeting: Meeting) -> None:
    remote = meeting.ours.offer(OFFER)
    meeting.ours.withdraw(remote, OFFER)
    text = meeting.stand_in.task(OFFER.number)["toelichting"]
    meeting.ours.withdraw(remote, OFFER)
    assert meeting.stand_in.task(OFFER.number)["toelichting"] == text
    assert text.startswith("INGETROKKEN door Veilig Thuis.")
    assert meeting.ours.read(remote).standing is Standing.WAITING


@needs_specs
def test_taking_back_leaves_their_answer_as_it_stands(meeting: Meeting) -> None:
    remote = meeting.ours.offer(OFFER)
    before = dict(meeting.stand_in.answer(OFFER.number, "AANVAARD"))
    meeting.ours.withdraw(remote, OFFER)
    assert meeting.stand_in.task(OFFER.number) == before


@needs_specs
def test_the_preflight_finds_everything_right_and_makes_nothing(meeting: Meeting) -> None:
    assert [finding.what for finding in meeting.ours.preflight() if not finding.good] == []
    assert meeting.stand_in.made == 0


@pytest.mark.parametrize(
    ("token", "more", "wrong"),
    [
        ("another", {}, ["internetaken lezen (relay-http-403)"]),
        (TOKEN, {"actor": "5a2e6f1c-0000-4000-8000-00000000ffff"}, ["actor van het lokale team (http-404)"]),
        (TOKEN, {"refusals": {}}, ["afgesproken redenen van weigering"]),
        (TOKEN, {"link": True}, ["link: ons adres bestaat alleen op deze machine"]),
    ],
)
def test_the_preflight_says_what_is_not_right_and_what_to_do(
    token: str, more: dict[str, Any], wrong: list[str]
) -> None:
    with served(KlantinteractiesStandIn().app()) as url:  # the document names no answer but the good one
        given = system(url, **more)
        with Door(given.connection, auth=TokenAuth(SecretStr(token))) as door:
            found = [finding for finding in KlantinteractiesHandovers(given, door).preflight() if not finding.good]
    assert [finding.what for finding in found] == wrong
    assert all(finding.advice for finding in found)


def read(text: str, status: str = "verwerkt", **more: Any) -> Found:
    """What an internetaak with this toelichting says."""
    task = {"status": status, "toelichting": text, "afgehandeldOp": "2026-06-03T23:30:00+02:00"}
    return found_in(task, system(talk_follows=True, takes_risks=True, **more))


OURS = explanation(OFFER)


@pytest.mark.parametrize(
    "text", [OURS, f"\n{OURS}\n", "AANVAARD", "aanvaard.", f"AANVAARD\n{OURS}", f"{OURS} AANVAARD"]
)
def test_an_accepting_word_or_nothing_beside_our_line_is_an_acceptance(text: str) -> None:
    found = read(text)
    assert (found.standing, found.said_on) == (Standing.ACCEPTED, date(2026, 6, 3))
    assert found.takes_risks is True


@pytest.mark.parametrize("text", ["AANVAARD 2026-06-03", "AANVAARD: 3-6-2026.", f"AANVAARD 03-06-2026\n{OURS}"])
def test_the_day_of_the_talk_stands_behind_the_word(text: str) -> None:
    assert read(text).talk_on == date(2026, 6, 3)


@pytest.mark.parametrize(
    "text",
    [
        "AANVAARD niet",
        "AANVAARD?",
        "AANVAARD 2026-13-40",
        "AANVAARDEN doen wij niet",
        "Wij nemen dit niet aan",
        f"geen plek\n{OURS}",
        f"{OURS[: -len(CLOSING)]}toch niet",
        f"{OURS} WEIGERING-ANDERS",
        f"{OURS}nee",
        "niet AANVAARD",
        "WEIGERING-CAPACITEITEN",
        f"AANVAARD\n{OURS}\nbij nader inzien niet",
        "",
        " \n",
    ],
)
def test_a_text_that_nobody_agreed_on_is_never_an_acceptance(text: str) -> None:
    with pytest.raises(Unanswered) as unanswered:
        read(text)
    assert (unanswered.value.result.verdict, unanswered.value.result.reason) == (Verdict.PERMANENT, "antwoord-onbekend")


@pytest.mark.parametrize("text", [None, [], {}, 0, False, ["AANVAARD"]])
def test_what_is_no_text_says_nothing_and_is_read_again(text: Any) -> None:
    with pytest.raises(Unanswered) as unanswered:
        read(text)
    assert (unanswered.value.result.verdict, unanswered.value.result.reason) == (Verdict.TEMPORARY, "onleesbaar")
    assert read(text, status="te_verwerken").standing is Standing.WAITING


def test_a_task_without_a_toelichting_says_nothing() -> None:
    with pytest.raises(Unanswered, match="onleesbaar"):
        found_in({"status": "verwerkt"}, system())


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00", 1e999, None, "PERSOON"]
)
def test_a_moment_at_the_edge_of_the_calendar_is_a_day_or_none(moment: Any) -> None:
    task = {"status": "verwerkt", "toelichting": "AANVAARD", "afgehandeldOp": moment}
    found = found_in(task, system())
    assert found.standing is Standing.ACCEPTED
    assert found.said_on in (None, date(1, 1, 1))


def test_half_a_character_is_a_text_that_nobody_agreed_on() -> None:
    with pytest.raises(Unanswered, match="antwoord-onbekend"):
        read("AANVAARD \ud800")


def test_where_silence_was_not_agreed_to_accept_a_person_looks() -> None:
    with pytest.raises(Unanswered):
        read(OURS, silent_accepts=False)


@pytest.mark.parametrize("more", [{"refusals": {"WEG": "no-such-reason"}}, {"refusals": {"aanvaard": "capacity"}}])
def test_an_agreement_that_says_two_things_or_a_reason_we_do_not_have_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        system(**more)


def moved(_: Request) -> Response:
    return RedirectResponse("http://127.0.0.1:9/elsewhere", 302)


def loop(request: Request) -> Response:
    return JSONResponse({"count": 1, "next": str(request.url), "previous": None, "results": []})


def says(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Callable[[Request], Response]:
    return lambda _: JSONResponse(body or {"code": "wrong", "detail": "PERSOON"}, status, headers)


def text(_: Request) -> Response:
    return Response("{not json", 200, media_type="application/json")


def page(_: Request) -> Response:
    return Response("<p>PERSOON</p>", 200, media_type="text/html")


@pytest.mark.parametrize(
    ("weather", "verdict", "reason"),
    [
        (says(401), Verdict.TEMPORARY, "relay-http-401"),
        (says(403), Verdict.TEMPORARY, "relay-http-403"),
        (says(404), Verdict.PERMANENT, "http-404"),
        (says(409), Verdict.PERMANENT, "http-409"),
        (says(412), Verdict.PERMANENT, "http-412"),
        (says(429, headers={"Retry-After": "90"}), Verdict.TEMPORARY, "http-429"),
        (says(500), Verdict.TEMPORARY, "http-500"),
        (says(200, {"results": "none"}), Verdict.TEMPORARY, "onleesbaar"),
        (says(200, {"results": ["x"], "next": "http://127.0.0.1:9/x"}), Verdict.TEMPORARY, "onleesbaar"),
        (says(200, {"results": [], "next": "http://127.0.0.1:9/x"}), Verdict.PERMANENT, "andere-server"),
        (text, Verdict.TEMPORARY, "onleesbaar"),
        (page, Verdict.TEMPORARY, "onleesbaar"),
        (loop, Verdict.PERMANENT, "bladerlus"),
        (moved, Verdict.PERMANENT, "omgeleid"),
    ],
)
def test_bad_weather_ends_as_a_verdict_with_a_code_and_not_a_word_of_theirs(
    weather: Callable[[Request], Response], verdict: Verdict, reason: str
) -> None:
    app = Starlette(routes=[Route("/{rest:path}", weather, methods=["GET", "POST", "PATCH"])])
    with (
        served(app) as url,
        Door(system(url).connection, auth=TokenAuth(SecretStr(TOKEN))) as door,
        pytest.raises(Unanswered) as unanswered,
    ):
        KlantinteractiesHandovers(system(url), door).offer(OFFER)
    assert (unanswered.value.result.verdict, unanswered.value.result.reason) == (verdict, reason)
    assert "PERSOON" not in str(unanswered.value)
    assert TOKEN not in repr(vars(door))
