"""An internetaak that is met again: taken back, read once more, too slow, gone; and the link that may go along."""

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.handover import Standing
from integrations.handover_doors import opened
from integrations.http import Unanswered
from integrations.klantinteracties.system import KlantinteractiesHandovers, explanation
from integrations.settings import settings
from integrations.verdict import Verdict
from tests.partners.judged import needs_specs
from tests.partners.klantinteracties import OFFER, Meeting, system
from tests.partners.klantinteracties_standin import TOKEN, KlantinteractiesStandIn
from tests.partners.server import served


@needs_specs
@pytest.mark.parametrize("answered", ["", "accepted"])
def test_a_task_that_was_taken_back_is_not_offered_again(meeting: Meeting, answered: str) -> None:
    remote = meeting.ours.offer(OFFER)
    meeting.ours.withdraw(remote, OFFER, answered=answered)
    found = meeting.ours.read(remote)
    assert (found.standing, found.taken_back) == (Standing.WAITING, True)
    with pytest.raises(Unanswered) as caught:
        meeting.ours.offer(OFFER)
    result = caught.value.result
    assert (result.verdict, result.reason, result.remote) == (Verdict.PERMANENT, "daar-ingetrokken", remote)


@needs_specs
def test_a_refusal_through_our_own_form_is_told_in_the_word_that_was_agreed(meeting: Meeting) -> None:
    remote = meeting.ours.offer(OFFER)
    meeting.ours.withdraw(remote, OFFER, answered="refused")
    assert meeting.stand_in.task(OFFER.number)["toelichting"].startswith("WEIGERING-CAPACITEIT BEANTWOORD bij")
    assert meeting.ours.read(remote).refusal == "capacity"


@needs_specs
def test_with_more_words_for_a_refusal_neutral_words_are_used(meeting: Meeting) -> None:
    agreed = {"WEIGERING-CAPACITEIT": "capacity", "WEIGERING-GEEN-INWONER": "not_our_resident"}
    ours = KlantinteractiesHandovers(system(meeting.url, refusals=agreed), meeting.door)
    ours.withdraw(ours.offer(OFFER), OFFER, answered="refused")
    assert meeting.stand_in.task(OFFER.number)["toelichting"].startswith("BEANTWOORD bij Veilig Thuis.\n")


def test_gone_is_only_what_is_not_there_on_a_system_that_is() -> None:
    stand_in = KlantinteractiesStandIn()
    with served(stand_in.app()) as url:  # the document names no answer but the good one
        both = Meeting(url, stand_in)
        with both.door:
            remote = both.ours.offer(OFFER)
            assert not both.ours.gone(remote)
            stand_in.tasks.clear()
            assert both.ours.gone(remote)


def test_nothing_is_gone_on_a_server_that_has_nothing_at_all() -> None:
    with served(Starlette()) as url:
        both = Meeting(url, KlantinteractiesStandIn())
        with both.door, pytest.raises(Unanswered, match="http-404"):
            both.ours.gone(f"{both.door.connection.url}internetaken/1")


class Named(KlantinteractiesStandIn):
    """It gives its tasks this address."""

    address = ""

    async def _internetaken(self, request: Request) -> Response:
        answer = await super()._internetaken(request)
        for row in self.tasks:
            row["url"] = self.address.replace("UUID", row["uuid"])
        return JSONResponse(self.tasks[-1], 201) if request.method == "POST" else answer


OUR_OWN = "OURS"


@pytest.mark.parametrize(
    ("address", "verdict", "reason", "remote"),
    [
        ("https://elsewhere.example/internetaken/UUID", Verdict.PERMANENT, "andere-server", OUR_OWN),
        ("/klantinteracties/api/v1/internetaken/UUID", Verdict.PERMANENT, "andere-server", OUR_OWN),
        ("https://elsewhere.example/internetaken/1", Verdict.INDEFINITE, "onleesbaar", ""),
        ("PERSOON", Verdict.INDEFINITE, "onleesbaar", ""),
    ],
)
def test_an_address_of_another_server_is_not_kept(address: str, verdict: Verdict, reason: str, remote: str) -> None:
    stand_in = Named()
    stand_in.address = address
    with served(stand_in.app()) as url, Meeting(url, stand_in).door as door:
        both = KlantinteractiesHandovers(system(url), door)
        with pytest.raises(Unanswered) as caught:
            both.offer(OFFER)
        ours = f"{door.connection.url}internetaken/{stand_in.tasks[0]['uuid']}"
        result = caught.value.result
        assert (result.verdict, result.reason) == (verdict, reason)
        assert result.remote == (ours if remote else "")
        if remote:
            assert both.find(OFFER.number) == ours
            assert both.read(ours).standing is Standing.WAITING
        else:
            with pytest.raises(Unanswered, match="onleesbaar"):
                both.find(OFFER.number)


def test_a_link_goes_along_only_where_they_can_open_it() -> None:
    assert OFFER.link not in explanation(OFFER)
    assert f" {OFFER.link} " in explanation(OFFER, with_link=True)


def test_a_list_without_end_is_left_after_a_few_pages() -> None:
    asked = 0

    def endless(request: Request) -> Response:
        nonlocal asked
        asked += 1
        following = str(request.url.include_query_params(page=asked))
        return JSONResponse({"count": 1, "next": following, "previous": None, "results": []})

    with served(Starlette(routes=[Route("/{rest:path}", endless)])) as url:
        both = Meeting(url, KlantinteractiesStandIn())
        with both.door, pytest.raises(Unanswered, match="bladerlus"):
            both.ours.find(OFFER.number)
    assert asked <= 20


def test_one_patience_holds_for_all_that_is_asked_of_one_system(monkeypatch: pytest.MonkeyPatch) -> None:
    settings().secrets["meerdorp"] = SecretStr(TOKEN)
    stand_in, now = KlantinteractiesStandIn(), [0.0]
    monkeypatch.setattr("integrations.patience.monotonic", lambda: now[0])
    with served(stand_in.app()) as url, opened(system(url, longest=100)) as ours:
        remote = ours.offer(OFFER)
        now[0] = 99.0
        assert ours.read(remote).standing is Standing.WAITING
        now[0] = 101.0
        for act in (lambda: ours.read(remote), lambda: ours.find(OFFER.number), lambda: ours.withdraw(remote, OFFER)):
            with pytest.raises(Unanswered) as caught:
                act()
            assert (caught.value.result.verdict, caught.value.result.reason) == (
                Verdict.TEMPORARY,
                "grens-verstreken",
            )
