"""`bench/run workflows`: back-tests of every monitor over year-one's history, and what ten workflows cost those who upload."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from typing import Any

import history
import storage
from context import Context
from harness.api import ORGANIZATION, Api, ApiError, Suite
from harness.server import Server
from ingest import IDLE_SECONDS, LARGE_CONNECTIONS
from measure import Row, cpu_seconds, memory_mb
from sums import DataDiffers
from yearone import TESTS, Scale

MEASUREMENTS = ("200k", "1m", "10m", "with-workflows")
BACKTEST_SECONDS_MAX = 10.0
RATE_KEPT_MIN = 0.8
# Suites that take the large set in, one after the other: evaluation works beside all but the first seconds.
ROUNDS = 3
CATCH_UP_SECONDS_MAX = 600.0
POLL_SECONDS = 0.1

MONITORS: dict[str, dict[str, Any]] = {
    "transition_count": {"type": "transition_count"},
    "passed_on_retry": {"type": "passed_on_retry", "variant_tags": ["host.arch", "language.version"]},
    "probabilistic_flakiness": {"type": "probabilistic_flakiness"},
    "new_test": {"type": "new_test"},
    "duration_threshold": {"type": "duration_threshold"},
    "failure_rate": {"type": "failure_rate"},
    "changepoint": {"type": "changepoint"},
    "changepoint_of_duration": {"type": "changepoint", "signal": "duration"},
}
# With those above: ten.
MORE = {
    "p95": {"type": "duration_threshold", "alarm": 30.0, "recover": 20.0, "aggregation": "p95", "window": 50},
    "often": {"type": "passed_on_retry", "commit_count_threshold_high": 3},
}


def run(context: Context) -> None:
    sizes = [name for name in TESTS if name in MEASUREMENTS and (name in context.wanted if context.wanted else name == "10m")]
    for name in sizes:
        _back_tests(context, Scale(name))
    if context.wants("with-workflows"):
        _with_workflows(context)


def _path(suite: Suite, rest: str) -> str:
    return f"/v2/proctor/organizations/{ORGANIZATION}/suites/{suite.slug}/workflows{rest}"


def _post(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.request("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    if answer.status not in (200, 201):
        raise ApiError(f"POST {path}: {answer.status} {answer.body[:500]!r}")
    return answer.json()


def _back_tests(context: Context, scale: Scale) -> None:
    _, manifest = scale.files(context.data.parent)
    prefix, name = f"workflows.{scale.name}", f"workflows-{scale.name}"
    server = context.serve(name)
    try:
        api = Api(server.base_url, server.token)
        suite = api.create_suite(f"Year one {scale.name}")
        _without_workflows(api, suite)
        taken, seconds = history.send(server, suite, history.year_one(scale, history.first_day()))
        left = storage.wait_for_rest(server, api, suite)
        context.note(f"{prefix}: {taken} executions in {seconds:.1f} s; {left} segments not compacted")
        api.close()
        server.stop()
        server = context.serve(name)
        api = Api(server.base_url, server.token)
        # Every execution counts: all branches pass the filter.
        branches = sorted({run["branch"] for run in scale.runs})
        filters = [{"key": "scm.branch", "operator": "is one of", "values": branches}]
        for name_of_rule, monitor in MONITORS.items():
            _back_test(context, prefix, server, api, suite, (name_of_rule, {"monitor": monitor, "filters": filters}), manifest)
        context.note(f"{prefix}: memory of the server at most {memory_mb(server.pid, 'VmHWM'):.0f} MB")
        api.close()
    finally:
        server.stop()
        shutil.rmtree(context.work / name, ignore_errors=True)


def _back_test(
    context: Context, prefix: str, server: Server, api: Api, suite: Suite, rule: tuple[str, dict[str, Any]], manifest: dict[str, Any]
) -> None:
    name, body = rule
    cpu_before, began = cpu_seconds(server.pid), time.perf_counter()
    report = _post(api, _path(suite, "/backtest"), body)
    seconds, cpu = time.perf_counter() - began, cpu_seconds(server.pid) - cpu_before
    counted = manifest["by_result"]["passed"] + manifest["by_result"]["failed"]
    if (report["executions"], report["executions_counted"]) != (manifest["executions"], counted):
        raise DataDiffers(f"{name}: {report['executions']} executions, {report['executions_counted']} counted, generated were {manifest}")
    context.note(f"{prefix}: {name} takes {cpu:.1f} s of CPU; {report['alarms']} alarms of {report['tests_flagged']} tests")
    context.row(Row(f"{prefix}.backtest.{name}_seconds", seconds, "limit", BACKTEST_SECONDS_MAX, 1.0, "at most"))


def _without_workflows(api: Api, suite: Suite) -> None:
    for workflow in api.get(_path(suite, "")):
        api.request("DELETE", _path(suite, f"/{workflow['id']}"))


def _with_workflows(context: Context) -> None:
    """The same uploads into suites without workflows and into suites with ten, each on a server of its own."""
    without, with_ten = _taking_in(context, "without", {}), _taking_in(context, "with-ten", MONITORS | MORE)
    context.row(Row("workflows.ingest.executions_per_second", with_ten, "without", without, RATE_KEPT_MIN, "at least"))


def _taking_in(context: Context, name: str, workflows: dict[str, dict[str, Any]]) -> float:
    server = context.serve(f"workflows-{name}")
    try:
        api = Api(server.base_url, server.token)
        suites = [api.create_suite(f"Round {number}") for number in range(ROUNDS)]
        for suite in suites:
            _without_workflows(api, suite)
            for title, monitor in workflows.items():
                _post(api, _path(suite, ""), {"name": title, "monitor": monitor, "alarm_actions": [{"type": "add_label", "label": title}]})
        time.sleep(IDLE_SECONDS)
        cpu_before, executions, seconds = cpu_seconds(server.pid), 0, 0.0
        for suite in suites:
            large = str(context.data / "large")
            report = context.tool("load", str(server.port), suite.token, str(LARGE_CONNECTIONS), "application/json", large)
            if report["refused"]:
                raise SystemExit(f"{report['refused']} uploads were refused: {report['first_refusals']}\n{server.log()}")
            executions, seconds = executions + report["executions"], seconds + report["seconds"]
        waited = _catch_up(server)
        context.note(
            f"workflows.ingest: {name}: {executions} executions in {seconds:.1f} s, evaluated {waited:.1f} s after the last answer; "
            f"server CPU {cpu_seconds(server.pid) - cpu_before:.1f} s, memory at most {memory_mb(server.pid, 'VmHWM'):.0f} MB"
        )
        api.close()
    finally:
        server.stop()
        shutil.rmtree(context.work / f"workflows-{name}", ignore_errors=True)
    return executions / seconds


def _catch_up(server: Server) -> float:
    """The seconds until no upload waits to be evaluated."""
    began = time.monotonic()
    while time.monotonic() - began < CATCH_UP_SECONDS_MAX:
        with closing(sqlite3.connect(f"file:{server.data_dir / 'proctor.db'}?mode=ro", uri=True)) as catalog:
            if catalog.execute("SELECT count(*) FROM pending_evaluations").fetchone()[0] == 0:
                return time.monotonic() - began
        time.sleep(POLL_SECONDS)
    raise SystemExit(f"evaluations have not caught up after {CATCH_UP_SECONDS_MAX:.0f} s\n{server.log()}")
