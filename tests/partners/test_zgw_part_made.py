"""A zaak that stands there though not all went well: its address is told, and what was taken back is never taken up."""

from typing import Any
from uuid import UUID

import pytest

from integrations.handover import Offer
from integrations.http import Unanswered
from integrations.verdict import Verdict
from integrations.zgw.system import ZgwCases
from tests.partners.specs import needs_specs
from tests.partners.zgw import ANSWERS, OFFER, RSIN, system_at
from tests.partners.zgw_rows import zaaktype
from tests.partners.zgw_standin import Running

pytestmark = needs_specs


def cases(there: Running, **more: Any) -> ZgwCases:
    return ZgwCases(system_at(there.base, **more))


def missed(there: Running, **more: Any) -> Unanswered:
    with cases(there, **more) as opened, pytest.raises(Unanswered) as caught:
        opened.offer(OFFER)
    return caught.value


def only(there: Running) -> str:
    (zaak,) = there.state.kept["zaken"].values()
    return str(zaak["url"])


def test_an_offer_that_was_made_in_part_tells_where_it_stands(there: Running) -> None:
    there.system.forbidden.add("documenten")
    error = missed(there)
    assert (error.result.reason, error.result.remote) == ("relay-http-403", only(there))
    there.state.set_status(only(there), "In behandeling")
    with cases(there) as opened:
        assert opened.read(error.result.remote).standing == "accepted"


def test_an_offer_that_was_never_made_tells_no_address(there: Running) -> None:
    there.system.forbidden.add("zaken")
    assert missed(there).result.remote == ""


def test_the_number_of_another_kind_of_zaak_tells_no_address(there: Running) -> None:
    other = there.state.add("zaaktypen", zaaktype(there.state.zaaktype["catalogus"], "PARKEREN"))
    given = {"identificatie": OFFER.number, "bronorganisatie": RSIN, "verantwoordelijkeOrganisatie": RSIN}
    there.state.make("zaken", {**given, "zaaktype": other["url"], "startdatum": "2026-01-01"})
    error = missed(there)
    assert (error.result.reason, error.result.remote) == ("nummer-bezet", "")


def test_a_server_that_names_itself_otherwise_is_told_by_our_own_address(there: Running) -> None:
    base = there.base.replace("127.0.0.1", "localhost")
    error = missed(there, zaken={"url": f"{base}zaken/api/v1/", "timeout": 20.0, "bound": 60.0})
    uuid = UUID(only(there).rpartition("/")[2])
    assert (error.result.verdict, error.result.reason) == (Verdict.PERMANENT, "andere-server")
    assert error.result.remote == f"{base}zaken/api/v1/zaken/{uuid}"


@pytest.mark.parametrize("half", [False, True])
def test_what_was_taken_back_is_not_offered_again(there: Running, half: bool) -> None:
    with cases(there) as opened:
        remote = opened.offer(OFFER)
        if half:
            there.state.set_result(remote, "Ingetrokken")
        else:
            opened.withdraw(remote, OFFER)
        assert opened.read(remote).taken_back
    error = missed(there)
    assert (error.result.verdict, error.result.reason) == (Verdict.PERMANENT, "daar-ingetrokken")
    assert error.result.remote == remote


def test_gone_is_only_what_is_not_there_on_a_system_that_is(there: Running) -> None:
    with cases(there) as opened:
        remote = opened.offer(OFFER)
        assert not opened.gone(remote)
        there.state.kept["zaken"].clear()
        assert opened.gone(remote)
        there.system.granted.clear()
        with pytest.raises(Unanswered, match="relay-http-403"):
            opened.gone(remote)


def told(there: Running, zaak: str) -> tuple[str, str, str]:
    """The result of the zaak, what was written with it, and its status."""
    kept, row = there.state.kept, there.state.at("zaken", zaak, "")
    result = there.state.at("resultaten", row["resultaat"], "")
    status = there.state.at("statussen", row["status"], "")
    names = [
        next(one["omschrijving"] for one in kept[kind].values() if one["url"] == address)
        for kind, address in (("resultaattypen", result["resultaattype"]), ("statustypen", status["statustype"]))
    ]
    return names[0], result["toelichting"], names[1]


ONE_REFUSAL = {**ANSWERS, "refused_result": {"Geen capaciteit": "capacity"}}


@pytest.mark.parametrize(
    ("answers", "answered", "result", "words"),
    [
        (ONE_REFUSAL, "refused", "Geen capaciteit", "Beantwoord bij Veilig Thuis"),
        (ANSWERS, "refused", "Ingetrokken", "Beantwoord bij Veilig Thuis"),
        (ONE_REFUSAL, "", "Ingetrokken", "Ingetrokken door Veilig Thuis"),
    ],
)
def test_a_refusal_through_our_own_form_is_told_in_their_word_or_neutral_words(
    there: Running, answers: dict[str, Any], answered: str, result: str, words: str
) -> None:
    with cases(there, answers=answers) as opened:
        remote = opened.offer(OFFER)
        opened.withdraw(remote, OFFER, answered=answered)
        opened.withdraw(remote, OFFER, answered=answered)
    assert told(there, remote) == (result, words, "Afgerond")


def test_without_the_right_to_change_a_zaak_no_unit_is_added_so_that_right_is_named(there: Running) -> None:
    there.system.granted.discard("zaken.bijwerken")
    assert missed(there).result.reason == "relay-http-403"
    assert there.state.kept["rollen"] == {}


def test_the_day_of_the_answer_stands_in_a_field_of_the_zaak(there: Running) -> None:
    with cases(there) as opened:
        zaak = there.state.at("zaken", opened.offer(OFFER), "")
        number = Offer("NO-DAY-1", OFFER.case_reference, "", OFFER.offered_on, None, "")
        other = there.state.at("zaken", opened.offer(number), "")
    assert zaak["uiterlijkeEinddatumAfdoening"] == "2026-11-27"
    assert "uiterlijkeEinddatumAfdoening" not in other


@pytest.mark.parametrize("link", [True, False])
def test_a_link_goes_along_only_where_they_can_open_it(there: Running, link: bool) -> None:
    with cases(there, link=link) as opened:
        zaak = there.state.at("zaken", opened.offer(OFFER), "")
    assert (OFFER.link in zaak["toelichting"]) is link
    assert "in uw eigen systeem" in zaak["toelichting"]
