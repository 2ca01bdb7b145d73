"""What the pages of suites, tests, flaky tests and uploads show beyond loading: charts, groups, columns, orders, evidence."""

from __future__ import annotations

import time

import pytest
import requests
from playwright.sync_api import Page, expect

from pages import SUITE, SUITES, NewContext, screenshot, sign_in
from test_pages import LOOKS, assert_accessible, assert_fits
from demo import Demo

JOURNEYS = f"{SUITES}/browser-journeys"
# A collector's upload with spans, tags and a retry.
SPANS = {
    "section": "top", "start_at": 0.0, "end_at": 2.0, "duration": 2.0, "children": [
        {"section": "sql", "start_at": 0.1, "end_at": 0.9, "duration": 0.8, "detail": {"query": "SELECT * FROM carts WHERE name = '<i>x</i>'"}, "children": []},
        {"section": "http", "start_at": 1.0, "end_at": 1.4, "duration": 0.4, "detail": {"method": "GET", "url": "https://shop.test/cart", "lib": "net_http"}, "children": []},
        {"section": "sleep", "start_at": 1.5, "end_at": 1.9, "duration": 0.4, "children": []},
    ],
}
LIBRARY = [f"    at run{n} (/app/node_modules/jest/run.js:{n}:2)" for n in range(1, 6)]
HOSTILE = "\"><script>window.__ran = 9</script>"


@pytest.fixture(scope="module")
def a_flaky_test(demo: Demo, api: requests.Session) -> str:
    """The path of the page of a test that a workflow has raised an alarm about."""
    url = f"{demo.base_url}/v2/analytics/organizations/demo/suites/browser-journeys/flaky-tests?period=28days"
    tests = api.get(url, timeout=30).json()
    events = f"{demo.base_url}/v2/proctor/organizations/demo/suites/browser-journeys/events?per_page=100"
    # Workflows look at what the demo sent while its pages can be seen already.
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        alarmed = {event["test"]["id"] for event in api.get(events, timeout=30).json()}
        if found := [test["id"] for test in tests if test["id"] in alarmed]:
            return f"{JOURNEYS}/tests/{found[0]}"
        time.sleep(0.2)
    raise AssertionError("no workflow raised an alarm about a flaky test")


@pytest.fixture(scope="module")
def an_execution_with_spans(demo: Demo, api: requests.Session) -> str:
    """The path of an execution with spans, a backtrace through a library and hostile tags, sent to the suite of the pages."""
    record = {
        "scope": "Cart", "name": "is shown", "result": "failed", "location": "cart.test.js:3", "history": SPANS,
        "tags": {"host.type": HOSTILE, "team": "web"}, "failure_reason": "expected 1",
        "failure_expanded": [{"expanded": ["expected 1, got 2"], "backtrace": ["    at add (/app/src/cart.js:3:4)", *LIBRARY, "    at cart (/app/src/cart.test.js:9:1)"]}],
    }
    envelope = {"format": "json", "run_env": {"key": "spans", "branch": "main", "commit_sha": "c" * 40}, "data": [record, record | {"result": "passed", "tags": {"host.type": "m5"}}]}
    sent = requests.post(f"{demo.base_url}/v1/uploads", json=envelope, headers={"Authorization": f"Token token={demo.upload_token}"}, timeout=60)
    assert sent.status_code == 202, sent.text
    failures = f"{demo.base_url}/v2/analytics/organizations/demo/suites/tests/runs/{sent.json()['run_id']}/failed_executions"
    url: str = api.get(failures, timeout=30).json()[0]["test_execution_url"]
    return url.removeprefix(demo.base_url)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_each_of_them_fits_and_is_accessible(
    new_context: NewContext, demo: Demo, a_flaky_test: str, an_execution_with_spans: str, scheme: str, width: int
) -> None:
    page = sign_in(new_context(viewport={"width": width, "height": 900}, color_scheme=scheme), demo.token)
    test = an_execution_with_spans.split("?")[0]
    paths = {
        "suites": SUITES,
        "summary": SUITE,
        "flaky": f"{JOURNEYS}/flaky",
        "flaky-by-time": f"{JOURNEYS}/flaky?sort=time",
        "flaky-none": f"{JOURNEYS}/flaky?q=no-test-is-called-so",
        "test-grouped": f"{a_flaky_test}?group_by=host.arch",
        "test-grouped-hostile": f"{test}?group_by=host.type",
        "execution-with-spans": an_execution_with_spans,
        "tests-columns": f"{SUITE}/tests?columns=reliability,interval,mean,p50,p95,longest,total,executions,failed,skipped,owners&branch=main",
        "uploads-with-problems": f"{SUITES}/tests/uploads",
    }
    refused = {"format": "nonsense", "run_env": {"key": "k"}, "data": []}
    for _ in range(2):
        sent = requests.post(f"{demo.base_url}/v1/uploads", json=refused, headers={"Authorization": f"Token token={demo.upload_token}"}, timeout=30)
        assert sent.status_code == 422, sent.text
    for name, path in paths.items():
        what = f"{name} ({scheme}, {width})"
        response = page.goto(path)
        assert response is not None and response.status == 200, what
        assert page.locator("h1").count() == 1, what
        assert page.evaluate("window.__ran") is None, what
        for details in page.locator("details:not(.columns-menu) > summary").all():
            details.evaluate("summary => { summary.parentElement.open = true }")
        screenshot(page, f"more-{name}-{scheme}-{width}")
        assert_fits(page, what)
        assert_accessible(page, what)


def test_durations_can_be_looked_at_closely(page: Page, a_flaky_test: str) -> None:
    page.goto(a_flaky_test)
    plot = page.locator("#durations-plot")
    expect(plot.locator("canvas")).to_be_visible()
    expect(page.locator("#durations-still")).to_be_hidden()
    span = lambda: float(plot.get_attribute("data-until") or 0) - float(plot.get_attribute("data-from") or 0)  # noqa: E731
    whole = span()
    assert whole > 86_400
    over = plot.locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=8)
    page.mouse.up()
    page.wait_for_function("([plot, whole]) => plot.dataset.until - plot.dataset.from < whole / 2", arg=[plot.element_handle(), whole])
    screenshot(page, "more-durations-zoomed")
    page.get_by_role("button", name="whole time").click()
    page.wait_for_function("([plot, whole]) => plot.dataset.until - plot.dataset.from > whole * .99", arg=[plot.element_handle(), whole])


def test_the_library_is_loaded_on_the_page_of_a_test_only(page: Page, a_flaky_test: str) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    for path in (SUITES, SUITE, f"{SUITE}/tests", f"{JOURNEYS}/flaky", f"{SUITE}/uploads"):
        page.goto(path)
    assert not [url for url in loaded if "uplot" in url]
    page.goto(a_flaky_test)
    assert len([url for url in loaded if "uplot" in url]) == 2


def test_without_scripts_the_drawing_stays(new_context: NewContext, demo: Demo, a_flaky_test: str) -> None:
    page = sign_in(new_context(java_script_enabled=False), demo.token)
    page.goto(f"{a_flaky_test}?group_by=host.arch")
    assert page.locator("#durations-still svg.scatter").is_visible()
    assert page.locator("#durations-plot").is_hidden()
    assert page.locator("#groups tbody tr").count() >= 1
    page.get_by_label("Tag key", exact=True).fill("scm.branch")
    page.get_by_role("button", name="Group").click()
    assert "group_by=scm.branch" in page.url
    assert "main" in page.locator("#groups tbody th").all_inner_texts()
    page.goto(f"{SUITE}/tests")
    page.locator(".columns-menu summary").click()
    page.get_by_label("p95").check()
    page.get_by_label("Mean duration").uncheck()
    page.get_by_role("button", name="Show").click()
    headings = page.locator("thead th").all_inner_texts()
    assert "p95" in headings and not [name for name in headings if name.startswith("Mean")]


def test_groups_add_up(page: Page, an_execution_with_spans: str) -> None:
    page.goto(f"{an_execution_with_spans.split('?')[0]}?group_by=host.type")
    rows = page.locator("#groups tbody tr")
    values = rows.locator("th").all_inner_texts()
    assert values == [HOSTILE, "m5"] or values == ["m5", HOSTILE]
    counts = [int(row.locator("td").nth(1).inner_text()) for row in rows.all()]
    assert sum(counts) == 2
    rows.locator("th a", has_text="m5").click()
    expect(page.locator(".chip", has_text="tag host.type:m5")).to_be_visible()


def test_an_execution_tells_where_its_time_went(page: Page, an_execution_with_spans: str) -> None:
    page.goto(an_execution_with_spans)
    assert page.get_by_role("region", name="Slowest queries and requests").locator("tbody tr").count() == 2
    assert "SELECT * FROM carts WHERE name = '<i>x</i>'" in page.locator("#execution").inner_text()
    assert page.locator("#execution svg .k-sql").count() >= 2
    folded = page.locator(".backtrace details").first
    expect(folded.locator("summary")).to_have_text("5 lines of libraries")
    expect(page.locator("#execution .backtrace > pre").first).to_contain_text("/app/src/cart.js")
    page.locator("#execution .acts").filter(has_text="team").get_by_role("link", name="group").click()
    expect(page.locator("#groups tbody th", has_text="web")).to_be_visible()


def test_the_ledger_leads_to_its_evidence(page: Page, a_flaky_test: str) -> None:
    page.goto(a_flaky_test)
    alarm = page.locator("#ledger li").filter(has=page.locator(".badge", has_text="alarm")).first
    expect(alarm).to_contain_text("passed on retry")
    expect(alarm).to_contain_text("version 1")
    expect(alarm).to_contain_text("score")
    alarm.locator("a[href*=execution_id]").first.click()
    expect(page.locator("#execution h2")).to_be_visible()


def test_a_muted_execution_is_hatched(page: Page, demo: Demo) -> None:
    headers = {"Authorization": f"Token token={demo.upload_token}"}
    body = {"format": "json", "run_env": {"key": "hatch-1", "branch": "main"}, "data": [{"scope": "Hatch", "name": "hatches", "result": "passed"}]}
    assert requests.post(f"{demo.base_url}/v1/uploads", json=body, headers=headers, timeout=30).status_code == 202
    page.goto(f"{SUITES}/tests/tests?q=hatches")
    page.locator("tbody th a").first.click()
    page.get_by_role("button", name="Mute").click()
    expect(page.locator(".badge.muted", has_text="muted").first).to_be_visible()
    body["run_env"] = {"key": "hatch-2", "branch": "main"}
    assert requests.post(f"{demo.base_url}/v1/uploads", json=body, headers=headers, timeout=30).status_code == 202
    page.reload()
    strip = page.locator("svg.bricks")
    assert strip.locator("a").count() == 2
    assert strip.locator("[fill='url(#hatch)']").count() == 1
    assert "the test was muted" in (strip.locator("a").last.get_attribute("aria-label") or "")
    expect(page.locator("#ledger")).to_contain_text("enabled → muted")


def test_the_order_of_flaky_tests_is_in_the_address(page: Page) -> None:
    page.goto(f"{JOURNEYS}/flaky")
    runs = [int(text) for text in page.locator("tbody tr td b").all_inner_texts()]
    assert runs == sorted(runs, reverse=True) and runs
    page.get_by_role("link", name="Commits").click()
    assert "sort=commits" in page.url
    expect(page.locator(".sort-links [aria-current]")).to_have_text("Commits")
    page.get_by_label("Search").fill("alpha")
    page.get_by_role("button", name="Filter").click()
    assert "sort=commits" in page.url and "q=alpha" in page.url
    assert page.locator("tbody svg.small-strip").count() == page.locator("tbody tr").count() > 0


def test_columns_stay_while_the_list_is_sorted_and_filtered(page: Page) -> None:
    page.goto(f"{SUITE}/tests?columns=p95,owners")
    assert page.locator("thead th").all_inner_texts() == ["Test", "p95", "Owners"]
    page.get_by_role("link", name="p95").click()
    assert "sort_by=duration_p95" in page.url
    assert page.locator("thead th").all_inner_texts() == ["Test", "p95 ↓", "Owners"]
    page.get_by_label("Branch").fill("main")
    page.get_by_role("button", name="Filter").click()
    assert [name.removesuffix(" ↓") for name in page.locator("thead th").all_inner_texts()] == ["Test", "p95", "Owners"]
    page.locator(".chip", has_text="branch is main").click()
    assert "branch=" not in page.url and "columns=" in page.url


def test_uploads_are_no_business_of_the_public(page: Page, demo: Demo) -> None:
    page.goto(f"{SUITES}/storefront/settings")
    page.get_by_label("Everybody who reaches this server").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Everybody who reaches this server")).to_be_checked()
    public = requests.get(f"{demo.base_url}{SUITES}/storefront", timeout=30, allow_redirects=False)
    assert public.status_code == 200 and "/uploads" not in public.text
    hidden = requests.get(f"{demo.base_url}{SUITES}/storefront/uploads", timeout=30, allow_redirects=False)
    assert hidden.status_code == 303
    page.get_by_label("Everybody who reaches this server").uncheck()
    page.get_by_role("button", name="Save").click()


def test_the_first_visit_to_a_test_is_small(page: Page, demo: Demo, a_flaky_test: str) -> None:
    session = requests.Session()
    session.cookies.update({cookie["name"]: cookie["value"] for cookie in page.context.cookies()})
    for path in (a_flaky_test, f"{SUITE}/uploads"):
        total = len(session.get(demo.base_url + path, headers={"Accept": "text/html"}, stream=True, timeout=30).raw.read())
        page.goto(path)
        for url in page.eval_on_selector_all("link[rel=stylesheet], link[rel=icon], script[src]", "all => all.map(one => one.href || one.src)"):
            total += len(session.get(url, stream=True, timeout=30).raw.read())
        assert total <= 60_000, f"{path}: {total} bytes"
