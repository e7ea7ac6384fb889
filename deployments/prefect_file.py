"""What prefect.yaml lists, as plain data: to read it costs no import of Prefect."""

from importlib.resources import files
from typing import Any

import yaml

POOL = "keten"
TYPE = "ketenregie"  # runs live in the worker's own process: docs/decisions/0005-in-process-worker.md


def listed() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml, as written there; found beside this module, in a wheel too."""
    text = files("deployments").joinpath("prefect.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["deployments"])


def scheduled() -> list[str]:
    """The names of the deployments that run by a schedule: the clockwork."""
    return [str(entry["name"]) for entry in listed() if entry.get("schedules")]
