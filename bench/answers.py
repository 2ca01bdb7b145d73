"""What the server answers about year-one, in the peers' shape, and the comparison before any figure is printed."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from generate import Test
from harness.api import PAGE_SIZE, Api, Suite, analytics
from history import rfc3339
from sums import DataDiffers
from yearone import DAYS

# Sums are added up in another order on each side.
TOLERANCE = 1e-9
METRICS_VERSION = {"Buildkite-Version": "2026-08-01"}
FILTERS: dict[str, dict[str, str]] = {"all": {}, "branch": {"branch": "main"}, "tags": {"tags": "host.type:m4.large"}}
DURATIONS = ("sum", "avg", "min", "max")


class Unserved(Exception):
    """The server does not have the route."""


class Asker:
    """Asks one suite of a server about the days of the data set."""

    def __init__(self, api: Api, suite: Suite, begin: datetime, tests_max: int | None = None) -> None:
        self._api, self._begin, self.tests_max = api, begin, tests_max
        self._suite_path = f"{analytics()}/suites/{suite.slug}"

    def metrics_path(self, name: str, earlier_s: int = 0, **paging: int) -> str:
        """The tests by average duration, over the executions that the filter selects; the window ends so many seconds before its end."""
        return f"{self._suite_path}/tests?{urlencode(self._window(0, DAYS, earlier_s) | FILTERS[name] | paging)}"

    def history_path(self, test_id: str) -> str:
        """One test, day by day."""
        own = self._suite_path.replace("/v2/analytics/", "/v2/proctor/", 1)
        return f"{own}/tests/{test_id}/history?{urlencode(self._window(0, DAYS) | {'per_page': PAGE_SIZE})}"

    def get(self, path: str) -> Any:
        answer = self._api.request("GET", path, headers=METRICS_VERSION)
        if answer.status == 404:
            raise Unserved(path.split("?")[0])
        if answer.status != 200:
            raise SystemExit(f"GET {path}: {answer.status} {answer.body[:500]!r}")
        return answer.json()

    def metrics(self, name: str) -> list[dict[str, Any]]:
        """All pages, or the first ones where there are very many tests."""
        tests: list[dict[str, Any]] = []
        while True:
            page = self.get(self.metrics_path(name, page=len(tests) // PAGE_SIZE + 1, per_page=PAGE_SIZE))
            tests += page
            if len(page) < PAGE_SIZE or (self.tests_max and len(tests) >= self.tests_max):
                return tests

    def test_id(self, test: Test) -> str:
        """The id of a test, by its scope and name."""
        body = json.dumps({"scope": test.scope, "name": test.name}).encode()
        answer = self._api.request("POST", f"{self._suite_path}/tests/find", body, {"Content-Type": "application/json"})
        if answer.status != 200:
            raise DataDiffers(f"the server has no {test}: {answer.status} {answer.body[:500]!r}")
        return answer.json()["id"]

    def _window(self, first: int, end: int, earlier_s: int = 0) -> dict[str, str]:
        ends = (self._begin + timedelta(days=first), self._begin + timedelta(days=end, seconds=-earlier_s))
        return dict(zip(("min_timestamp", "max_timestamp"), map(rfc3339, ends), strict=True))


def number_of(test: dict[str, Any]) -> int:
    """The peers know a test by the number in its name."""
    return int(test["name"].rpartition("_")[2])


def check_metrics(peer: str, name: str, ours: list[dict[str, Any]], answers: Path, tests_max: int | None = None) -> None:
    """The same tests in the same order with the same figures. Only neighbours whose averages are equal may have changed places."""
    theirs = json.loads(answers.read_text())[name]
    if len(ours) != min(len(theirs), tests_max or len(theirs)):
        raise DataDiffers(f"{name}: {len(ours)} tests, {peer} has {len(theirs)}")
    by_number = {row[0]: row for row in theirs}
    for place, test in enumerate(ours):
        number = number_of(test)
        row = by_number.get(number)
        if row is None:
            raise DataDiffers(f"{name}: {peer} has no test {number}")
        counts = test["executions_count_by_result"]
        found = [test["executions_count"], *(counts.get(result, 0) for result in ("passed", "failed", "skipped"))]
        if found != row[1:5]:
            raise DataDiffers(f"{name}, test {number}: counts are {found}, {peer} has {row[1:5]}")
        _check_close(f"{name}, test {number}", peer, [test[f"duration_{which}"] for which in DURATIONS], row[5:9])
        if theirs[place][0] != number:
            _check_close(f"{name}, place {place}", peer, [test["duration_avg"]], [theirs[place][6]])


def check_daily(peer: str, ours: list[dict[str, Any]], answers: Path) -> None:
    """Every day of one test: executions, p50 and p95."""
    theirs = json.loads(answers.read_text())["daily"]
    if len(ours) != len(theirs):
        raise DataDiffers(f"{len(ours)} days, {peer} has {len(theirs)}")
    first = date.fromisoformat(ours[0]["date"]) - timedelta(days=theirs[0][0])
    for test, (day, count, quantiles) in zip(ours, theirs, strict=True):
        if (test["date"], test["executions_count"]) != ((first + timedelta(days=day)).isoformat(), count):
            raise DataDiffers(f"day {day}: {test['executions_count']} executions on {test['date']}, {peer} has {count}")
        _check_close(f"day {day}", peer, [test["duration_p50"], test["duration_p95"]], quantiles)


def _check_close(what: str, peer: str, ours: list[float], theirs: list[float]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        if not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-15):
            raise DataDiffers(f"{what}: {one!r}, {peer} has {other!r}")
