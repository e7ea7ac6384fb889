"""Canaries in every field, and every outgoing hand: what each partner's system received is searched as bytes."""

import json
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from starlette.responses import Response

from deployments.receiver.app import receiver_app
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from integrations.partners import partners
from tests.faults.leaks_canaries import Canaries
from tests.faults.leaks_partners import LEAVES, OUTGOING, PEERS, connected, forget
from tests.faults.leaks_receiver import pushes
from tests.faults.leaks_scan import Scan
from tests.faults.leaks_wire import Wire
from tests.faults.leaks_world import ALLOWED, LeakWorld, listening
from tests.faults.test_leaks import taken_as_code
from tests.faults.tier import chance, scaled
from tests.partners.receiving import ZAKEN
from tests.partners.server import served
from tests.partners.test_receiver_process import started

Say = Callable[[str, object], None]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LeakWorld]:
    """A region of canaries, with a home of its own."""
    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path / "home"))
    forget()
    made = LeakWorld(tmp_path).make()
    yield made
    made.ledger.dispose()
    forget()


@pytest.mark.timeout(scaled(600, 900))
@pytest.mark.parametrize("kind", sorted(PEERS))
def test_no_partner_receives_a_canary_but_the_few_that_are_its_own(
    world: LeakWorld, kind: str, record_property: Say
) -> None:
    words = [one for one in world.canaries.disguises("ANDER") if "\n" not in one]
    drawn = chance(f"partners {kind}").sample(words, scaled(5, 10))
    with listening() as ear, connected(world, kind) as out:
        out.live(drawn, scaled(0, 5))
        world.copied()
        found = world.scan(ear, OUTGOING)
        for wire in out.wires.values():
            wire.search(found)
        answered = out.answers()
    received = {name: len(wire.bodies) for name, wire in out.wires.items()}
    figures = {"received": received, "kilobytes": found.size // 1000, "hits": len(found.hits)}
    record_property("said", f"leaks, partners ({kind}): {json.dumps(figures)}")
    assert not found.hits, Counter(found.hits)
    assert found.met >= LEAVES
    assert (answered, min(received.values()) >= 5) == (1, True)


def test_the_receiver_says_and_logs_nothing_of_what_is_pushed_at_it(
    world: LeakWorld, tmp_path: Path, record_property: Say
) -> None:
    words = [one for one in world.canaries.disguises("POORT") if "\n" not in one]
    drawn, statuses = chance("receiver").sample(words, scaled(2, len(words))), Counter[int]()
    with listening() as ear, connected(world, "zgw") as out:
        house = House(world.ledger, partners(), lambda: world.now)
        with served(receiver_app(house), http=Impatient) as url:
            for one in pushes(world, out.urls["handover"], drawn):
                status, said = one.at(url)
                statuses[status] += 1
                world.said.append(("receiver", said))
    found = world.scan(ear, ALLOWED | {("receiver", "MELD")})
    found.hits = [hit for hit in found.hits if not taken_as_code(hit.place)]
    ledger = Path(shutil.copy(tmp_path / "ledger.sqlite", tmp_path / "given" / "ledger.sqlite"))
    with started(tmp_path / "given", ledger) as process:
        for one in pushes(world, ZAKEN.removesuffix("zaken/api/v1/"), drawn[:1]):
            found.text("process", one.at(process.url)[1])
        found.file(process.log, "process")
    figures = {"pushed": statuses, "log lines": len(ear.heard) + len(process.lines()), "hits": len(found.hits)}
    record_property("said", f"leaks, receiver: {json.dumps(figures)}")
    assert not found.hits, Counter(found.hits)
    assert {201, 204, 400, 401, 404, 422} <= set(statuses)
    assert any("POST /meldingen 201 POL-KUST" in line for line in ear.heard)
    assert len(process.lines()) > 20


def test_a_canary_in_any_part_of_what_a_partner_receives_is_found(record_property: Say) -> None:
    canaries, sent, missed = Canaries(), 0, []
    with (
        served(wire := Wire("proef", Response(status_code=204))) as url,
        httpx.Client(trust_env=False, timeout=60) as client,
    ):
        for words in canaries.disguises("META"):
            for request in planted(url, words):
                wire.heads.clear()
                wire.bodies.clear()
                client.send(request)
                wire.search(found := Scan())
                sent += 1
                missed += [] if found.hits else [(request.url, request.content)]
    record_property("said", f"leaks, planted on the wire: {sent} sent, {sent - len(missed)} found")
    assert not missed


def planted(url: str, words: str) -> Iterator[httpx.Request]:
    """These words in every part of a request."""
    yield httpx.Request("POST", f"{url}{quote(words)}")
    yield httpx.Request("POST", url, params={"reference": words})
    yield httpx.Request("POST", url, headers={"X-Proef": words.encode("ascii", "backslashreplace").decode()})
    yield httpx.Request("POST", url, json={"personalisation": {"body": words}})
    yield httpx.Request("POST", url, content=json.dumps({"subject": words}, ensure_ascii=False).encode())
    yield httpx.Request("POST", url, json={"inhoud": b64encode(words.encode()).decode()})
