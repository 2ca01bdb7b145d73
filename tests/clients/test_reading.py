"""Reading metrics back: plain `requests` as documentation shows it, curl with jq-like scripts, and pybuildkite's pages."""

from __future__ import annotations

import json
import subprocess
import uuid
from typing import Any

import pytest
import requests
from pybuildkite.buildkite import Buildkite

from harness.api import Api, Suite, analytics
from harness.server import Server, clean_environment

SECONDS_MAX = 60
TESTS = 12
PER_PAGE = 5
METRICS = {"Buildkite-Version": "2026-08-01"}


def upload(api: Api, suite: Suite, key: str, data: list[dict[str, Any]], branch: str = "main") -> None:
    run_env = {"CI": "buildkite", "key": key, "branch": branch, "commit_sha": "b7c1f0a9"}
    answer = api.upload(suite, json.dumps({"format": "json", "run_env": run_env, "data": data}).encode())
    assert answer.status == 202, answer.body


def record(name: str, result: str, seconds: float) -> dict[str, Any]:
    span = {"section": "sql", "duration": seconds / 2, "detail": {"query": "SELECT 1"}}
    history = {"section": "top", "start_at": 0, "duration": seconds, "children": [span]}
    return {"scope": "Cart", "name": name, "location": f"cart.rb:{len(name)}", "result": result, "history": history}


@pytest.fixture
def session(server: Server) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.headers["Authorization"] = f"Bearer {server.token}"
    return made


def test_metrics_with_requests(server: Server, api: Api, suite: Suite, session: requests.Session) -> None:
    upload(api, suite, "1", [record(f"test {n}", "passed", n / 10) for n in range(1, TESTS + 1)])
    upload(api, suite, "2", [record("test 1", "failed", 9.5), record("test 2", "skipped", 0.0)], branch="dev")
    tests_url = f"{server.base_url}{analytics()}/suites/{suite.slug}/tests"

    def walk(**params: str) -> list[dict[str, Any]]:
        """Follows the Link header, as requests reads it."""
        found: list[dict[str, Any]] = []
        url: str | None = tests_url
        query: dict[str, str] | None = {"per_page": str(PER_PAGE)} | params
        while url:
            answer = session.get(url, params=query, headers=METRICS, timeout=SECONDS_MAX)
            answer.raise_for_status()
            found += answer.json()
            url, query = answer.links.get("next", {}).get("url"), None
        return found

    averages = [t["duration_avg"] for t in walk()]
    assert len(averages) == TESTS and averages == sorted(averages, reverse=True)
    worst = walk(sort_by="reliability", order="asc")[0]
    assert (worst["name"], worst["reliability"]) == ("test 1", 0.5)
    assert worst["executions_count_by_result"] == {"passed": 1, "failed": 1}
    assert [t["name"] for t in walk(branch="dev", tags="result:!skipped")] == ["test 1"]
    assert [t["duration_p95"] for t in walk(sort_by="duration_p95")][0] == pytest.approx(0.1 + 0.95 * 9.4)
    one = session.get(f"{tests_url}/{worst['id']}", headers=METRICS, params={"period": "1day"}, timeout=SECONDS_MAX).json()
    assert {key: one[key] for key in worst} == worst
    legacy = session.get(tests_url, timeout=SECONDS_MAX).json()
    assert all("executions_count" not in test for test in legacy) and len(legacy) == TESTS
    refused = session.get(tests_url, params={"period": "7days", "min_timestamp": "2026-04-01T00:00:00Z"}, timeout=SECONDS_MAX)
    assert (refused.status_code, refused.json()["message"]) == (422, "period cannot be combined with min_timestamp")


def test_a_build_with_requests(server: Server, api: Api, suite: Suite, session: requests.Session) -> None:
    build = str(uuid.uuid4())
    upload(api, suite, build, [record("slow", "passed", 3.5), record("quick", "failed", 0.25), record("quick", "passed", 0.25)])
    build_url = f"{server.base_url}{analytics()}/builds/{build}"

    def get(url: str, **params: str) -> Any:
        answer = session.get(url, params=params, timeout=SECONDS_MAX)
        answer.raise_for_status()
        return answer.json()

    assert [(t["name"], t["executions_count"]) for t in get(f"{build_url}/tests")] == [("slow", 1), ("quick", 2)]
    (run,) = get(f"{build_url}/preflight/v1", result="^failed", state="enabled", include="latest_fail")["tests"]["runs"].values()
    assert (run["passed"], run["failed"], run["skipped"]) == (2, 0, 0)
    (slowest,) = get(f"{build_url}/executions/slowest", limit="1")
    assert (slowest["duration"], slowest["has_trace"]) == (3.5, True)
    trace = get(f"{server.base_url}{analytics()}/suites/{suite.slug}/executions/{slowest['id']}/trace", view="full")
    assert [(s["name"], s["duration_ns"]) for s in trace["spans"]] == [("sql", 1_750_000_000)]
    (flaky,) = get(f"{server.base_url}{analytics()}/suites/{suite.slug}/flaky-tests", search='"quick"')
    assert (flaky["name"], flaky["instances"]) == ("quick", 1)


def test_metrics_with_curl(server: Server, api: Api, suite: Suite) -> None:
    upload(api, suite, "1", [record("adds", "passed", 0.5), record("adds", "failed", 1.5)])
    command = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "-H", f"Authorization: Bearer {server.token}"]
    command += ["-H", "Buildkite-Version: 2026-08-01", "--get", "--data-urlencode", "tags=result:~failed,scm.branch:ma*"]
    url = f"{server.base_url}{analytics()}/suites/{suite.slug}/tests"
    done = subprocess.run([*command, url], env=clean_environment(), capture_output=True, text=True, timeout=SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    assert '"executions_count":2,"executions_count_by_result":{"passed":1,"failed":1}' in done.stdout
    (test,) = json.loads(done.stdout)
    assert (test["duration_sum"], test["duration_avg"], test["reliability"]) == (2.0, 1.0, 0.5)


def test_pages_with_pybuildkite(server: Server, api: Api, suite: Suite) -> None:
    """The library has no calls for tests; its client reads any list and the pages in its Link header."""
    upload(api, suite, "1", [record(f"test {n:02}", "passed", n) for n in range(TESTS)])
    library = Buildkite(PER_PAGE)
    library.base_url = f"{server.base_url}/v2/"
    library.set_access_token(server.token)
    url = f"{server.base_url}{analytics()}/suites/{suite.slug}/tests"
    names: list[str] = []
    page: int | None = 0
    while page is not None:
        answer = library.client.get(url, query_params={"page": page, "labels": "!flaky,!nightly"}, with_pagination=True)
        names += [test["name"] for test in answer.body]
        assert answer.last_page in (None, -(-TESTS // PER_PAGE))
        page = answer.next_page
    assert names == [f"test {n:02}" for n in range(TESTS)]
