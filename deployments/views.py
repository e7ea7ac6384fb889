"""The coordinator's views in the list at the top right of Prefect's page of runs, in both of its interfaces."""

import json
from pathlib import Path
from typing import Any

import httpx

from flows.views import VIEWS, View

MARK = "ketenregie-views"
# The second interface keeps saved views in the browser only: its page brings ours along, and leaves the user's own.
SCRIPT = """<script id="{mark}">
try {{
  const shelf = "prefect-ui-v2-saved-filters", day = 86400000, now = new Date().setHours(0, 0, 0, 0);
  const moment = (days) => new Date(now + days * day).toISOString();
  const own = {views}.map(([name, state, tag, days]) => ({{
    id: "{mark}-" + tag + "-" + state, name,
    filters: {{ state: [state], tags: [tag], ...(days > 0 && {{ start: moment(0), end: moment(days) }}) }},
  }}));
  const kept = JSON.parse(localStorage.getItem(shelf) ?? "[]").filter((view) => !String(view.id).startsWith("{mark}"));
  localStorage.setItem(shelf, JSON.stringify([...own, ...kept]));
}} catch {{ /* without storage there are no saved views */ }}
</script>"""


def save_views(url: str) -> None:
    """Make or replace the views that the server at `url` (the address of the UI) keeps. Repeats safely."""
    with httpx.Client(base_url=f"{url}/api", timeout=30) as client:
        for name, view in VIEWS.items():
            client.put("/saved_searches/", json={"name": name, "filters": filters(view)}).raise_for_status()


def filters(view: View) -> list[dict[str, Any]]:
    """A view as Prefect stores it; it wants the two empty words too."""
    values: dict[str, Any] = {
        "tag": [view.tag],
        "state": [view.state],
        "range": {"type": "span", "seconds": view.days * 86_400},
    }
    return [
        {"object": "flowRun", "property": name, "type": "", "operation": "", "value": value}
        for name, value in values.items()
    ]


def bring_views(ui_folder: Path) -> None:
    """Let the page of the second interface bring the views along. Repeats safely; without that page it does nothing."""
    page = ui_folder / "v2" / "index.html"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    if "</head>" in text and MARK not in text:
        listed = json.dumps([(name, view.state, view.tag, view.days) for name, view in VIEWS.items()])
        page.write_text(text.replace("</head>", SCRIPT.format(mark=MARK, views=listed) + "</head>"), encoding="utf-8")
