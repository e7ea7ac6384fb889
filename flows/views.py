"""The views of Prefect's list of runs that a coordinator needs: the list itself forgets what is older than a week."""

from dataclasses import dataclass
from urllib.parse import urlencode

from tasks.run_facts import FAILED_TAG
from tasks.start_run import STEP_TAG

YEAR = 365


@dataclass(frozen=True)
class View:
    """Runs with this tag and state, over a span of days from now; negative looks back."""

    tag: str
    state: str
    days: int


VIEWS: dict[str, View] = {
    "Te laat": View("te-laat", "Suspended", -YEAR),
    "Acuut": View("acuut", "Suspended", -YEAR),
    "Niet aangekomen": View(FAILED_TAG, "Suspended", -YEAR),
    "Wacht op uitkomst": View(STEP_TAG, "Suspended", -YEAR),
    "Komende 14 dagen": View(STEP_TAG, "Scheduled", 14),
}


def link(ui_url: str, view: View) -> str:
    """The same view as an address of Prefect's older pages, which are the ones we open by default."""
    query = {"type": "span", "seconds": view.days * 86_400, "tag": view.tag, "state": view.state}
    return f"{ui_url.rstrip('/')}/runs?{urlencode(query)}"
