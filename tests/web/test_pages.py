"""Every page in both colour schemes, on a desk and on a phone: it loads, nothing overflows, and axe-core finds nothing."""

from __future__ import annotations

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pages import NOBODY, SUITE, SUITES, NewContext, screenshot, sign_in
from demo import Demo

axe = Axe()
LOOKS = [("light", 1440), ("dark", 1440), ("light", 360), ("dark", 360)]


def paths(demo: Demo, a_failed_test: str) -> dict[str, str]:
    """Every page by the name of its screenshot."""
    run = f"{SUITE}/runs/{demo.failed_run}"
    return {
        "suites": SUITES,
        "summary": SUITE,
        "runs": f"{SUITE}/runs",
        "run": run,
        "run-executions": f"{run}/executions",
        "tests": f"{SUITE}/tests",
        "test": a_failed_test.split("?")[0],
        "execution": a_failed_test,
        "flaky": f"{SUITES}/browser-journeys/flaky",
        "uploads": f"{SUITE}/uploads",
        "settings": f"{SUITE}/settings",
        "tokens": "/organizations/demo/tokens",
        "docs": "/docs",
        "docs-storage": "/docs/storage",
        "empty-runs": f"{SUITES}/tests/runs",
        "no-such-run": f"{SUITE}/runs/{NOBODY}",
    }


def assert_accessible(page: Page, what: str) -> None:
    found = axe.run(page)
    assert found.violations_count == 0, f"{what}:\n{found.generate_report()}"


def assert_fits(page: Page, what: str) -> None:
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"{what} is {too_wide} pixels wider than its window"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page(new_context: NewContext, demo: Demo, a_failed_test: str, scheme: str, width: int) -> None:
    context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    first = context.new_page()
    first.goto("/sign-in")
    assert_accessible(first, "sign-in")
    screenshot(first, f"sign-in-{scheme}-{width}")
    page = sign_in(context, demo.token)
    for name, path in paths(demo, a_failed_test).items():
        what = f"{name} ({scheme}, {width})"
        response = page.goto(path)
        assert response is not None
        assert response.status == (404 if name == "no-such-run" else 200), what
        assert page.locator("h1").count() == 1, f"{what} has {page.locator('h1').count()} first headings"
        screenshot(page, f"{name}-{scheme}-{width}")
        assert_fits(page, what)
        assert_accessible(page, what)


def test_reading_works_without_scripts(new_context: NewContext, demo: Demo, a_failed_test: str) -> None:
    page = sign_in(new_context(java_script_enabled=False), demo.token)
    for name, path in paths(demo, a_failed_test).items():
        page.goto(path)
        assert page.locator("main h1").inner_text().strip(), name
    page.goto(f"{SUITE}/runs")
    page.get_by_label("Result").select_option("failed")
    page.get_by_role("button", name="Filter").click()
    words = page.locator("tbody td .badge").all_inner_texts()
    assert words and set(words) == {"failed"}


def test_first_load_is_small(new_context: NewContext, demo: Demo) -> None:
    page = sign_in(new_context(), demo.token)
    for path in (SUITES, SUITE, f"{SUITE}/runs", f"{SUITE}/runs/{demo.failed_run}", f"{SUITE}/tests", f"{SUITE}/flaky"):
        cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        session = requests.Session()
        session.cookies.update(cookies)
        html = session.get(demo.base_url + path, headers={"Accept": "text/html"}, stream=True, timeout=30)
        total = len(html.raw.read())
        assert html.headers["Content-Encoding"] == "gzip"
        page.goto(path)
        links = page.eval_on_selector_all("link[rel=stylesheet], link[rel=icon], script[src]", "all => all.map(one => one.href || one.src)")
        for url in links:
            total += len(session.get(url, stream=True, timeout=30).raw.read())
        assert total <= 60_000, f"{path}: {total} bytes"
