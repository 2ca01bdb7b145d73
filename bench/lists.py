"""How long the list routes take, at their first and at their last page."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from answers import METRICS_VERSION
from context import Context
from harness.api import ORGANIZATION, Answer, Api, Suite, analytics
from harness.server import Server
from history import Upload, send
from measure import Row
from peers.questions import median_ms
from sums import DataDiffers

LIST_MS_MAX = 5.0
PER_PAGE = 30
# The list that needs a header to be one of tests with metrics, and not of the legacy body.
WITH_METRICS = "tests_with_metrics"
# So many that page 1,000 is the last one.
MANY_RUNS = 1_000 * PER_PAGE


def many_runs() -> Iterator[Upload]:
    """Runs of one passed execution each."""
    data = [{"scope": "many", "name": "runs", "result": "passed", "history": {"duration": 0.25}}]
    for number in range(MANY_RUNS):
        yield Upload(json.dumps({"format": "json", "run_env": {"key": f"run-{number}", "branch": "main"}, "data": data}).encode())


def measure(context: Context, server: Server, suite: Suite, prefix: str) -> None:
    """A row for both ends of every list. The runs of a suite of their own, for there must be a page 1,000."""
    api = Api(server.base_url, server.token)
    crowded = api.create_suite("Many runs")
    taken, seconds = send(server, crowded, many_runs())
    context.note(f"{prefix}: {taken} runs of one execution took {seconds:.1f} s")
    run = api.runs(suite)[0]
    for name, path in _paths(suite, crowded, run).items():
        first = _one_page(context, api, f"{prefix}.list.{name}.first_ms", f"{path}page=1&per_page={PER_PAGE}")
        if first is None:
            continue
        found = re.search(r"[?&]page=(\d+)[^>]*>; rel=\"last\"", first.headers.get("link", ""))
        last_page = int(found[1]) if found else 1
        last = _one_page(context, api, f"{prefix}.list.{name}.last_ms", f"{path}page={last_page}&per_page={PER_PAGE}")
        if last is None or (first.json() and not last.json()) or (name == "runs" and last_page != MANY_RUNS // PER_PAGE):
            raise DataDiffers(f"{name}: page {last_page} should be the last one and hold something")
    api.close()


def _paths(suite: Suite, crowded: Suite, run: dict[str, Any]) -> dict[str, str]:
    """Every list, up to its paging parameters."""
    organization, proctor = f"/v2/organizations/{ORGANIZATION}", f"/v2/proctor/organizations/{ORGANIZATION}"
    a, s = analytics(), f"{analytics()}/suites/{suite.slug}"
    return {
        "organizations": "/v2/organizations?",
        "teams": f"{organization}/teams?",
        "suites": f"{a}/suites?",
        "runs": f"{a}/suites/{crowded.slug}/runs?",
        "failed_executions": f"{s}/runs/{run['id']}/failed_executions?include_failure_expanded=true&",
        "executions": f"{proctor}/suites/{suite.slug}/runs/{run['id']}/executions?",
        "tests": f"{s}/tests?",
        WITH_METRICS: f"{s}/tests?period=28days&",
        "muted": f"{s}/tests/muted?",
        "skipped": f"{s}/tests/skipped?",
        "flaky": f"{s}/flaky-tests?period=28days&",
        "build_tests": f"{a}/builds/{run['build_id']}/tests?",
        "tokens": f"{proctor}/tokens?",
    }


def _one_page(context: Context, api: Api, name: str, path: str) -> Answer | None:
    headers = METRICS_VERSION if WITH_METRICS in name else {}
    answer = api.request("GET", path, headers=headers)
    if answer.status in (404, 405):
        context.note(f"{name}: the server does not have {path.split('?')[0]}")
        return None
    if answer.status != 200:
        raise SystemExit(f"GET {path}: {answer.status} {answer.body[:500]!r}")
    context.row(Row(name, median_ms(lambda: api.request("GET", path, headers=headers)), "limit", LIST_MS_MAX, 1.0, "at most"))
    return answer


def metrics_ms(api: Api, path: str | Callable[[], str]) -> float:
    """How long a question about metrics takes; a path that is made is made anew for each time."""
    return median_ms(lambda: api.request("GET", path if isinstance(path, str) else path(), headers=METRICS_VERSION))


def once_ms(api: Api, path: str) -> float:
    """How long it takes now."""
    began = time.perf_counter()
    api.request("GET", path, headers=METRICS_VERSION)
    return (time.perf_counter() - began) * 1000
