"""`bench/run queries`: what it costs to ask a suite of year-one's size, at rest on disk, next to databases that hold the same executions."""

from __future__ import annotations

import itertools
import math
import shutil
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import answers
import history
import lists
import storage
from answers import Asker, Unserved
from context import THREADS, Context
from generate import Test
from harness.api import Api, Suite
from harness.server import Server
from measure import Row, cpu_seconds, memory_mb
from peers.questions import PAGE, median_ms
from sums import DataDiffers
from yearone import TESTS, Scale

MEASUREMENTS = tuple(TESTS)
# Without a name: those that a machine does in half an hour.
USUAL = ("1m", "10m")
PEERS = ("duckdb", "chdb")
# The peers may take five times as long.
QUERY_RATIO_MAX = 0.2
IDLE_SECONDS = 2.0
SETTLE_SECONDS = 1.0
MEMORY_IDLE_MB_MAX, MEMORY_BUSY_MB_MAX = 60.0, 300.0
FIRST_ANSWER_MS_MAX = 200.0
CPU_GROWTH_MAX = 1.1
# The one whose days are asked for.
TEST = 7
# Tests that are compared with the peers, by size; all where none stands here. A page of a hundred is a question over all executions.
TESTS_COMPARED = {"100m": 500}


@dataclass
class Found:
    """What growth is measured by."""

    cpu_seconds_per_million: float = 0.0
    milliseconds: dict[str, float] = field(default_factory=dict)


def run(context: Context) -> None:
    scales = [name for name in MEASUREMENTS if (name in context.wanted if context.wanted else name in USUAL)]
    found = {name: _measure(context, Scale(name)) for name in scales}
    for small, large in itertools.pairwise(scales):
        _growth(context, (small, found[small]), (large, found[large]))


def _measure(context: Context, scale: Scale) -> Found:
    folder, manifest = scale.files(context.data.parent)
    work = context.work / f"queries-{scale.name}"
    prefix, found, begin = f"queries.{scale.name}", Found(), history.first_day()
    server = context.serve(f"{work.name}/server")
    try:
        suite = _load(context, scale, server, begin, prefix, found)
        server.stop()
        on_disk = storage.bytes_of(server.data_dir)
        began = time.monotonic()
        server = context.serve(f"{work.name}/server")
        _first_answer(context, server, prefix, began)
        peers = {name: context.peer(f"{name}_queries", str(folder), str(work / name), str(THREADS), str(TEST)) for name in PEERS}
        _check_peers(manifest, peers)
        _disk_row(context, prefix, scale, on_disk, peers)
        asker = Asker(Api(server.base_url, server.token), suite, begin, TESTS_COMPARED.get(scale.name))
        _questions(context, server, (asker, scale.tests[TEST]), prefix, manifest, peers, found)
        lists.measure(context, server, suite, prefix)
    finally:
        server.stop()
        shutil.rmtree(work, ignore_errors=True)
    return found


def _load(context: Context, scale: Scale, server: Server, begin: datetime, prefix: str, found: Found) -> Suite:
    """Everything through the upload path, then the wait for compaction."""
    time.sleep(IDLE_SECONDS)
    context.row(Row(f"{prefix}.memory.idle_mb", memory_mb(server.pid, "VmRSS"), "limit", MEMORY_IDLE_MB_MAX, 1.0, "at most"))
    api = Api(server.base_url, server.token)
    suite, cpu_before = api.create_suite(f"Year one {scale.name}"), cpu_seconds(server.pid)
    taken, seconds = history.send(server, suite, history.year_one(scale, begin))
    if taken != scale.executions:
        raise DataDiffers(f"server: took {taken} executions, generated were {scale.executions}")
    time.sleep(SETTLE_SECONDS)
    sent_cpu, rested_at = cpu_seconds(server.pid) - cpu_before, time.monotonic()
    left = storage.wait_for_rest(server, api, suite)
    all_cpu = cpu_seconds(server.pid) - cpu_before
    found.cpu_seconds_per_million = all_cpu / taken * 1e6
    context.note(
        f"{prefix}: {taken} executions in {seconds:.1f} s, the sender makes them on the same cores; server CPU {sent_cpu:.1f} s, "
        f"with compaction {all_cpu:.1f} s; at rest {time.monotonic() - rested_at:.0f} s later with {left} segments not compacted"
    )
    context.row(Row(f"{prefix}.memory.ingesting_mb", memory_mb(server.pid, "VmHWM"), "limit", MEMORY_BUSY_MB_MAX, 1.0, "at most"))
    api.close()
    return suite


def _first_answer(context: Context, server: Server, prefix: str, began: float) -> None:
    api = Api(server.base_url, server.token)
    if api.request("GET", "/readyz").status != 200:
        raise SystemExit(f"the server is not ready after its start\n{server.log()}")
    milliseconds = (time.monotonic() - began) * 1000
    context.row(Row(f"{prefix}.start.first_answer_ms", milliseconds, "limit", FIRST_ANSWER_MS_MAX, 1.0, "at most"))
    context.note(f"{prefix}: GET /healthz takes {median_ms(lambda: api.request('GET', '/healthz')):.2f} ms, which is in every figure over HTTP")
    api.close()


def _check_peers(manifest: dict[str, Any], peers: dict[str, dict[str, Any]]) -> None:
    for name, report in peers.items():
        same_sum = math.isclose(report["duration_seconds"], manifest["duration_seconds"], rel_tol=answers.TOLERANCE)
        if report["executions"] != manifest["executions"] or not same_sum:
            raise DataDiffers(f"{name}: {report['executions']} executions of {report['duration_seconds']} s, generated were {manifest}")


def _disk_row(context: Context, prefix: str, scale: Scale, on_disk: int, peers: dict[str, dict[str, Any]]) -> None:
    sizes = {"mergetree": peers["chdb"]["mergetree_bytes"], "parquet": peers["duckdb"]["parquet_bytes"]}
    smaller = min(sizes, key=lambda name: sizes[name])
    count = scale.executions
    context.note(f"{prefix}: bytes of an execution: {', '.join(f'{name} {size / count:.2f}' for name, size in sizes.items())}")
    context.row(Row(f"{prefix}.disk.bytes_per_execution", on_disk / count, smaller, sizes[smaller] / count, 1.0, "at most"))


def _questions(
    context: Context,
    server: Server,
    asked: tuple[Asker, Test],
    prefix: str,
    manifest: dict[str, Any],
    peers: dict[str, dict[str, Any]],
    found: Found,
) -> None:
    """Compares the answers with both peers; only then the times."""
    asker, test = asked
    api = Api(server.base_url, server.token)
    try:
        for name in answers.FILTERS:
            first_ms = lists.once_ms(api, asker.metrics_path(name, page=1, per_page=PAGE))
            context.note(f"{prefix}: tests_{name} takes {first_ms:.1f} ms when it is asked for the first time after a start")
            ours = asker.metrics(name)
            if name == "all" and asker.tests_max is None:
                _check_whole(manifest, ours)
            for peer, report in peers.items():
                answers.check_metrics(peer, name, ours, Path(report["answers"]), asker.tests_max)
            milliseconds = lists.metrics_ms(api, asker.metrics_path(name, page=1, per_page=PAGE))
            _query_row(context, prefix, f"tests_{name}", name, milliseconds, peers, found)
            # Windows that nobody has asked for, each of which ends inside of a day: no answer can be remembered.
            seconds = itertools.count(7_200, 7_200)
            anew_ms = lists.metrics_ms(api, lambda seconds=seconds, name=name: asker.metrics_path(name, next(seconds), page=1, per_page=PAGE))
            _query_row(context, prefix, f"tests_{name}_anew", name, anew_ms, peers, found)
        path = asker.history_path(asker.test_id(test))
        for peer, report in peers.items():
            answers.check_daily(peer, asker.get(path), Path(report["answers"]))
        daily_ms = lists.metrics_ms(api, path)
        _query_row(context, prefix, "test_daily", "daily", daily_ms, peers, found)
    except Unserved as missing:
        context.note(f"{prefix}: the server does not have {missing}, so nothing that needs it was measured")
    context.row(Row(f"{prefix}.memory.querying_mb", memory_mb(server.pid, "VmHWM"), "limit", MEMORY_BUSY_MB_MAX, 1.0, "at most"))
    api.close()


def _check_whole(manifest: dict[str, Any], ours: list[dict[str, Any]]) -> None:
    """All tests together are all that was generated."""
    total = math.fsum(test["duration_sum"] for test in ours)
    counted = {result: sum(test["executions_count_by_result"].get(result, 0) for test in ours) for result in manifest["by_result"]}
    if counted != manifest["by_result"] or not math.isclose(total, manifest["duration_seconds"], rel_tol=answers.TOLERANCE):
        raise DataDiffers(f"server: {counted} of {total} s, generated were {manifest}")


def _query_row(
    context: Context, prefix: str, row: str, question: str, ours: float, peers: dict[str, dict[str, Any]], found: Found
) -> None:
    times = {peer: report["milliseconds"][question] for peer, report in peers.items()}
    better = min(times, key=lambda peer: times[peer])
    context.note(f"{prefix}: {row} takes {', '.join(f'{peer} {ms:.1f} ms' for peer, ms in times.items())}")
    found.milliseconds[row] = ours
    context.row(Row(f"{prefix}.{row}_ms", ours, better, times[better], QUERY_RATIO_MAX, "at most"))


def _growth(context: Context, small: tuple[str, Found], large: tuple[str, Found]) -> None:
    """Ten times as many executions cost ten times as much, at the most."""
    (small_name, before), (large_name, after) = small, large
    prefix, rows = f"queries.growth.{large_name}", TESTS[large_name] / TESTS[small_name]
    cpu = (after.cpu_seconds_per_million, before.cpu_seconds_per_million)
    context.row(Row(f"{prefix}.ingest_cpu_seconds_per_million", cpu[0], small_name, cpu[1], CPU_GROWTH_MAX, "at most"))
    for name, milliseconds in after.milliseconds.items():
        context.row(Row(f"{prefix}.{name}_ms", milliseconds, small_name, before.milliseconds[name], rows, "at most"))
