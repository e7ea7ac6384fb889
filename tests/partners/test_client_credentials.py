"""A BRP behind a gateway that asks for a token: asked once for a round, anew when it ends or is not taken."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from domain.errors import PolicyRefusal
from integrations.http import Connection, Door, Unanswered
from integrations.http.client_credentials import ClientCredentials, TokenServer
from integrations.ledger import Ledger
from integrations.partners import parse_partners, partners, secret
from integrations.signals.preflight import preflight
from integrations.verdict import Verdict
from tasks.daily_turns import Unfinished
from tasks.read_brp_signals import read_brp_signals
from tests.chain import Chain
from tests.partners.brp_standin import PERSONEN, UPDATE, BrpStandIn, write_keys
from tests.partners.conftest import Configure
from tests.partners.judged import needs_specs
from tests.partners.server import served
from tests.partners.test_signals import DAY, HERE, NOW, report, signals
from tests.partners.test_signals_brp import MARKS, NUMBERS
from tests.partners.token_standin import ASKED, PATH, TokenStandIn
from tests.region import moment

LATER = moment("2026-05-21T06:00")


class Gateway:
    """The server of tokens, and the BRP behind it."""

    def __init__(self, keys: Path) -> None:
        self.keys, self.tokens = keys, TokenStandIn()
        self.brp = BrpStandIn(token=self.tokens.takes)
        self.judged = self.brp.app()


@pytest.fixture
def gateway(configured: Configure, tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path / "sleutels.csv")
    with served(made.judged) as brp, served(made.tokens.app()) as tokens:
        text = f'[[brp]]\nname = "BRP-KUST"\nkeys = "{made.keys}"\nmark_secret = "merken"\n'
        text += f'update.url = "{brp}{UPDATE[1:]}/"\npersonen.url = "{brp}{PERSONEN[1:]}/"\n'
        text += f'token.url = "{tokens}{PATH}"\ntoken.client = "{ASKED["client_id"]}"\ntoken.secret = "token"\n'
        text += f'token.scope = "{ASKED["scope"]}"\ntoken.extra = {{ resourceServer = "{ASKED["resourceServer"]}" }}\n'
        configured(text, {"token": ASKED["client_secret"], "merken": MARKS})
        yield made
    assert made.judged.violations == []


@pytest.fixture
def moved(region: Ledger, gateway: Gateway) -> None:
    """Somebody of a case of ours moved."""
    write_keys(gateway.keys, f"{report(Chain(region))};A;{NUMBERS[0]}")
    gateway.brp.moves(NUMBERS[0], verblijfplaats=HERE | {"datumVan": DAY})


@needs_specs
def test_a_round_asks_one_token_for_all_its_doors(
    region: Ledger, gateway: Gateway, moved: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 nieuw"
    assert len(signals(region)) == 1
    assert gateway.tokens.given == 1
    said = caplog.text
    assert not any(token in said for token in gateway.tokens.valid)
    assert ASKED["client_secret"] not in said


@needs_specs
def test_a_token_that_is_about_to_end_is_not_used_again(region: Ledger, gateway: Gateway, moved: None) -> None:
    gateway.tokens.lasts = 5
    assert read_brp_signals(region, NOW) == "BRP: BRP-KUST 1 nieuw"
    assert gateway.tokens.given == len(gateway.judged.exchanges)


@needs_specs
@pytest.mark.parametrize("lasts", [600, "600", None, 10**30])
def test_a_token_that_is_not_taken_any_more_is_asked_anew_once(gateway: Gateway, lasts: int | str | None) -> None:
    gateway.tokens.lasts = lasts
    with door() as brp:
        brp.get("volgindicaties")
        gateway.tokens.valid.clear()
        assert brp.get("volgindicaties").status == httpx.codes.OK
        assert gateway.tokens.given == 2
        gateway.brp.token = lambda _: False
        with pytest.raises(Unanswered, match="relay-http-401"):
            brp.get("volgindicaties")
        assert gateway.tokens.given == 3, "asked once more, not for ever"


@needs_specs
@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (400, '{"error": "invalid_scope", "error_description": "P. Peeters"}', "relay-token-geweigerd"),
        (401, '{"error": "invalid_client"}', "relay-token-geweigerd"),
        (302, "", "relay-token-geweigerd"),
        (404, "", "relay-token-geweigerd"),
        (503, "druk", "http-503"),
        (429, "druk", "http-429"),
        (500, "", "http-500"),
        (200, "", "onleesbaar"),
        (200, "[]", "onleesbaar"),
        (200, "1", "onleesbaar"),
        (200, "[" * 60_000, "onleesbaar"),
        (200, '{"error": "invalid_client"}', "onleesbaar"),
        (200, '{"access_token": "abc", "token_type": "mac"}', "onleesbaar"),
        (200, '{"access_token": "abc"}', "onleesbaar"),
        (200, '{"access_token": "a\\r\\nX-Ander: b", "token_type": "bearer"}', "onleesbaar"),
        (200, '{"access_token": 12, "token_type": "bearer"}', "onleesbaar"),
        (200, '{"access_token": "abc", "token_type": "bearer", "expires_in": "morgen"}', "onleesbaar"),
        (200, '{"access_token": "abc", "token_type": "bearer", "expires_in": 1e999}', "onleesbaar"),
        (200, '{"access_token": "abc", "token_type": "bearer", "scope": 7}', "onleesbaar"),
        (200, '{"access_token": "' + "a" * 70_000 + '", "token_type": "bearer"}', "onleesbaar"),
    ],
)
def test_without_a_token_nothing_is_asked_and_it_is_tried_again(
    region: Ledger, gateway: Gateway, moved: None, status: int, text: str, reason: str
) -> None:
    """Never for good: nobody may be taken for refused by the BRP because a gateway gave no token."""
    gateway.tokens.says = status, text
    said = read_brp_signals(region, NOW)
    assert isinstance(said, Unfinished)
    assert reason in said
    assert gateway.judged.exchanges == []
    found = [finding for finding in preflight(partners().brp[0]) if not finding.good]
    assert [reason in finding.advice for finding in found] == [True]
    gateway.tokens.says = None
    assert read_brp_signals(region, LATER) == "BRP: BRP-KUST 1 nieuw"


@needs_specs
def test_without_a_token_no_answer_is_in_doubt(gateway: Gateway) -> None:
    gateway.tokens.says = 500, ""
    with door() as brp, pytest.raises(Unanswered) as raised:
        brp.ask("POST", "volgindicaties", content={})
    assert raised.value.result.verdict is Verdict.TEMPORARY
    gateway.tokens.says = 404, ""
    with door() as brp, pytest.raises(Unanswered) as raised:
        brp.get("volgindicaties")
    assert not raised.value.not_there, "the gateway has no token server there; what we ask for may well be there"


@needs_specs
def test_the_patience_of_the_address_that_is_asked_holds_for_its_token(gateway: Gateway) -> None:
    gateway.tokens.waits = 30
    with door(timeout=0.2) as brp, pytest.raises(Unanswered, match="tijd-verstreken"):
        brp.get("volgindicaties")
    assert gateway.judged.exchanges == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "een sleutel (secret) of een token (token) is nodig"),
        (
            'token = { url = "http://elders.example/", client = "k", secret = "t" }',
            "alleen https, of http op deze machine",
        ),
        ('token = { url = "https://k:geheim@elders.example/", client = "k", secret = "t" }', "geen geldig adres"),
        (
            'token = { url = "https://elders.example/", client = "k", secret = "t", extra = { scope = "x" } }',
            "een veld onder 'extra' heeft al een eigen plaats",
        ),
        ('token = { url = "https://elders.example/", client = "k" }', "waarde of sleutel niet goed"),
    ],
)
def test_a_source_without_a_way_to_be_known_or_a_safe_address_is_refused(line: str, what: str) -> None:
    text = '[[brp]]\nname = "B"\nkeys = "/k.csv"\nmark_secret = "m"\n'
    text += 'update.url = "https://b.example/"\npersonen.url = "https://b.example/"\n'
    with pytest.raises(PolicyRefusal) as raised:
        parse_partners(text + line)
    assert raised.value.places["what"] == what
    assert "geheim" not in str(raised.value)


def door(**changed: float) -> Door:
    """To the BRP of the partners' file, with a token."""
    source = partners().brp[0]
    asked: TokenServer | None = source.token
    assert asked is not None
    connection: Connection = source.update.model_copy(update=changed)
    return Door(connection, auth=ClientCredentials(asked, secret(asked.secret)))
