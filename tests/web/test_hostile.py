"""What a test result says is shown, never run, and breaks no layout."""

from __future__ import annotations

import requests
from playwright.sync_api import Page

from pages import SUITES, screenshot
from demo import Demo

MARKUP = "<script>window.__ran = 1</script><img src=x onerror='window.__ran = 2'>\"'><svg onload=window.__ran=3>"
RTL = "\u202egnirts desrever\u202c مرحبا"
RECORDS = [
    {"scope": MARKUP, "name": MARKUP, "result": "failed", "location": MARKUP, "failure_reason": MARKUP,
     "failure_expanded": [{"expanded": [MARKUP], "backtrace": [MARKUP]}], "tags": {"kind": "<b>bold</b>"}},
    {"scope": "long", "name": "n" * 300, "result": "failed", "failure_reason": "w" * 1_000_000},
    {"scope": RTL, "name": RTL, "result": "failed", "failure_reason": f"{RTL}\n\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J"},
]


def test_hostile_content(page: Page, demo: Demo, api: requests.Session) -> None:
    envelope = {
        "format": "json",
        "run_env": {"key": MARKUP, "branch": MARKUP, "commit_sha": MARKUP, "message": MARKUP, "number": MARKUP, "url": "javascript:alert(1)"},
        "tags": {"team": MARKUP[:60]},
        "data": RECORDS,
    }
    headers = {"Authorization": f"Token token={demo.upload_token}"}
    sent = requests.post(f"{demo.base_url}/v1/uploads", json=envelope, headers=headers, timeout=60)
    assert sent.status_code == 202 and sent.json()["queued"] == 3, sent.text
    run, upload = sent.json()["run_id"], sent.json()["upload_id"]
    failures = f"{demo.base_url}/v2/analytics/organizations/demo/suites/tests/runs/{run}/failed_executions"
    executions = [one["test_execution_url"].removeprefix(demo.base_url) for one in api.get(failures, timeout=60).json()]
    assert len(executions) == 3
    suite = f"{SUITES}/tests"
    pages = [SUITES, suite, f"{suite}/runs", f"{suite}/runs/{run}", f"{suite}/uploads", f"{suite}/uploads/{upload}", f"{suite}/tests", *executions]
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for number, path in enumerate(pages):
            page.goto(path)
            assert page.evaluate("window.__ran") is None, path
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide <= 0, f"{path} is {too_wide} pixels too wide at {width}"
            screenshot(page, f"hostile-{number}-{width}")
    page.goto(f"{suite}/runs/{run}")
    assert page.get_by_text("<script>window.__ran = 1</script>").first.is_visible()
    assert page.locator("a[href^='javascript:']").count() == 0
    page.goto(f"{suite}/tests?q={requests.utils.quote(MARKUP)}")
    assert page.evaluate("window.__ran") is None
    assert page.get_by_label("Search").input_value() == MARKUP
