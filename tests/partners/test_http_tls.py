"""Certificates: theirs is trusted by a named or public authority, and ours is shown where it is asked."""

from pathlib import Path

import pytest

from integrations.http import Door, Reply, Unanswered, door
from integrations.verdict import Verdict
from tests.partners import weather as w
from tests.partners.asking import QUICK, asked, to
from tests.partners.certificates import Authority, serving

TEMPORARY, INDEFINITE = Verdict.TEMPORARY, Verdict.INDEFINITE


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "RETRIES", QUICK)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_a_certificate_of_their_authority_is_trusted_and_ours_is_shown(authority: Authority) -> None:
    ours = authority.pair("ketenregie")
    tls = serving(authority.pair("partner"), asks_for=authority.file)
    with w.weather(w.fine, tls=tls) as server:
        given = to(server.url, ca=authority.file, certificate=ours.certificate, key=ours.key)
        assert isinstance(asked(given, "POST"), Reply)
        assert [("ketenregie" in subject) for subject in server.shown] == [True]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("name", "days", "host", "reason"),
    [("expired", -1, "127.0.0.1", "certificaat-verlopen"), ("other-host", 30, "127.0.0.2", "certificaat")],
)
def test_a_certificate_that_is_not_right_hears_nothing(
    authority: Authority, method: str, name: str, days: int, host: str, reason: str
) -> None:
    tls = serving(authority.pair(name, days=days, host=host))
    with w.weather(w.fine, tls=tls) as server:
        found = asked(to(server.url, ca=authority.file), method)
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, found.result.reason, server.heard) == (TEMPORARY, reason, [])


def test_an_authority_that_nobody_named_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    with w.weather(w.fine, tls=serving(authority.pair("partner"))) as server:
        for ca in (None, Authority(tmp_path, "stranger").file):
            found = asked(to(server.url, ca=ca), "GET")
            assert isinstance(found, Unanswered)
            assert (found.result.verdict, found.result.reason, server.heard) == (TEMPORARY, "certificaat", [])


def test_a_partner_that_asks_for_our_certificate_and_gets_none_says_so(authority: Authority) -> None:
    tls = serving(authority.pair("partner"), asks_for=authority.file)
    with w.weather(w.fine, tls=tls) as server:
        found = asked(to(server.url, ca=authority.file), "POST")
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, server.heard) == (INDEFINITE, [])
        assert found.result.reason in ("tls", "verbroken")  # whether their reason arrives before the end is a race


def test_a_server_that_speaks_no_tls_is_no_safe_server() -> None:
    with w.weather(w.garbage) as server:
        found = asked(to(server.url.replace("http:", "https:")), "POST")
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, found.result.reason) == (TEMPORARY, "tls")


def test_a_file_of_ours_that_is_missing_is_said_before_anything_leaves(authority: Authority, tmp_path: Path) -> None:
    ours = authority.pair("ketenregie")
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for certificate, key in ((tmp_path / "absent.pem", ours.key), (ours.certificate, empty), (empty, ours.key)):
        with pytest.raises(Unanswered) as caught:
            Door(to("https://127.0.0.1:1/", ca=authority.file, certificate=certificate, key=key))
        assert (caught.value.result.verdict, caught.value.result.reason) == (TEMPORARY, "eigen-certificaat")


def test_a_certificate_that_was_renewed_is_shown_without_a_new_start(authority: Authority) -> None:
    tls = serving(authority.pair("partner"), asks_for=authority.file)
    ours = authority.pair("ours-of-last-year")
    with w.weather(w.fine, tls=tls) as server:
        given = to(server.url, ca=authority.file, certificate=ours.certificate, key=ours.key)
        assert isinstance(asked(given, "GET"), Reply)
        new = authority.pair("ours-of-this-year")
        ours.certificate.write_bytes(new.certificate.read_bytes())
        ours.key.write_bytes(new.key.read_bytes())
        assert isinstance(asked(given, "GET"), Reply)
        assert ["this-year" in subject for subject in server.shown] == [False, True]
