"""Signing in and out, what each may do, forms, keys, and a run that goes on."""

from __future__ import annotations

import json
import threading
import time

import requests
from playwright.sync_api import Page, expect

from pages import SUITE, SUITES, NewContext, sign_in
from demo import Demo


def make_token(demo: Demo, scopes: list[str]) -> str:
    body = {"description": "pages", "scopes": scopes}
    headers = {"Authorization": f"Bearer {demo.token}"}
    made = requests.post(f"{demo.base_url}/v2/proctor/organizations/demo/tokens", json=body, headers=headers, timeout=30)
    assert made.status_code == 201, made.text
    return made.json()["token"]


def test_a_link_signs_in_once(new_context: NewContext, demo: Demo) -> None:
    page = new_context().new_page()
    page.goto(demo.link)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**{SUITES}")
    expect(page.get_by_role("heading", name="Suites")).to_be_visible()
    again = requests.post(demo.link, timeout=30, allow_redirects=False)
    assert again.status_code == 404 and "Set-Cookie" not in again.headers


def test_without_signing_in_there_is_nothing_to_see(demo: Demo) -> None:
    for path in (SUITES, "/organizations/demo/tokens", SUITE, f"{SUITE}/runs", f"{SUITES}/no-such-suite/runs", f"{SUITE}/settings"):
        answer = requests.get(demo.base_url + path, timeout=30, allow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/sign-in?next="), path


def test_a_wrong_token_does_not_sign_in(new_context: NewContext, demo: Demo) -> None:
    answer = requests.post(f"{demo.base_url}/sign-in", data={"token": "prct_wrong"}, timeout=30, allow_redirects=False)
    assert answer.status_code == 422 and "Set-Cookie" not in answer.headers
    assert "no API token of this server" in answer.text


def test_the_cookie_is_for_servers_only(demo: Demo) -> None:
    answer = requests.post(f"{demo.base_url}/sign-in", data={"token": demo.token, "next": "//evil.test/"}, timeout=30, allow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    page = requests.get(f"{demo.base_url}/sign-in", timeout=30)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_signing_out_ends_the_session(new_context: NewContext, demo: Demo) -> None:
    page = sign_in(new_context(), demo.token)
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    stale = requests.get(demo.base_url + SUITES, cookies=cookies, timeout=30, allow_redirects=False)
    assert stale.status_code == 303


def test_a_revoked_token_ends_its_sessions(new_context: NewContext, demo: Demo) -> None:
    token = make_token(demo, ["read_suites"])
    page = sign_in(new_context(), token)
    revoked = requests.delete(f"{demo.base_url}/v2/access-token", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert revoked.status_code == 204
    page.goto(SUITE)
    page.wait_for_url("**/sign-in?next=**")


def test_who_may_only_read_cannot_change(new_context: NewContext, demo: Demo, a_failed_test: str) -> None:
    page = sign_in(new_context(), make_token(demo, ["read_suites"]))
    page.goto(a_failed_test)
    assert page.get_by_role("button", name="Mute").count() == 0
    assert page.get_by_role("link", name="Settings").count() == 0
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    csrf = page.locator("input[name=_csrf]").first.input_value()
    path = demo.base_url + a_failed_test.split("?")[0] + "/state"
    refused = requests.post(path, data={"state": "mute", "_csrf": csrf}, cookies=cookies, timeout=30, allow_redirects=False)
    assert refused.status_code == 403


def test_a_form_of_another_site_changes_nothing(page: Page, demo: Demo, a_failed_test: str) -> None:
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    path = demo.base_url + a_failed_test.split("?")[0] + "/state"
    for csrf in ({}, {"_csrf": ""}, {"_csrf": "0" * 64}):
        refused = requests.post(path, data={"state": "mute"} | csrf, cookies=cookies, timeout=30, allow_redirects=False)
        assert refused.status_code == 403, csrf


def test_a_test_is_muted_labelled_and_enabled(page: Page, a_failed_test: str) -> None:
    page.goto(a_failed_test.split("?")[0])
    page.get_by_role("button", name="Mute").click()
    expect(page.locator(".badge.muted", has_text="muted")).to_be_visible()
    page.get_by_label("Label").fill("needs <care>")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".head .tag", has_text="needs <care>")).to_be_visible()
    page.goto(f"{SUITE}/tests?state=muted")
    expect(page.locator(".chip", has_text="state is muted")).to_be_visible()
    assert page.locator("tbody tr").count() == 1
    page.locator("tbody a").first.click()
    page.get_by_label("Label").fill("needs <care>")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".head .tag", has_text="needs <care>")).to_have_count(0)
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("button", name="Mute")).to_be_visible()


def test_a_test_is_muted_for_some_days_with_a_reason(page: Page, demo: Demo, a_failed_test: str) -> None:
    page.goto(a_failed_test.split("?")[0])
    page.get_by_label("Days", exact=True).fill("3")
    page.get_by_label("Reason", exact=True).fill("waits for <a fix>")
    page.get_by_role("button", name="Mute").click()
    state = page.locator(".head .sub", has_text="since")
    expect(state).to_contain_text("waits for <a fix>, until")
    page.get_by_label("Reason", exact=True).fill("for good")
    page.get_by_role("button", name="Change term").click()
    expect(state).to_contain_text("for good")
    expect(state).not_to_contain_text("until")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    csrf = page.locator("input[name=_csrf]").first.input_value()
    path = demo.base_url + a_failed_test.split("?")[0] + "/state"
    for days in ("0", "366", "-1", "soon"):
        form = {"state": "mute", "expires_in_days": days, "_csrf": csrf}
        refused = requests.post(path, data=form, cookies=cookies, timeout=30, allow_redirects=False)
        assert (refused.status_code, "expires_in_days must be from 1 to 365" in refused.text) == (422, True), days
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("button", name="Mute")).to_be_visible()


def test_a_suite_is_made_public_and_private_again(page: Page, demo: Demo) -> None:
    page.goto(f"{SUITES}/ledger/settings")
    page.get_by_label("Everybody who reaches this server").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Everybody who reaches this server")).to_be_checked()
    for path in ("", "/runs", "/tests", "/flaky"):
        assert requests.get(f"{demo.base_url}{SUITES}/ledger{path}", timeout=30, allow_redirects=False).status_code == 200, path
    for path in (f"{SUITES}/ledger/settings", f"{SUITES}/ledger/uploads", SUITES, SUITE):
        assert requests.get(demo.base_url + path, timeout=30, allow_redirects=False).status_code in (303, 403), path
    page.get_by_label("Everybody who reaches this server").uncheck()
    page.get_by_role("button", name="Save").click()
    assert requests.get(f"{demo.base_url}{SUITES}/ledger", timeout=30, allow_redirects=False).status_code == 303


def test_a_token_is_made_used_and_revoked(page: Page, demo: Demo) -> None:
    page.goto("/organizations/demo/tokens")
    page.get_by_label("What it is for").fill("a <script> of mine")
    page.get_by_label("read_user").check()
    page.get_by_role("button", name="Make it").click()
    secret = page.locator("#made").inner_text()
    whoami = f"{demo.base_url}/v2/access-token"
    answer = requests.get(whoami, headers={"Authorization": f"Bearer {secret}"}, timeout=30)
    assert answer.status_code == 200 and answer.json()["scopes"] == ["read_suites", "read_user"]
    page.goto("/organizations/demo/tokens")
    assert secret not in page.content()
    page.get_by_role("button", name="Revoke a <script> of mine").click()
    expect(page.get_by_text("a <script> of mine")).to_have_count(0)
    assert requests.get(whoami, headers={"Authorization": f"Bearer {secret}"}, timeout=30).status_code == 401


def test_settings_are_kept_and_wrong_ones_refused(page: Page, demo: Demo, api: requests.Session) -> None:
    settings = f"{SUITES}/accounts/settings"
    page.goto(settings)
    page.get_by_label("Keep executions, days").fill("90")
    page.get_by_label("Labels from tags").fill("team, kind")
    page.get_by_label("Skipping is allowed").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Keep executions, days")).to_have_value("90")
    suite = api.get(f"{demo.base_url}/v2/analytics/organizations/demo/suites/accounts", timeout=30).json()
    assert (suite["label_tag_keys"], suite["skip_allowed"], suite["mute_allowed"]) == (["team", "kind"], False, True)
    page.get_by_label("TESTOWNERS").fill("* platform")
    page.get_by_role("button", name="Replace").click()
    expect(page.get_by_label("TESTOWNERS")).to_have_value("* platform")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    csrf = page.locator("input[name=_csrf]").first.input_value()
    for field, value in (("retention_days", "soon"), ("name", " "), ("label_tag_keys", "1x")):
        form = {"_csrf": csrf, "name": "Accounts", "default_branch": "main"} | {field: value}
        refused = requests.post(demo.base_url + settings, data=form, cookies=cookies, timeout=30, allow_redirects=False)
        assert refused.status_code == 422, field
    refused = requests.post(f"{demo.base_url}{settings}/owners", data={"_csrf": csrf, "owners": "# nothing"}, cookies=cookies, timeout=30)
    assert refused.status_code == 422


def test_filters_are_in_the_address_and_can_be_taken_away(page: Page) -> None:
    page.goto(f"{SUITE}/runs")
    page.get_by_label("Branch").fill("main")
    page.get_by_role("button", name="Filter").click()
    assert "branch=main" in page.url
    assert set(page.locator("tbody th a").all_inner_texts()) == {"main"}
    page.locator(".chip", has_text="branch is main").click()
    assert "branch=" not in page.url
    page.goto(f"{SUITE}/tests?sort_by=duration_sum&order=desc")
    page.get_by_role("link", name="Time in all ↓").click()
    assert "order=asc" in page.url
    answer = page.goto(f"{SUITE}/tests?branch=main")
    assert answer is not None and answer.status == 200


def test_ticked_flaky_tests_are_muted_together(page: Page) -> None:
    flaky = f"{SUITES}/browser-journeys/flaky"
    page.goto(flaky)
    ticks = page.get_by_role("checkbox")
    ticked = min(2, ticks.count())
    assert ticked > 0
    for number in range(ticked):
        ticks.nth(number).check()
    page.get_by_role("button", name="Mute").click()
    expect(page.locator("tbody .badge.muted")).to_have_count(ticked)
    for number in range(ticked):
        page.get_by_role("checkbox").nth(number).check()
    page.get_by_role("button", name="Enable").click()
    expect(page.locator("tbody .badge.muted")).to_have_count(0)


def test_executions_of_a_run_are_found_by_name_and_result(page: Page, demo: Demo) -> None:
    page.goto(f"{SUITE}/runs/{demo.failed_run}")
    page.get_by_role("link", name="All executions").click()
    page.get_by_label("Result").select_option("failed")
    page.get_by_role("button", name="Filter").click()
    assert set(page.locator("tbody .badge").all_inner_texts()) == {"failed"}
    name = page.locator("tbody th a").first.inner_text()
    page.goto(f"{SUITE}/runs/{demo.failed_run}/executions?q={requests.utils.quote(name)}")
    assert name in page.locator("tbody th a").all_inner_texts()
    page.goto(f"{SUITE}/runs/{demo.failed_run}/executions?q=no-test-is-called-so")
    expect(page.get_by_text("fits these filters")).to_be_visible()


def test_keys(page: Page) -> None:
    page.goto(f"{SUITE}/tests")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("[...document.querySelectorAll('[data-row]')].findIndex(row => row.contains(document.activeElement))")
    assert focused == 1
    page.keyboard.press("k")
    focused = page.evaluate("[...document.querySelectorAll('[data-row]')].findIndex(row => row.contains(document.activeElement))")
    assert focused == 0
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()


def test_a_run_page_follows_a_run_that_goes_on(page: Page, demo: Demo, api: requests.Session) -> None:
    go_on = threading.Event()
    body = json.dumps({"name": "breaks", "result": "failed", "failure_reason": "it broke while you watched"})

    def sent():  # type: ignore[no-untyped-def]
        yield b'{"format": "json", "run_env": {"key": "live-run", "branch": "live"}, "data": ['
        # Enough that the server announces the run before the rest has arrived.
        go_on.wait(timeout=60)
        yield body.encode() + b"]}"

    headers = {"Authorization": f"Token token={demo.upload_token}", "Content-Type": "application/json"}
    sending = threading.Thread(target=lambda: requests.post(f"{demo.base_url}/v1/uploads", data=sent(), headers=headers, timeout=90))
    sending.start()
    try:
        runs = f"{demo.base_url}/v2/analytics/organizations/demo/suites/tests/runs"
        deadline = time.monotonic() + 30
        found: list[dict[str, str]] = []
        while not found and time.monotonic() < deadline:
            found = [run for run in api.get(runs, timeout=30).json() if run["branch"] == "live"]
            time.sleep(0.1)
        page.goto(f"{SUITES}/tests/runs/{found[0]['id']}")
        expect(page.locator("h1 .badge")).to_have_text("running")
    finally:
        go_on.set()
        sending.join()
    expect(page.locator("h1 .badge")).to_have_text("failed", timeout=15_000)
    expect(page.get_by_text("it broke while you watched").first).to_be_visible()
    assert page.locator("[hx-get]").count() == 0, "a finished run asks no more"
