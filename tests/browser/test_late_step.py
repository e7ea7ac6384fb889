"""A coordinator opens a late step, answers it incompletely, is told what is missing, and completes it."""

import re
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import Running

LATE = "/runs?type=span&seconds=-31536000&tag=te-laat&state=Suspended"
PATIENCE = 180.0  # seconds

pytestmark = [pytest.mark.timeout(900)]


def test_a_late_step_is_opened_asked_again_and_completed(running: Running, page: Page, pictures: Path) -> None:
    _open_run(page, running, f"{running.reference} · Veiligheidsbeoordeling", LATE)
    assert page.get_by_text("te-laat", exact=True).first.is_visible()
    page.screenshot(path=pictures / "1-late-run.png")

    form = _form(page)
    assert re.search(r"Kind C \(\d+ jaar\) is niet gehoord", form.inner_text())
    _write(form, "^Vastgelegd door", "VT-101")
    _choose(page, form, "^Veiligheidsrisico 1: soort", "Lichamelijk geweld")
    _choose(page, form, "^Uitkomst", "Structurele onveiligheid")
    page.screenshot(path=pictures / "2-form-one-child-not-heard.png")
    _submit(form)

    again = _form_that_says(page, "bewaard")
    said = again.inner_text()
    assert re.search(r"Kind C \(\d+ jaar\) is niet gehoord", said)
    page.screenshot(path=pictures / "3-asked-again.png")

    _write(again, "^Vastgelegd door", "VT-101")
    _choose(page, again, r"^Kind C .*zelf gehoord", "Ja, alleen gesproken")
    _choose(page, again, "^Uitkomst", "Structurele onveiligheid")
    _submit(again)

    _open_run(page, running, f"{running.reference} · Besluit vervolg", f"/runs?tag=zaak:{running.reference}")
    page.screenshot(path=pictures / "4-next-step.png")
    assert "Besluit vervolg" in _form(page).inner_text()
    assert _tags_of(running, "stap:safety_assessment").isdisjoint({"te-laat"})
    page.screenshot(path=pictures / "5-form-of-the-next-step.png")


def _tags_of(running: Running, step: str) -> set[str]:
    """The tags of the run of this step, through Prefect's API, once the late tag has gone or patience ends."""
    body = {"flow_runs": {"tags": {"all_": [f"zaak:{running.reference}", step]}}}
    deadline = time.monotonic() + PATIENCE
    while True:
        tags = set(httpx.post(f"{running.url}/api/flow_runs/filter", json=body, timeout=60).json()[0]["tags"])
        if "te-laat" not in tags or time.monotonic() > deadline:
            return tags
        time.sleep(1)


def _open_run(page: Page, running: Running, name: str, listing: str) -> None:
    """Open a run from a list of runs; the list is looked at again until the run is there."""
    deadline = time.monotonic() + 2 * PATIENCE
    link, resume = page.get_by_role("link", name=name), page.get_by_role("button", name="Resume")
    while time.monotonic() < deadline:
        page.goto(f"{running.url}{listing}")
        with suppress(PlaywrightTimeout):
            link.first.click(timeout=20_000)
            resume.first.wait_for(timeout=40_000)
            return
    pytest.fail("the run does not wait for an answer")


def _form(page: Page) -> Locator:
    """The form behind Resume."""
    page.get_by_role("button", name="Resume").first.click()
    form = page.locator(".p-modal__card")
    form.get_by_text("Vastgelegd door").wait_for()
    return form


def _form_that_says(page: Page, text: str) -> Locator:
    """The form once the run has looked at the answer and asks again."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        page.reload()
        page.get_by_role("button", name="Resume").first.wait_for()
        form = _form(page)
        if text in form.inner_text():
            return form
    pytest.fail("the run did not ask again")


def _field(form: Locator, title: str) -> Locator:
    label = form.page.locator(".schema-form-property__label", has_text=re.compile(title))
    return form.locator(".p-label.schema-form-property").filter(has=label).last


def _write(form: Locator, title: str, text: str) -> None:
    _field(form, title).locator("textarea, input").first.fill(text)


def _choose(page: Page, form: Locator, title: str, choice: str) -> None:
    select = _field(form, title).locator("button.p-select-button__control")
    select.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=choice, exact=True).click()
    select.get_by_text(choice, exact=True).wait_for()


def _submit(form: Locator) -> None:
    form.get_by_role("button", name="Submit").click()
    form.wait_for(state="hidden")
