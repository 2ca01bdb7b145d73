"""`bench/run ingest`: what it costs to take results in, durably, over HTTP."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sums
from context import THREADS, Context
from harness.api import Api, Suite
from harness.server import Server
from measure import Row, cpu_seconds, memory_mb
from peers import pgbench

LARGE_CONNECTIONS = 4
SMALL_CONNECTIONS = 32
# Work that the server puts off until after its answer counts too.
SETTLE_SECONDS = 1.0
IDLE_SECONDS = 2.0
MEMORY_IDLE_MB_MAX = 60.0
MEMORY_INGESTING_MB_MAX = 300.0
SMALL_RUNS_CHECKED = 100

MEASUREMENTS = ("large", "small", "junit")


@dataclass(frozen=True)
class Load:
    """What a load of one set did to the server."""

    report: dict[str, Any]
    server_cpu_seconds: float
    idle_mb: float
    peak_mb: float

    @property
    def executions_per_second(self) -> float:
        return self.report["executions"] / self.report["seconds"]


def run(context: Context) -> None:
    if context.wants("large"):
        _large(context)
    if context.wants("small"):
        _small(context)
    if context.wants("junit"):
        _junit(context)


@contextmanager
def _loaded(context: Context, name: str, set_name: str, connections: int, content_type: str) -> Iterator[tuple[Load, Api, Suite]]:
    """A fresh server after the load of one set; it stops, and its folder goes, at the end."""
    server = context.serve(name)
    try:
        api = Api(server.base_url, server.token)
        suite = api.create_suite(f"Bench {name}")
        load = _load(context, server, suite, set_name, connections, content_type)
        yield load, api, suite
        api.close()
    finally:
        server.stop()
        shutil.rmtree(context.work / name, ignore_errors=True)


def _load(context: Context, server: Server, suite: Suite, set_name: str, connections: int, content_type: str) -> Load:
    time.sleep(IDLE_SECONDS)
    idle_mb, cpu_before = memory_mb(server.pid, "VmRSS"), cpu_seconds(server.pid)
    report = context.tool("load", str(server.port), suite.token, str(connections), content_type, str(context.data / set_name))
    time.sleep(SETTLE_SECONDS)
    if report["refused"]:
        raise SystemExit(f"{report['refused']} uploads were refused: {report['first_refusals']}\n{server.log()}")
    return Load(report, cpu_seconds(server.pid) - cpu_before, idle_mb, memory_mb(server.pid, "VmHWM"))


def _describe(context: Context, name: str, load: Load) -> None:
    report, latency = load.report, load.report["latency_ms"]
    context.note(
        f"{name}: {report['uploads']} uploads, {report['executions']} executions, {report['bytes'] / 1e6:.0f} MB in {report['seconds']:.2f} s; "
        f"server CPU {load.server_cpu_seconds:.2f} s, loader CPU {report['loader_cpu_seconds']:.2f} s; "
        f"answers p50 {latency['p50']:.1f} ms, p99 {latency['p99']:.1f} ms; server memory idle {load.idle_mb:.0f} MB, peak {load.peak_mb:.0f} MB"
    )


def _large(context: Context) -> None:
    expected = context.manifest["large"]
    parsed = context.tool("parse", "json", str(context.data / "large"))
    sums.check("serde_json", expected, parsed)
    with _loaded(context, "large", "large", LARGE_CONNECTIONS, "application/json") as (load, api, suite):
        sums.check("server", expected, sums.of_runs(api, suite, [run["id"] for run in api.runs(suite)]))
    _describe(context, "large", load)
    context.note(f"serde_json parses {parsed['bytes'] / parsed['cpu_seconds'] / 1e6:.0f} MB/s on one thread")
    context.row(Row("ingest.json.cpu_seconds", load.server_cpu_seconds, "serde_json", parsed["cpu_seconds"], 2.5, "at most"))
    for peer, goal in (("chdb", 2.0), ("duckdb", 5.0)):
        folder = context.work / peer
        loaded = context.peer(f"{peer}_load", str(context.data / "large"), str(folder), str(THREADS))
        shutil.rmtree(folder, ignore_errors=True)
        sums.check(peer, expected, loaded)
        rate = loaded["executions"] / loaded["seconds"]
        context.row(Row(f"ingest.json.executions_per_second.{peer}", load.executions_per_second, peer, rate, goal, "at least"))
    context.row(Row("memory.idle_mb", load.idle_mb, "limit", MEMORY_IDLE_MB_MAX, 1.0, "at most"))
    context.row(Row("memory.ingesting_mb", load.peak_mb, "limit", MEMORY_INGESTING_MB_MAX, 1.0, "at most"))


def _small(context: Context) -> None:
    expected = context.manifest["small"]
    with _loaded(context, "small", "small.pack", SMALL_CONNECTIONS, "application/json") as (load, api, suite):
        if load.report["executions"] != expected["executions"]:
            raise sums.DataDiffers(f"server: took {load.report['executions']} executions, generated were {expected['executions']}")
        _check_some_runs(api, suite, expected["runs"])
    _describe(context, "small", load)
    uploads_per_second = load.report["uploads"] / load.report["seconds"]
    transactions_per_second = pgbench.transactions_per_second(SMALL_CONNECTIONS, THREADS)
    context.row(Row("ingest.small.uploads_per_second", uploads_per_second, "pgbench", transactions_per_second, 1.0, "at least"))
    context.row(Row("memory.ingesting_small_mb", load.peak_mb, "limit", MEMORY_INGESTING_MB_MAX, 1.0, "at most"))


def _check_some_runs(api: Api, suite: Suite, runs: dict[str, dict[str, Any]]) -> None:
    """Runs spread evenly over the load, whole; reading all of them would take longer than the load."""
    keys = list(runs)
    for key in keys[:: max(1, len(keys) // SMALL_RUNS_CHECKED)]:
        found = api.runs(suite, build_id=key)
        sums.check(f"server, run {key}", runs[key], sums.of_runs(api, suite, [run["id"] for run in found]))


def _junit(context: Context) -> None:
    expected = context.manifest["junit"]
    content_type = f"multipart/form-data; boundary={context.manifest['boundary']}"
    read, with_attributes = (context.tool("parse", kind, str(context.data / "junit")) for kind in ("xml", "xml-attributes"))
    if read["executions"] != expected["executions"]:
        raise sums.DataDiffers(f"quick-xml: {read['executions']} test cases, generated were {expected['executions']}")
    with _loaded(context, "junit", "junit.pack", LARGE_CONNECTIONS, content_type) as (load, api, suite):
        sums.check("server", expected, sums.of_runs(api, suite, [run["id"] for run in api.runs(suite)]))
    _describe(context, "junit", load)
    context.note(f"quick-xml needs {read['cpu_seconds']:.3f} s for the events and {with_attributes['cpu_seconds']:.3f} s with their attributes")
    context.row(Row("ingest.junit.cpu_seconds", load.server_cpu_seconds, "quick-xml", read["cpu_seconds"], 2.5, "at most"))
