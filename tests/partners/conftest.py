"""What the tests of partners share: installations with partners, as an operator sets them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from integrations.ledger import Ledger
from integrations.partners import Partners, partners
from tests.partners.judged import Judged
from tests.partners.klantinteracties import Meeting
from tests.partners.klantinteracties_standin import KlantinteractiesStandIn
from tests.partners.receiving import forget
from tests.partners.server import served
from tests.partners.zgw import set_secret
from tests.partners.zgw_standin import Running, running
from tests.region import with_region

Configure = Callable[[str, Mapping[str, str]], Partners]


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """No test reads the partners' file of the one before."""
    forget()
    yield
    forget()


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Install this partners' file (TOML text) with these secrets; child processes see it too."""

    def configure(text: str, secrets: Mapping[str, str]) -> Partners:
        path = tmp_path / "partners.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("KETENREGIE_PARTNERS", str(path))
        monkeypatch.setenv("KETENREGIE_SECRETS", json.dumps(secrets))
        forget()
        return partners()

    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path / "home"))
    return configure


@pytest.fixture
def region(ledger: Ledger) -> Ledger:
    """A fresh ledger with the synthetic region."""
    return with_region(ledger)


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    """The stand-in that this module names, up on loopback, and its address."""
    standin = request.module.STANDIN()
    with served(standin) as url:
        yield standin, url


@pytest.fixture
def standin(played: tuple[Any, str]) -> Iterator[Any]:
    """That stand-in, which has heard nothing yet."""
    vars(played[0]).update(vars(type(played[0])()))
    yield played[0]
    assert getattr(played[0], "violations", []) == []


@pytest.fixture(scope="session")
def _case_system() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def there(_case_system: Running) -> Iterator[Running]:
    """A ZGW case system with nothing in it; nothing that passed by was against the published documents."""
    set_secret()
    _case_system.fresh()
    yield _case_system
    assert _case_system.judged.violations == []


@pytest.fixture(scope="session")
def _internetaken() -> Iterator[tuple[KlantinteractiesStandIn, Judged, str]]:
    stand_in = KlantinteractiesStandIn()
    judged = stand_in.judged()
    with served(judged) as url:
        yield stand_in, judged, url


@pytest.fixture
def meeting(_internetaken: tuple[KlantinteractiesStandIn, Judged, str]) -> Iterator[Meeting]:
    """A system with Klantinteracties and nothing in it; what passed by was right, and made once."""
    stand_in, judged, url = _internetaken
    vars(stand_in).update(vars(KlantinteractiesStandIn()))
    judged.violations.clear()
    both = Meeting(url, stand_in)
    yield both
    both.door.close()
    assert judged.violations == []
    assert stand_in.doubled() == []
