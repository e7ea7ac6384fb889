"""What a lease must outlast: the patience of everything that one claim asks of a partner's system."""

import pytest

from integrations.handover_systems import patience
from integrations.http import Unanswered
from integrations.zgw.system import ZgwCases
from tests.partners import weather as w
from tests.partners.klantinteracties import system as internetaken
from tests.partners.zgw import OFFER, set_secret, system_at


def test_one_patience_holds_for_all_that_is_asked_of_one_case_system(monkeypatch: pytest.MonkeyPatch) -> None:
    set_secret()
    now = [0.0]
    monkeypatch.setattr("integrations.patience.monotonic", lambda: now[0])
    with w.weather(w.says(200, b'{"results": [], "next": null}')) as server:
        system = system_at(server.url, longest=100)
        with ZgwCases(system) as cases:
            assert cases.find(OFFER.number) == ""
            now[0] = 101.0
            for act in (lambda: cases.find(OFFER.number), lambda: cases.read(f"{server.url}zaken/api/v1/zaken/1")):
                with pytest.raises(Unanswered, match="grens-verstreken"):
                    act()
        assert len(server.heard) == 1


def test_the_patience_of_an_organisation_is_that_of_its_slowest_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    zgw = system_at("http://127.0.0.1:9/", longest=100)
    slow = zgw.model_copy(update={"catalogi": zgw.catalogi.model_copy(update={"bound": 70.0})})
    tasks = internetaken(longest=90)
    tasks = tasks.model_copy(update={"connection": tasks.connection.model_copy(update={"bound": 20.0})})
    known = {"WITH-ZGW": slow, "WITH-TASKS": tasks}
    monkeypatch.setattr("integrations.handover_systems.systems", lambda: known)
    asked = [patience(one).total_seconds() for one in ("WITH-ZGW", "WITH-TASKS", "WITHOUT")]
    assert asked == [170.0, 110.0, 0.0]
