"""Look at Prefect from outside, by its API alone: its version, its clock, and whether the clockwork is set to run."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from integrations.http_date import http_date

SECONDS = 5.0
MOST = 200


@dataclass(frozen=True)
class Deployed:
    """One deployment: paused or not, and whether a schedule of its own is active."""

    name: str
    paused: bool
    scheduled: bool


@dataclass(frozen=True)
class PrefectLook:
    """What Prefect told. `refused`: it wants a password. `pool`: the work pool is there, and open."""

    refused: bool = False
    version: str = ""
    date: datetime | None = None
    deployed: tuple[Deployed, ...] = ()
    pool: bool = False


def look_at_prefect(ui_url: str, pool: str) -> PrefectLook | None:
    """What Prefect's API at this address tells; None when it does not answer as Prefect does."""
    import httpx  # slow to load, and this is asked seldom

    try:
        with httpx.Client(base_url=f"{ui_url.rstrip('/')}/api", timeout=SECONDS) as client:
            version = client.get("/admin/version")
            if version.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                return PrefectLook(refused=True)
            found = client.post("/deployments/filter", json={"limit": MOST}).raise_for_status().json()
            kept = client.get(f"/work_pools/{pool}")
            open_pool = kept.status_code == HTTPStatus.OK and not kept.json()["is_paused"]
            told = str(version.raise_for_status().json()), http_date(version.headers.get("date", ""))
            return PrefectLook(False, *told, tuple(map(_deployed, found)), open_pool)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return None


def _deployed(found: dict[str, Any]) -> Deployed:
    active = any(schedule["active"] for schedule in found["schedules"])
    return Deployed(str(found["name"]), bool(found["paused"]), active)
