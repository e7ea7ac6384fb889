"""`ketenregie doctor`, and what `ketenregie up` prepares: against a real mail server and a real HTTP answer."""

import json
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deployments.cli.checks import PINS, installed, numbers
from deployments.cli.prefect_checks import prefect_checks
from deployments.mail_catcher import MailCatcher
from deployments.prefect_file import POOL, scheduled
from deployments.up import prepare, wanted_port
from domain.errors import StateRefusal
from integrations.ledger import Ledger
from integrations.ledger.audit import AUDIT
from integrations.ledger.policy import policy_of
from integrations.reachable import prefect_answers, relay_answers
from integrations.region_file import read_region
from integrations.settings import settings
from tasks.examine_ledger import examine_ledger
from tasks.make_ledger import make_ledger
from tasks.show_status import show_status
from tests.cli.trial import KUSTLAND, ROOT, Trial, call, moment

ROUNDS: list[dict[str, object]] = [
    {"name": name, "paused": False, "schedules": [{"active": True}]} for name in scheduled()
]
ANSWERS: dict[str, object] = {
    "/api/health": True,
    "/api/admin/version": installed("prefect"),
    "/api/deployments/filter": ROUNDS,
    f"/api/work_pools/{POOL}": {"is_paused": False},
}


@dataclass
class Api:
    """Something that answers as Prefect's API does: an int is a status, anything else the answer."""

    url: str
    answers: dict[str, object]

    def verdicts(self, now: datetime | None = None) -> dict[str, str]:
        """What doctor thinks of it."""
        found = list(prefect_checks(self.url, now or datetime.now(UTC)))
        assert [check.what for check in found if check.verdict != "ok" and not check.next_step] == []
        return {check.what: check.verdict for check in found}


@pytest.fixture
def api() -> Iterator[Api]:
    """A sound Prefect."""
    answers = dict(ANSWERS)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path, 404)
            self.send_response(answer if type(answer) is int else 200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Api(f"http://127.0.0.1:{server.server_port}", answers)
    server.shutdown()
    server.server_close()


def test_the_pins_are_those_of_the_package() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    ranges = {line.split(">")[0].split("=")[0]: line for line in listed}
    for name, (low, high) in PINS.items():
        assert ranges[name] in {f"{name}>={low},<{high}", f"{name}=={low}"}
        assert numbers(low) <= numbers(installed(name)) < numbers(high)


def test_a_whole_installation_is_well(trial: Trial, tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailCatcher(tmp_path / "mail") as relay:
        monkeypatch.setenv("KETENREGIE_MAIL_PORT", str(relay.port))
        monkeypatch.setenv("KETENREGIE_UI_URL", api.url)
        monkeypatch.setenv("KETENREGIE_ALARM", "mail:beheer@regio.example")
        settings.cache_clear()
        found = trial.run("doctor", "--json")
    assert (found.status, found.json["healthy"]) == (0, True)
    verdicts = {check["what"]: check["verdict"] for check in found.json["checks"]}
    assert (verdicts.pop("klok"), set(verdicts.values())) == ("warn", {"ok"})


def test_what_is_wrong_gets_a_next_step_and_status_one(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETENREGIE_MAIL_PORT", "9")
    monkeypatch.setenv("KETENREGIE_UI_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    found = trial.run("doctor", "--json")
    failed = {check["what"]: check["next_step"] for check in found.json["checks"] if check["verdict"] == "fail"}
    assert (found.status, set(failed), all(failed.values())) == (1, {"mail", "Prefect"}, True)
    shown = trial.run("doctor")
    assert (shown.status, "geen antwoord" in shown.out) == (1, True)


def test_a_round_that_is_paused_missing_or_without_its_schedule_is_found(api: Api) -> None:
    faults: list[dict[str, object]] = [{"paused": True}, {"name": "anders"}, {"schedules": []}]
    faults.append({"schedules": [{"active": False}]})
    for wrong in faults:
        api.answers["/api/deployments/filter"] = [ROUNDS[0] | wrong, *ROUNDS[1:]]
        assert api.verdicts()["rondes"] == "fail"


@pytest.mark.parametrize("answer", [404, {"is_paused": True}])
def test_a_work_pool_that_is_gone_or_paused_is_found(api: Api, answer: object) -> None:
    api.answers[f"/api/work_pools/{POOL}"] = answer
    assert api.verdicts()["werkvoorraad"] == "fail"


def test_another_version_another_time_and_a_password_are_told(api: Api) -> None:
    assert api.verdicts(datetime.now(UTC) + timedelta(minutes=5))["klok van Prefect"] == "warn"
    api.answers["/api/admin/version"] = "3.8.1"
    assert api.verdicts()["Prefect-server"] == "warn"
    api.answers["/api/admin/version"] = 401
    assert api.verdicts() == {"Prefect": "ok", "rondes": "warn"}


@pytest.mark.parametrize("answer", [500, {"a": 1}, [{"name": "sweep"}], "tekst"])
def test_an_answer_that_is_not_prefects_is_no_crash(api: Api, answer: object) -> None:
    api.answers["/api/deployments/filter"] = answer
    assert api.verdicts()["rondes"] == "warn"


def test_without_a_ledger_the_rest_is_still_looked_at() -> None:
    found = call("doctor", "--json").json["checks"]
    [database] = [check for check in found if check["what"] == "database"]
    assert (database["verdict"], database["found"].split(":")[0]) == ("fail", "KR-ADMINISTRATIE")
    assert {"mail", "Prefect", "sqlalchemy"} <= {check["what"] for check in found}


def test_nothing_listening_is_no_answer() -> None:
    assert not relay_answers("127.0.0.1", 9, "insecure")
    assert not prefect_answers("http://127.0.0.1:9")


def test_a_changed_line_of_the_trail_and_a_missing_role_are_found(trial: Trial) -> None:
    with trial.ledger.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_no_update")
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(AUDIT.update().where(AUDIT.c.seq == 2).values(actor="iemand"))
        connection.exec_driver_sql("UPDATE professional SET active = 0 WHERE code = 'KR-001'")
    failed = {c.what: c.found for c in examine_ledger(trial.ledger, moment("2026-04-21T09:00")) if c.verdict == "fail"}
    assert failed == {"logboek": "regel 2 klopt niet", "regio": "niemand is procesregisseur"}


def test_a_clock_behind_the_trail_and_a_year_without_decree_are_found(ledger: Ledger) -> None:
    make_ledger(ledger, read_region(KUSTLAND), moment("2028-04-21T09:00"))
    verdicts = [(c.what, c.verdict) for c in examine_ledger(ledger, moment("2028-04-21T08:00")) if c.verdict != "ok"]
    assert verdicts == [("feestdagen", "warn"), ("klok", "fail")]


def test_up_keeps_the_region_a_ledger_has_and_loads_what_the_settings_name(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, own = moment("2026-04-20T08:00"), tmp_path / "eigen.toml"
    own.write_text(KUSTLAND.read_text(encoding="utf-8").replace('name = "Kustland"', 'name = "Polderland"', 1))
    policy = tmp_path / "beleid.toml"
    policy.write_text('version = "2"\n[clocks.one_plan]\nweeks = 4\nsource = "Afspraak"\n')
    prepare(ledger, now)
    assert (names(ledger), show_status(ledger, now).healthy) == (["Kustland"], True)
    monkeypatch.setenv("KETENREGIE_REGION", str(own))
    monkeypatch.setenv("KETENREGIE_POLICY", str(policy))
    settings.cache_clear()
    prepare(ledger, now)
    monkeypatch.delenv("KETENREGIE_REGION")
    settings.cache_clear()
    prepare(ledger, now)
    assert names(ledger) == ["Polderland"]
    with ledger.reading() as session:
        assert policy_of(session).version == "2026-11+2"


def test_up_refuses_a_ledger_with_a_virtual_clock(trial: Trial) -> None:
    with pytest.raises(StateRefusal, match="KR-KLOK-PROEF"):
        prepare(trial.ledger, moment("2026-04-21T09:00"))


@pytest.mark.parametrize(
    ("url", "port"),
    [("http://127.0.0.1:4321", 4321), ("http://localhost:80/prefect", 80), ("https://keten.example", 4200)],
)
def test_the_ui_opens_on_the_port_professionals_know(url: str, port: int) -> None:
    assert wanted_port(url) == port


def names(ledger: Ledger) -> list[str]:
    """The region the ledger is of."""
    with ledger.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT value FROM setting WHERE name = 'region'")
        return [str(row[0]) for row in rows]
