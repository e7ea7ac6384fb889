"""`ketenregie subscriptions`: what stands there, what is made and what is dropped, for people and for scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.trial import call
from tests.partners.judged import Judged, needs_specs
from tests.partners.nrc_standin import BASE, Nrc, fault
from tests.partners.receiving import OUR_SECRET, installed
from tests.partners.server import served

pytestmark = needs_specs


@pytest.fixture
def nrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nrc]:
    there = Nrc({"ketenregie": OUR_SECRET}, tries_callbacks=False)
    judged = Judged(there.app(), {BASE: "nrc"})
    with served(judged) as url:
        installed(tmp_path, monkeypatch, nrc=url, receiver="https://keten.example.org/")
        there.put_there(url, "https://anders.example/notificaties/nrc", {"zaken": {}})
        yield there
    assert judged.violations == []


def test_make_list_and_drop_in_the_order_in_which_one_uses_them(nrc: Nrc) -> None:
    made = {"source": "nrc", "made": True, "changed": False, "dropped": 0}
    assert call("subscriptions", "make", "--json").json == {"subscriptions": [made], "problems": []}
    [line] = call("subscriptions", "list", "--json").json["subscriptions"]
    assert line.keys() == {"source", "url", "callback_url", "channels", "right"}
    assert (line["source"], line["callback_url"]) == ("nrc", "https://keten.example.org/notificaties/nrc")
    assert (line["channels"], line["right"]) == (["zaken"], True)
    assert call("subscriptions", "drop", "--json").json == {"dropped": 1}
    assert call("subscriptions", "list", "--json").json == {"subscriptions": []}
    assert [one["callbackUrl"] for one in nrc.subscriptions.values()] == ["https://anders.example/notificaties/nrc"]


def test_for_people_each_says_what_was_done(nrc: Nrc) -> None:
    assert call("subscriptions", "make").out == "nrc: gemaakt, 0 oude opgezegd.\n"
    assert call("subscriptions", "make").out == "nrc: was goed, vernieuwd, 0 oude opgezegd.\n"
    assert "1 abonnement van ons." in call("subscriptions", "list", "--source", "nrc").out
    assert call("subscriptions", "drop").out == "1 abonnement opgezegd.\n"


def test_a_source_that_is_away_is_told_with_its_code_and_ends_with_one(nrc: Nrc) -> None:
    nrc.wrong = lambda _: fault(403, "permission_denied")
    for word in ("list", "drop", "make"):
        done = call("subscriptions", word)
        assert done.status == 1
        assert "KR-ABONNEMENT: Het abonnement bij nrc is niet in orde (relay-http-403" in done.err


def test_a_source_that_is_not_in_the_partners_file_is_refused_without_repeating_it(nrc: Nrc) -> None:
    done = call("subscriptions", "make", "--source", "meerdorp")
    assert (done.status, done.err[:17]) == (1, "KR-BRON-ONBEKEND:")
    assert "meerdorp" not in done.all


def test_without_partners_there_is_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KETENREGIE_PARTNERS", raising=False)
    assert call("subscriptions", "make", "--json").json == {"subscriptions": [], "problems": []}
