"""A desk of the command centre: a browser without a screen, and logged-in pages in it."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cli.api import Api
from deploy.local import page as page_build
from deploy.local.platform import Platform

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking", "--lang=zh-CN"]
PATIENCE_MS = 30_000
COMPUTED_MS = 90_000
"""A proposal may take its 20 s of computing, and the first one loads the solver."""


def newest(*roots: Path) -> float:
    """When anything below was changed last."""
    return max(path.stat().st_mtime for root in roots for path in root.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a screen, and the page as its sources are now."""
    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert executable, "no Chromium on this machine: `deploy/local/packages.sh --browser` installs it"
    if not page_build.built() or page_build.INDEX.stat().st_mtime < newest(page_build.PAGE / "src", page_build.ROOT / "gen"):
        page_build.build(lambda _step, _seconds: None)
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=executable, args=ARGUMENTS, env=dict(os.environ))
        yield opened
        opened.close()


Enter = Callable[[str], Page]
"""Log in through the page as this user, and wait until the page is live."""


@pytest.fixture
def enter(browser: Browser, platform: Platform) -> Iterator[Enter]:
    """Opens logged-in pages, each with its own session, and closes them after the test."""
    contexts: list[BrowserContext] = []

    def opened(username: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN"))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://{platform.address()}/")
        page.locator("input[autocomplete=username]").fill(username)
        page.locator("input[type=password]").fill(platform.password)
        page.get_by_role("button", name="登录").click()
        page.locator("[data-testid=stream][data-state=live]").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()


def tasked(api: Api, title: str, lon: float, code: str = "medical") -> tuple[str, str]:
    """A confirmed incident with a task that wants one unit; the names of both."""
    place = {"lon": lon, "lat": 39.02}
    body = {
        "title": title,
        "eventCode": "12A10",
        "regionCode": "640202",
        "source": "INCIDENT_SOURCE_PHONE",
        "location": place,
        "occurTime": "2026-07-29T15:12:00+08:00",
    }
    incident = api.post("duty_officer", "/incidents", body)["name"]
    api.post("duty_officer", f"/{incident}:confirm", {})
    task = {"incident": incident, "title": title, "kind": "TASK_KIND_RESCUE", "location": place, "needs": [{"code": code, "count": 1}]}
    return incident, api.post("duty_officer", "/tasks", {"task": task, "issue": True})["name"]


def units_known(api: Api, page: Page, *units: Mapping[str, object]) -> None:
    """Register these units, and wait until dispatch has heard of them."""
    for unit in units:
        body: dict[str, object] = {"team": "teams/fire", "regionCode": "640202", "crewSize": 3, "home": {"lon": 106.31, "lat": 39.08}, "contact": "呼号"}
        body |= {"capabilities": [{"code": "psychological", "count": 1}]}
        body |= {key: value for key, value in unit.items() if key != "id"}
        api.post("administrator", "/units", {"unitId": unit["id"], "unit": body})
    now = api.get("duty_officer", "/clock")["time"]
    points = [{"unit": f"units/{unit['id']}", "location": {"lon": 106.31, "lat": 39.08}, "locateTime": now} for unit in units]
    for _ in range(60):
        if not api.post("duty_officer", "/units:reportPositions", {"positions": points}).get("unknown"):
            return
        page.wait_for_timeout(500)
    raise AssertionError("dispatch never heard of the units")


def crews(api: Api, page: Page, code: str, count: int) -> None:
    """So many crews that are free and have this capability, which no other unit has."""
    names = [f"{code.replace('_', '-')}-{number}" for number in range(1, count + 1)]
    units_known(api, page, *({"id": name, "displayName": f"页面队 {name}", "capabilities": [{"code": code, "count": 1}]} for name in names))
    for name in names:
        api.post("duty_officer", f"/units/{name}:setStatus", {"state": "UNIT_STATE_AVAILABLE"})
