"""One demo and one browser for all tests of the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from demo import Demo
from pages import NewContext, Watched, sign_in

# Without these Chromium asks its maker's servers for things at every start.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with Demo() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("PROCTOR_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing: scripts/test web installs it"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def new_context(browser: Browser, demo: Demo) -> Iterator[NewContext]:
    """Makes contexts; what goes wrong in any of their pages fails the test."""
    watched: list[Watched] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=demo.base_url, **options)
        context.set_default_timeout(15_000)
        watched.append(Watched(context, demo.base_url))
        return context

    yield make
    for one in watched:
        one.context.close()
    problems = [problem for one in watched for problem in one.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(new_context: NewContext, demo: Demo) -> Page:
    """A page of somebody who may do everything."""
    return sign_in(new_context(viewport={"width": 1440, "height": 900}), demo.token)


@pytest.fixture(scope="session")
def api(demo: Demo) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {demo.token}"
    return session


@pytest.fixture(scope="session")
def a_failed_test(demo: Demo, api: requests.Session) -> str:
    """The path of the page of an execution that failed."""
    run = f"{demo.base_url}/v2/analytics/organizations/demo/suites/checkout-api/runs/{demo.failed_run}/failed_executions"
    url: str = api.get(run, timeout=30).json()[0]["test_execution_url"]
    return url.removeprefix(demo.base_url)
