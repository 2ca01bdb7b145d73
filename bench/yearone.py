"""The data set "year-one": four weeks of a suite, from a seed.

500 runs over 28 days, 38 branches with a third of the runs on main; every run executes every test once. The number of tests makes the scale.
The same executions go to the server as Buildkite JSON uploads, made while they are sent, and to the peers as Parquet files, made once.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import generate
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from generate import FAILED_SHARE, HOST_TYPES, REGIONS, SKIPPED_SHARE, SEED, Test

VERSION = 2
RUNS = 500
DAYS = 28
DAY_MS = 86_400_000
RUN_EVERY_MS = DAYS * DAY_MS // RUNS
# The parts of a run come in one after the other.
PART_EVERY_MS = 1_000
RESULTS_PER_UPLOAD = 5_000
RUNS_PER_FILE = 25
RESULTS = ("passed", "failed", "skipped")
# Skipped tests take next to nothing.
SKIPPED_MICROS_MAX = 2_000
SPREAD = 0.4
TESTS = {"200k": 400, "1m": 2_000, "10m": 20_000, "100m": 200_000}


@dataclass(frozen=True)
class Chunk:
    """What one upload holds, column by column; `received_ms` counts from the first day."""

    run: int
    received_ms: int
    tests: np.ndarray
    result: np.ndarray
    micros: np.ndarray
    host: np.ndarray
    region: np.ndarray
    # Text of the failed ones, by position: reason, lines, trace.
    failures: dict[int, tuple[str, list[str], list[str]]]


@dataclass(frozen=True)
class Scale:
    """A size of the data set, by name."""

    name: str

    @property
    def executions(self) -> int:
        return RUNS * TESTS[self.name]

    @cached_property
    def tests(self) -> list[Test]:
        return generate.make_tests(random.Random(SEED), TESTS[self.name])

    @cached_property
    def _medians(self) -> np.ndarray:
        return np.log([test.median_seconds * 1e6 for test in self.tests])

    @cached_property
    def runs(self) -> list[dict[str, str]]:
        """The `run_env` of every run; its key is its build's UUID."""
        return [generate.run_env(random.Random(f"{SEED}/{run}"), run) for run in range(RUNS)]

    def chunks(self, run: int) -> Iterator[Chunk]:
        """The uploads of a run. Each has a seed of its own, so the order in which they are made does not matter."""
        for part, first in enumerate(range(0, len(self.tests), RESULTS_PER_UPLOAD)):
            chance = np.random.default_rng([SEED, VERSION, len(self.tests), run, part])
            tests = np.arange(first, min(first + RESULTS_PER_UPLOAD, len(self.tests)))
            dice = chance.random(len(tests))
            result = np.where(dice < FAILED_SHARE, 1, np.where(dice < FAILED_SHARE + SKIPPED_SHARE, 2, 0)).astype(np.uint8)
            micros = np.rint(np.exp(self._medians[tests] + SPREAD * chance.standard_normal(len(tests)))).astype(np.int64)
            micros = np.where(result == 2, chance.integers(0, SKIPPED_MICROS_MAX, len(tests)), micros)
            host, region = (chance.integers(0, len(values), len(tests)) for values in (HOST_TYPES, REGIONS))
            words = random.Random(f"{SEED}/{run}/{part}")
            failures = {int(at): generate.failure_text(words, self.tests[first + int(at)]) for at in np.flatnonzero(result == 1)}
            yield Chunk(run, run * RUN_EVERY_MS + part * PART_EVERY_MS, tests, result, micros, host, region, failures)

    @cached_property
    def _openings(self) -> list[str]:
        return [
            f'{{"scope": "{test.scope}", "name": "{test.name}", "location": "{test.file}:{test.line}", "file_name": "{test.file}", '
            '"history": {"section": "top", "duration": '
            for test in self.tests
        ]

    @cached_property
    def _endings(self) -> list[str]:
        """By result, host and region, without the closing brace."""
        return [
            f'}}, "tags": {{"host.type": "{host}", "cloud.region": "{region}", "language.name": "python"}}, "result": "{result}"'
            for result in RESULTS
            for host in HOST_TYPES
            for region in REGIONS
        ]

    def body(self, chunk: Chunk) -> bytes:
        """The upload as the JSON envelope of a collector."""
        endings = ((chunk.result * len(HOST_TYPES) + chunk.host) * len(REGIONS) + chunk.region).tolist()
        openings = self._openings[int(chunk.tests[0]) : int(chunk.tests[-1]) + 1]
        records = [
            f"{opening}{micros / 1e6:.6f}{self._endings[ending]}"
            for opening, micros, ending in zip(openings, chunk.micros.tolist(), endings, strict=True)
        ]
        for at, (reason, expanded, backtrace) in chunk.failures.items():
            detail = json.dumps([{"expanded": expanded, "backtrace": backtrace}])
            records[at] += f', "failure_reason": {json.dumps(reason)}, "failure_expanded": {detail}'
        data = "}, ".join(records)
        return f'{{"format": "json", "run_env": {json.dumps(self.runs[chunk.run])}, "tags": {{}}, "data": [{data}}}]}}'.encode()

    @cached_property
    def _places(self) -> tuple[pa.Array, pa.Array]:
        """Location and file of every test."""
        return pa.array([f"{test.file}:{test.line}" for test in self.tests]), pa.array([test.file for test in self.tests])

    def files(self, parent: Path) -> tuple[Path, dict[str, Any]]:
        """The folder of the peers' files, made unless it is there, and what they hold in all."""
        folder = parent / f"yearone-{self.name}"
        manifest_file = folder / "manifest.json"
        stamp = {"version": VERSION, "seed": SEED}
        if manifest_file.is_file() and stamp.items() <= json.loads(manifest_file.read_text()).items():
            return folder, json.loads(manifest_file.read_text())
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        by_result, micros = np.zeros(len(RESULTS), np.int64), 0
        for first in range(0, RUNS, RUNS_PER_FILE):
            chunks = [chunk for run in range(first, first + RUNS_PER_FILE) for chunk in self.chunks(run)]
            pq.write_table(pa.concat_tables(self._table(chunk) for chunk in chunks), folder / f"{first:04}.parquet", compression="zstd")
            by_result += sum(np.bincount(chunk.result, minlength=len(RESULTS)) for chunk in chunks)
            micros += sum(int(chunk.micros.sum()) for chunk in chunks)
        counts = {result: int(count) for result, count in zip(RESULTS, by_result, strict=True)}
        manifest = stamp | {"executions": sum(counts.values()), "by_result": counts, "duration_seconds": micros / 1e6}
        # Last, so that a set cut short is made anew.
        manifest_file.write_text(json.dumps(manifest))
        return folder, manifest

    def _table(self, chunk: Chunk) -> pa.Table:
        count, env = len(chunk.tests), self.runs[chunk.run]
        reasons, details = [None] * count, [None] * count
        for at, (reason, expanded, backtrace) in chunk.failures.items():
            reasons[at], details[at] = reason, json.dumps([{"expanded": expanded, "backtrace": backtrace}])
        locations, files = self._places
        return pa.table({
            "test": pa.array(chunk.tests, pa.uint32()),
            "run": pa.array(np.full(count, chunk.run), pa.uint16()),
            "received_ms": pa.array(np.full(count, chunk.received_ms), pa.int64()),
            "branch": pa.array([env["branch"]]).take(np.zeros(count, np.int64)),
            "commit_sha": pa.array([env["commit_sha"]]).take(np.zeros(count, np.int64)),
            "result": pa.array(RESULTS).take(pa.array(chunk.result)),
            "duration": pa.array(chunk.micros / 1e6),
            "location": locations.take(pa.array(chunk.tests)),
            "file_name": files.take(pa.array(chunk.tests)),
            "tags": _tags(chunk),
            "failure_reason": pa.array(reasons, pa.string()),
            "failure_expanded": pa.array(details, pa.string()),
        })


def _tags(chunk: Chunk) -> pa.Array:
    """A map of three tags for each execution."""
    count = len(chunk.tests)
    values = pa.array([*HOST_TYPES, *REGIONS, "python"])
    language = np.full(count, len(values) - 1)
    taken = np.stack([chunk.host, chunk.region + len(HOST_TYPES), language], axis=1).ravel()
    keys = pa.array(["host.type", "cloud.region", "language.name"]).take(np.tile(np.arange(3), count))
    return pa.MapArray.from_arrays(np.arange(count + 1, dtype=np.int32) * 3, keys, values.take(taken))
