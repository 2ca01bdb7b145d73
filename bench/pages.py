"""`bench/run pages`: how long each page takes for somebody who is signed in, and how much comes over the wire at the first visit.

The suite is year-one (see `yearone.py`) with some of its failures retried on the same commit, so that there are flaky tests, and half as
many tests again and more that ran only lately: 20,000 tests with ten million executions, 50,000 tests in all.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import history
import storage
from context import Context
from harness.api import ORGANIZATION, Answer, Api, Suite, analytics
from harness.server import Server
from history import Upload
from measure import Row, memory_mb
from peers.questions import median_ms
from sums import DataDiffers
from yearone import RUNS, TESTS, Chunk, Scale

MEASUREMENTS = tuple(TESTS)
USUAL = ("10m",)
PAGE_MS_MAX = 100.0
FIRST_LOAD_KB_MAX = 60.0
# Of so many tests one is retried when it fails; a retry takes its time after the part of the run.
RETRIED_EVERY = 50
RETRY_AFTER = timedelta(milliseconds=400)
# Tests that ran only lately, for each test of year-one, and in how many runs.
LATE_PER_TEST = 1.5
LATE_RUNS = 3
LATE_PER_UPLOAD = 5_000


def run(context: Context) -> None:
    for name in MEASUREMENTS:
        if name in (context.wanted or USUAL):
            _measure(context, Scale(name))


def _measure(context: Context, scale: Scale) -> None:
    work, prefix, begin = f"pages-{scale.name}", f"pages.{scale.name}", history.first_day()
    server = context.serve(f"{work}/server")
    try:
        suite = _load(context, scale, server, begin, prefix)
        server.stop()
        server = context.serve(f"{work}/server")
        visitor = Visitor(server)
        paths = _paths(visitor, suite)
        for name, path in paths.items():
            _warm(context, visitor, f"{prefix}.{name}", path)
        context.note(f"{prefix}: the server has {memory_mb(server.pid, 'VmRSS'):.0f} MB resident afterwards")
        for name, path in paths.items():
            # Nothing is in memory for the first visitor after a start.
            server.stop()
            server = context.serve(f"{work}/server")
            _cold(context, Visitor(server), f"{prefix}.{name}", path)
    finally:
        server.stop()
        shutil.rmtree(context.work / work, ignore_errors=True)


def _load(context: Context, scale: Scale, server: Server, begin: datetime, prefix: str) -> Suite:
    api = Api(server.base_url, server.token)
    suite = api.create_suite(f"Year one {scale.name}")
    taken, seconds = history.send(server, suite, _uploads(scale, begin))
    if taken < scale.executions:
        raise DataDiffers(f"server: took {taken} executions, generated were {scale.executions} and more")
    left = storage.wait_for_rest(server, api, suite)
    context.note(f"{prefix}: {taken} executions in {seconds:.0f} s; {left} segments were left to compact")
    api.close()
    return suite


def _uploads(scale: Scale, begin: datetime) -> Iterator[Upload]:
    for run in range(RUNS):
        for chunk in scale.chunks(run):
            at = begin + timedelta(milliseconds=chunk.received_ms)
            yield Upload(scale.body(chunk), at)
            if retries := _retries(scale, chunk):
                yield Upload(_envelope(scale.runs[run], retries), at + RETRY_AFTER)
    late = int(len(scale.tests) * LATE_PER_TEST)
    for run in range(RUNS - LATE_RUNS, RUNS):
        for first in range(0, late, LATE_PER_UPLOAD):
            records = [_record("late", f"test_late_{n:06}", 0.01) for n in range(first, min(first + LATE_PER_UPLOAD, late))]
            yield Upload(_envelope(scale.runs[run], records), begin + timedelta(days=27, hours=run - RUNS + LATE_RUNS))


def _retries(scale: Scale, chunk: Chunk) -> list[dict[str, Any]]:
    """Those that failed and pass now."""
    failed = [int(chunk.tests[at]) for at in chunk.failures]
    tests = [scale.tests[number] for number in failed if number % RETRIED_EVERY == 0]
    return [_record(test.scope, test.name, test.median_seconds) for test in tests]


def _record(scope: str, name: str, seconds: float) -> dict[str, Any]:
    return {"scope": scope, "name": name, "result": "passed", "history": {"section": "top", "duration": round(seconds, 6)}}


def _envelope(env: dict[str, str], records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"format": "json", "run_env": env, "tags": {}, "data": records}).encode()


class Visitor:
    """Somebody with a browser who is signed in."""

    def __init__(self, server: Server) -> None:
        self.api = Api(server.base_url, server.token)
        form = urlencode({"token": server.token}).encode()
        answer = self.api.request("POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})
        if answer.status != 303:
            raise SystemExit(f"signing in: {answer.status} {answer.body[:500]!r}")
        cookie = answer.headers["set-cookie"].partition(";")[0]
        self.headers = {"Cookie": cookie, "Accept": "text/html", "Accept-Encoding": "gzip"}

    def get(self, path: str) -> Answer:
        answer = self.api.request("GET", path, headers=self.headers)
        if answer.status != 200:
            raise SystemExit(f"GET {path}: {answer.status} {answer.body[:500]!r}")
        return answer

    def text(self, path: str) -> str:
        answer = self.api.request("GET", path, headers=self.headers | {"Accept-Encoding": "identity"})
        return answer.body.decode()

    def first_load_bytes(self, path: str) -> int:
        """The page and everything that it makes a browser load, compressed."""
        assets = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', self.text(path)))
        return len(self.get(path).body) + sum(len(self.get(asset).body) for asset in assets)


def _paths(visitor: Visitor, suite: Suite) -> dict[str, str]:
    """Every page about what was stored."""
    root = f"/organizations/{ORGANIZATION}/analytics/suites"
    base = f"{root}/{suite.slug}"
    newest = visitor.api.runs(suite)[LATE_RUNS]
    failed = visitor.api.failed_executions(suite, newest["id"])[0]["test_execution_url"]
    execution = failed[failed.index("/organizations/") :]
    flaky = visitor.api.get(f"{analytics()}/suites/{suite.slug}/flaky-tests?period=28days&per_page=1")
    if not flaky:
        raise DataDiffers("no test is flaky")
    test = f"{base}/tests/{flaky[0]['id']}"
    run = f"{base}/runs/{newest['id']}"
    workflows = visitor.api.get(f"{analytics().replace('/v2/analytics/', '/v2/proctor/', 1)}/suites/{suite.slug}/workflows")
    workflow = f"{base}/workflows/{workflows[0]['id']}"
    return {
        "suites": root,
        "summary": base,
        "runs": f"{base}/runs",
        "run": run,
        "run_executions": f"{run}/executions",
        "tests": f"{base}/tests",
        "tests_branch": f"{base}/tests?branch=main&sort_by=reliability&order=asc",
        "tests_columns": f"{base}/tests?columns=reliability,interval,p50,p95,total,owners",
        "tests_search": f"{base}/tests?q=checkout",
        "test": test,
        "test_grouped": f"{test}?group_by=host.type",
        "execution": execution,
        "flaky": f"{base}/flaky",
        "flaky_by_time": f"{base}/flaky?sort=time&page=2",
        "workflows": f"{base}/workflows",
        "workflow": workflow,
        "workflow_edit": f"{workflow}/edit",
        "ledger": f"{base}/ledger",
        "uploads": f"{base}/uploads",
        "settings": f"{base}/settings",
    }


def _warm(context: Context, visitor: Visitor, name: str, path: str) -> None:
    milliseconds = median_ms(lambda: visitor.get(path))
    context.row(Row(f"{name}.warm_ms", milliseconds, "limit", PAGE_MS_MAX, 1.0, "at most"))
    kilobytes = visitor.first_load_bytes(path) / 1000
    context.row(Row(f"{name}.first_load_kb", kilobytes, "limit", FIRST_LOAD_KB_MAX, 1.0, "at most"))


def _cold(context: Context, visitor: Visitor, name: str, path: str) -> None:
    began = time.perf_counter()
    visitor.get(path)
    # No goal: the first question after a start reads from disk what it needs.
    context.note(f"{name}: the first visit after a start takes {(time.perf_counter() - began) * 1000:.0f} ms")
