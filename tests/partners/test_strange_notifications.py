"""A notification about an address that we spell otherwise is taken, and does not vanish: it is counted and told."""

from datetime import timedelta

import pytest

from integrations.partners import partners
from tasks.count_strange import KEPT
from tasks.examine_notifications import MEND, examine_notifications
from tests.partners.nrc_standin import TRIAL
from tests.partners.receiving import NOW, ZAAK, message
from tests.partners.test_receiver import Door, door

__all__ = ["door"]
OTHERWISE = ZAAK.replace("127.0.0.1", "localhost")


def seen(door: Door, days: float = 0) -> list[tuple[str, str, str, str]]:
    checks = examine_notifications(door.ledger, partners(), NOW + timedelta(days=days))
    return [(check.what, check.verdict, check.found, check.next_step) for check in checks]


def test_addresses_that_the_partner_spells_otherwise_are_counted_and_the_doctor_warns(door: Door) -> None:
    assert seen(door) == []
    for number in range(3):
        assert door.post(message(hoofdObject=f"{OTHERWISE[:-1]}{number}")).status_code == 204
    assert door.kept == []
    assert seen(door) == [("notificaties nrc", "warn", "3 meldingen, 0 herkend", MEND)]
    assert seen(door, KEPT.days) == [], "what came a month ago says nothing any more"


def test_one_that_is_recognised_says_that_the_spelling_is_right(door: Door) -> None:
    door.post(message(hoofdObject=OTHERWISE))
    assert seen(door) == [("notificaties nrc", "warn", "1 melding, 0 herkend", MEND)]
    door.post(message())
    assert seen(door) == []


def test_the_trial_of_open_notificaties_which_comes_daily_is_not_counted(door: Door) -> None:
    assert door.post(TRIAL).status_code == 204
    assert seen(door) == []


@pytest.mark.parametrize("features", [None, ["a"], {"bronorganisatie": None, "zaaktype": {"diep": 1}}, 5])
def test_what_a_notification_says_of_its_features_is_not_looked_at(door: Door, features: object) -> None:
    assert door.post(message(kenmerken=features)).status_code == 204
    assert len(door.kept) == 1
