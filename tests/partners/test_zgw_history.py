"""What they did between two readings: every status counts, by its own date, and each day the zaak is read whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.handover import Found, Standing
from integrations.http import Unanswered
from integrations.verdict import Verdict
from integrations.zgw.catalogue import today_here
from integrations.zgw.system import ZgwCases
from tests.partners.specs import needs_specs
from tests.partners.zgw import ANSWERS, OFFER, system_at
from tests.partners.zgw_rows import statustype
from tests.partners.zgw_standin import Running

pytestmark = needs_specs
DAY = date(2030, 6, 12)
AT = datetime(2030, 6, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def there(there: Running) -> Running:
    """A case system years ahead of ours in its statuses, so that a day of theirs is none of ours."""
    there.state.of_type("statustypen", statustype(there.state.zaaktype, 4, "Besproken", False))
    return there


def bare(there: Running) -> str:
    """A zaak of ours, with no more than its first status."""
    with ZgwCases(system_at(there.base, units=(), documenten=None, document_type=None)) as opened:
        return opened.offer(OFFER)


def read(there: Running, zaak: str, etag: str = "", today: date | None = None, **agreed: Any) -> Found:
    system = system_at(there.base, answers={**ANSWERS, **agreed})
    with ZgwCases(system, today=lambda: today or today_here()) as opened:
        return opened.read(zaak, etag)


def put(there: Running, zaak: str, *names: str) -> None:
    """Statuses of a day in the past of theirs and the future of ours, a day after each other."""
    there.state.ahead = 10 * 365 * 86400.0
    for number, name in enumerate(names, len(there.state.kept["statussen"]) - 1):
        there.state.set_status(zaak, name, AT + timedelta(days=number))
    there.state.ahead = 0.0


@pytest.mark.parametrize("page_size", [1, 100])
def test_an_acceptance_that_another_status_followed_is_heard_by_its_own_date(there: Running, page_size: int) -> None:
    zaak = bare(there)
    there.system.page_size = page_size
    put(there, zaak, "In behandeling", "Besproken")
    found = read(there, zaak)
    assert (found.standing, found.said_on, found.talk_on) == (Standing.ACCEPTED, DAY, DAY)


def test_a_status_that_was_put_back_where_it_began_is_no_acceptance(there: Running) -> None:
    zaak = bare(there)
    put(there, zaak, "In behandeling", "Ontvangen")
    assert read(there, zaak).standing is Standing.WAITING
    put(there, zaak, "Besproken", "In behandeling")
    found = read(there, zaak)
    assert (found.standing, found.said_on) == (Standing.ACCEPTED, DAY + timedelta(days=3))


def test_a_status_of_another_zaak_does_not_count_where_a_filter_is_ignored(
    there: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ZgwCases(system_at(there.base, units=(), documenten=None, document_type=None)) as opened:
        other = opened.offer(replace(OFFER, number="ANDER-1"))
    zaak = bare(there)
    put(there, other, "In behandeling")
    monkeypatch.setattr(there.system, "_passes", lambda row, asked: True)
    assert read(there, zaak).standing is Standing.WAITING
    assert read(there, other).standing is Standing.ACCEPTED


def test_a_system_that_cannot_filter_tells_at_least_the_status_that_holds(there: Running) -> None:
    zaak = bare(there)
    there.system.filters.discard("zaak")
    put(there, zaak, "In behandeling")
    found = read(there, zaak)
    assert (found.standing, found.said_on) == (Standing.ACCEPTED, DAY)


def test_a_result_has_no_date_of_its_own_and_ours_is_not_lent_to_it(there: Running) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, "Aanvaard")
    found = read(there, zaak)
    assert (found.standing, found.said_on, found.talk_on) == (Standing.ACCEPTED, None, None)
    put(there, zaak, "Besproken")
    found = read(there, zaak)
    assert (found.said_on, found.talk_on) == (DAY, DAY)


def test_an_acceptance_that_they_closed_with_the_status_of_a_withdrawal_is_an_acceptance(there: Running) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, "Aanvaard")
    put(there, zaak, "Afgerond")
    found = read(there, zaak)
    assert (found.standing, found.taken_back) == (Standing.ACCEPTED, False)


def test_a_refusal_after_a_status_that_accepts_is_for_a_person(there: Running) -> None:
    zaak = bare(there)
    there.state.set_result(zaak, "Geen capaciteit")
    put(there, zaak, "In behandeling", "Afgerond")
    with pytest.raises(Unanswered) as caught:
        read(there, zaak)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.PERMANENT, "antwoord-onbekend")


def test_a_name_that_was_agreed_later_is_heard_though_the_zaak_did_not_change(there: Running) -> None:
    zaak = bare(there)
    put(there, zaak, "Besproken")
    before = read(there, zaak)
    assert (before.standing, read(there, zaak, before.etag).unchanged) == (Standing.WAITING, True)
    after = read(there, zaak, before.etag, accepted_status=("In behandeling", "Besproken"))
    assert (after.standing, after.unchanged) == (Standing.ACCEPTED, False)


def test_a_zaak_is_read_whole_once_a_day_whatever_its_version_says(there: Running) -> None:
    zaak, today = bare(there), date(2026, 6, 3)
    first = read(there, zaak, today=today)
    assert read(there, zaak, first.etag, today=today).unchanged
    assert not read(there, zaak, first.etag, today=today + timedelta(days=1)).unchanged
