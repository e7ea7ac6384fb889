"""What prefect.yaml lists, as plain data: to read it costs no import of Prefect."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml

from integrations.settings import settings

POOL = "keten"
PARTNERS = "partners"  # the tag of the rounds with partners' systems
TYPE = "ketenregie"  # runs live in the worker's own process: docs/decisions/0005-in-process-worker.md


def listed() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml, as written there; found beside this module, in a wheel too."""
    text = files("deployments").joinpath("prefect.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["deployments"])


def scheduled() -> list[str]:
    """The names of the deployments that run by a schedule here: the clockwork."""
    return [str(entry["name"]) for entry in listed() if entry.get("schedules") and stands_on(entry)]


def stands_on(entry: Mapping[str, Any]) -> bool:
    """False for the rounds with partners where there is no partners' file: they would do nothing all day."""
    return PARTNERS not in entry.get("tags", []) or settings().partners is not None
