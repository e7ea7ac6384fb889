"""What the people there did, read back from their case system: by agreed names, and nothing else."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Self

import pytest

from integrations.handover import Found, Standing
from integrations.http import Unanswered
from integrations.verdict import Verdict
from integrations.zgw.system import ZgwCases
from integrations.zgw.token import BACK
from tests.faults.tier import scaled
from tests.partners.specs import needs_specs
from tests.partners.zgw import ANSWERS, OFFER, UNITS, system_at
from tests.partners.zgw_standin import Running

pytestmark = needs_specs
SET_ON = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # in Amsterdam the next day
DAY = date(2026, 11, 22)


def cases(there: Running, **more: Any) -> ZgwCases:
    """The system; what was agreed about answers is given by name."""
    own = {name: more.pop(name) for name in list(more) if name in ANSWERS or name in ("vt_support", "takes_risks")}
    return ZgwCases(system_at(there.base, answers={**ANSWERS, **own}, **more))


def bare(there: Running) -> str:
    """A zaak of ours, with no more than its first status."""
    with cases(there, units=(), documenten=None, document_type=None) as opened:
        return opened.offer(OFFER)


def read(there: Running, zaak: str, etag: str = "", **more: Any) -> Found:
    with cases(there, **more) as opened:
        return opened.read(zaak, etag)


def test_a_zaak_that_was_only_received_waits(there: Running) -> None:
    assert read(there, bare(there)).standing is Standing.WAITING


def test_an_agreed_status_is_acceptance_on_the_day_it_was_set_in_amsterdam(there: Running) -> None:
    zaak = bare(there)
    there.state.set_status(zaak, "In behandeling", SET_ON)
    found = read(there, zaak, takes_risks="ja", vt_support="nee")
    assert (found.standing, found.said_on, found.talk_on) == (Standing.ACCEPTED, DAY, DAY)
    assert (found.takes_risks, found.vt_support, found.refusal) == (True, False, "")


def test_what_was_not_agreed_is_not_told(there: Running) -> None:
    zaak = bare(there)
    there.state.set_status(zaak, "In behandeling", SET_ON)
    found = read(there, zaak, talk_on="")
    assert (found.talk_on, found.takes_risks, found.vt_support) == (None, None, None)


@pytest.mark.parametrize(
    ("result", "standing", "refusal"),
    [
        ("Aanvaard", Standing.ACCEPTED, ""),
        ("Geen capaciteit", Standing.REFUSED, "capacity"),
        ("Geen inwoner", Standing.REFUSED, "not_our_resident"),
        ("Ingetrokken", Standing.WAITING, ""),
    ],
)
def test_a_result_is_an_answer_by_its_agreed_name(
    there: Running, result: str, standing: Standing, refusal: str
) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, result)
    found = read(there, zaak)
    assert (found.standing, found.refusal) == (standing, refusal)


def test_a_name_without_meaning_says_nothing(there: Running) -> None:
    zaak = bare(there)
    there.state.set_status(zaak, "In behandeling")
    there.state.set_result(zaak, "Geen inwoner")
    assert read(there, zaak, accepted_status=(), refused_result={}).standing is Standing.WAITING


def test_a_status_and_a_result_that_contradict_wait_for_a_person(there: Running) -> None:
    zaak = bare(there)
    there.state.set_status(zaak, "In behandeling")
    there.state.set_result(zaak, "Geen capaciteit")
    assert read(there, zaak).standing is Standing.WAITING


def test_a_zaak_that_they_closed_without_an_agreed_word_is_for_a_person(there: Running) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, "Geen inwoner")
    there.state.set_status(zaak, "Afgerond")
    with pytest.raises(Unanswered) as caught:
        read(there, zaak, withdrawn_status=None, refused_result={})
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.PERMANENT, "antwoord-onbekend")
    assert read(there, zaak, withdrawn_status=None).refusal == "not_our_resident"


def test_the_day_of_the_talk_and_our_support_may_stand_in_properties(there: Running) -> None:
    agreed = {"talk_on": "eigenschap:Datum gesprek", "vt_support": "eigenschap:Steun VT"}
    zaak = bare(there)
    there.state.set_status(zaak, "In behandeling", SET_ON)
    assert (read(there, zaak, **agreed).talk_on, read(there, zaak, **agreed).vt_support) == (None, None)
    there.state.set_property(zaak, "Datum gesprek", "20261119")
    there.state.set_property(zaak, "Steun VT", "Nee")
    found = read(there, zaak, **agreed)
    assert (found.talk_on, found.vt_support) == (date(2026, 11, 19), False)


def test_nothing_new_is_told_by_the_version_alone(there: Running) -> None:
    zaak = bare(there)
    first = read(there, zaak)
    before = len(there.judged.exchanges)
    again = read(there, zaak, first.etag)
    assert (again.unchanged, again.etag) == (True, first.etag)
    assert [exchange[2] for exchange in there.judged.exchanges[before:]] == [304]
    there.state.set_status(zaak, "In behandeling")
    assert read(there, zaak, first.etag).standing is Standing.ACCEPTED


def test_a_property_that_was_changed_is_seen_though_the_zaak_was_not(there: Running) -> None:
    zaak, agreed = bare(there), {"talk_on": "eigenschap:Datum gesprek"}
    there.state.set_status(zaak, "In behandeling")
    there.state.set_property(zaak, "Datum gesprek", "20261118")
    first = read(there, zaak, **agreed)
    assert read(there, zaak, first.etag, **agreed).unchanged
    there.state.set_property(zaak, "Datum gesprek", "20261119")
    assert read(there, zaak, first.etag, **agreed).talk_on == date(2026, 11, 19)


def test_a_zaak_that_is_gone_says_so(there: Running) -> None:
    zaak = bare(there)
    there.state.kept["zaken"].clear()
    with pytest.raises(Unanswered) as caught:
        read(there, zaak)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.PERMANENT, "http-404")


def test_taking_back_closes_the_zaak_once(there: Running) -> None:
    zaak = bare(there)
    with cases(there) as opened:
        opened.withdraw(zaak, OFFER)
        opened.withdraw(zaak, OFFER)
    kept = there.state.kept
    assert there.state.at("zaken", zaak, "")["einddatum"] is not None
    assert (len(kept["resultaten"]), len(kept["statussen"])) == (1, 2)
    assert read(there, zaak).standing is Standing.WAITING


@pytest.mark.parametrize("odd", range(scaled(1, 2)))
def test_taking_back_cut_anywhere_is_completed_by_doing_it_again(there: Running, odd: int) -> None:
    for at in range(1, 8):
        there.fresh()
        zaak = bare(there)
        there.cutting.at, there.cutting.heard = there.cutting.count + at, at % 2 == odd
        with cases(there) as opened, pytest.raises(Unanswered, match="verbroken"):
            opened.withdraw(zaak, OFFER)
        there.cutting.at = 0
        with cases(there) as opened:
            opened.withdraw(zaak, OFFER)
        assert there.state.at("zaken", zaak, "")["einddatum"] is not None
        assert (len(there.state.kept["resultaten"]), len(there.state.kept["statussen"])) == (1, 2)


def test_an_answer_of_theirs_is_left_standing_when_we_take_back(there: Running) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, "Geen capaciteit")
    with cases(there, withdrawn_status=None) as opened:
        opened.withdraw(zaak, OFFER)
    assert read(there, zaak).standing is Standing.REFUSED


def test_a_zaak_that_they_closed_is_not_taken_back_in_silence(there: Running) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, "Aanvaard")
    there.state.set_status(zaak, "Afgerond")
    with cases(there, withdrawn_status=None) as opened, pytest.raises(Unanswered) as caught:
        opened.withdraw(zaak, OFFER)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.PERMANENT, "al-beantwoord")


def test_taking_back_that_was_never_agreed_is_for_a_person(there: Running) -> None:
    zaak = bare(there)
    with cases(there, withdrawn_status=None, withdrawn_result=None) as opened, pytest.raises(Unanswered) as caught:
        opened.withdraw(zaak, OFFER)
    assert caught.value.result.reason == "intrekken-niet-afgesproken"


# the clock


@pytest.mark.parametrize("ahead", [-290.0, -70.0, 45.0, 290.0])
def test_a_clock_that_differs_is_followed_and_costs_one_more_request(there: Running, ahead: float) -> None:
    there.fresh(ahead=ahead)
    with cases(there, units=UNITS[:1]) as opened:
        opened.read(opened.offer(OFFER))
    refused = [exchange for exchange in there.judged.exchanges if exchange[2] == 403]
    assert len(refused) == (0 if ahead == 45.0 else 1)  # what one API taught holds for the others
    assert len(there.state.kept["rollen"]) == 1


@pytest.mark.parametrize("ahead", [-400.0, 400.0])
def test_a_clock_that_is_nonsense_is_not_followed(there: Running, ahead: float) -> None:
    there.fresh(ahead=ahead)
    with cases(there) as opened, pytest.raises(Unanswered, match="relay-http-403"):
        opened.offer(OFFER)
    assert [exchange[2] for exchange in there.judged.exchanges] == [403]


def test_a_token_is_of_now_and_short(there: Running) -> None:
    now = datetime.now(UTC).timestamp()
    bare(there)
    for claims in there.system.claims:
        assert set(claims) == {"iss", "iat", "exp", "client_id", "user_id", "user_representation"}
        assert now - 10 <= claims["iat"] <= now + 60
        assert claims["exp"] - claims["iat"] == 300


# lists


def test_a_catalogue_in_pages_is_read_whole(there: Running) -> None:
    there.system.page_size = 1
    with cases(there) as opened:
        opened.offer(OFFER)
    assert len(there.state.kept["rollen"]) == 2
    assert sum(path.endswith("/roltypen") for _, path, _ in there.judged.exchanges) == 2


def test_a_next_page_elsewhere_is_not_visited(there: Running) -> None:
    there.system.foreign_next = "http://127.0.0.1:1/zaken"
    with cases(there) as opened, pytest.raises(Unanswered) as caught:
        opened.offer(OFFER)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.PERMANENT, "andere-server")


def test_a_status_is_not_of_tomorrow_where_their_clock_is_behind_and_tokens_pass(
    there: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.fresh(ahead=-30.0)
    monkeypatch.setattr(there.system, "leeway", 60.0)
    bare(there)
    assert {exchange[2] for exchange in there.judged.exchanges} == {200, 201}


def test_taking_back_comes_after_the_status_they_set_just_now(there: Running) -> None:
    zaak = bare(there)
    there.state.set_status(zaak, "In behandeling")
    with cases(there, accepted_status=()) as opened:
        opened.withdraw(zaak, OFFER)
    last = max(there.state.kept["statussen"].values(), key=lambda row: datetime.fromisoformat(row["datumStatusGezet"]))
    assert last["statustype"] == there.state.named("statustypen", "Afgerond")["url"]


def test_taking_back_within_the_same_instant_is_a_moment_later(there: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    zaak = bare(there)
    (first,) = there.state.kept["statussen"].values()
    moment = datetime.fromisoformat(first["datumStatusGezet"]) + timedelta(microseconds=900)

    class Same(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp((moment + timedelta(seconds=BACK)).timestamp(), tz)

    monkeypatch.setattr("integrations.zgw.parts.datetime", Same)
    with cases(there) as opened:
        monkeypatch.setattr(opened.doors.signer, "_look", lambda said: None)
        opened.withdraw(zaak, OFFER)
    assert len(there.state.kept["statussen"]) == 2
