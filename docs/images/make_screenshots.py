"""Make the pictures of the documents from a running demo: `python docs/images/make_screenshots.py [ADDRESS]`.

Start `make demo` first and give it a minute. Needs Chromium and playwright (in the development environment).
"""

import shutil
import sys
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
FORM_OF = "stap:warm_handover"
PATIENCE = 60_000  # milliseconds: the first page of a cold server is slow


def main(address: str) -> None:
    """The list of late steps, a form, the overview, and the table of what is late."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        context = browser.new_context(
            viewport={"width": 1400, "height": 900}, locale="nl-NL", timezone_id="Europe/Amsterdam"
        )
        context.add_init_script("localStorage.setItem('color-scheme', JSON.stringify('light'))")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{address}/runs?type=span&seconds=-31536000&tag=te-laat&state=Suspended")
        _keep(page, "te-laat", "Start lokale hulp")
        page.goto(f"{address}/runs/flow-run/{_run(address)}")
        page.get_by_role("button", name="Resume").first.click()
        _keep(page, "formulier", "Nog nodig om af te ronden")
        for key, name, text in (("overzicht", "overzicht", "Laatste ronde"), ("te-laat", "te-laat-tabel", "wie")):
            page.goto(f"{address}/artifacts/artifact/{_artifact(address, key)}")
            _keep(page, name, text)
        browser.close()


def _keep(page: Page, name: str, text: str) -> None:
    """A picture once this text is there and the page has come to rest."""
    page.get_by_text(text).first.wait_for()
    page.wait_for_timeout(3_000)
    page.screenshot(path=FOLDER / f"{name}.png")


def _run(address: str) -> str:
    """A step that waits: a hand-over that still lacks something, and is not late."""
    body = {"flow_runs": {"tags": {"all_": [FORM_OF]}, "state": {"name": {"any_": ["Suspended"]}}}}
    found = httpx.post(f"{address}/api/flow_runs/filter", json=body, timeout=60).json()
    return next(str(run["id"]) for run in found if "te-laat" not in run["tags"])


def _artifact(address: str, key: str) -> str:
    found = httpx.post(f"{address}/api/artifacts/latest/filter", json={}, timeout=60).json()
    return next(str(row["latest_id"]) for row in found if row["key"] == key)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4200")
