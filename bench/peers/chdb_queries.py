"""ClickHouse's engine, in process: year-one in a MergeTree table ordered by test and time, asked the questions. Prints one JSON object."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from chdb.session import Session

sys.path.insert(0, str(Path(__file__).parent))
import questions

TABLE = """
CREATE TABLE bench.executions (
    test UInt32, run UInt16, received_at DateTime64(3, 'UTC'), branch LowCardinality(String), commit_sha LowCardinality(String),
    result Enum8('passed' = 0, 'failed' = 1, 'skipped' = 2), duration Float64, location String, file_name String,
    tags Map(LowCardinality(String), LowCardinality(String)), failure_reason String, failure_expanded String
) ENGINE = MergeTree ORDER BY (test, received_at)
"""
LOAD = """
INSERT INTO bench.executions
SELECT test, run, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalMillisecond(received_ms), branch, commit_sha, result, duration,
       location, file_name, tags, ifNull(failure_reason, ''), ifNull(failure_expanded, '')
FROM file('{files}', Parquet) SETTINGS max_threads = {threads}, max_insert_threads = {threads}
"""
DIALECT = {
    "count_if": "countIf",
    "begin": "toDateTime64('2026-01-01 00:00:00', 3, 'UTC')",
    "end": "toDateTime64('2026-01-29 00:00:00', 3, 'UTC')",
    "day": "dateDiff('day', toDate('2026-01-01'), toDate(received_at))",
    "quantiles": "quantilesExactInclusive(0.5, 0.95)(duration)",
}


def main(files: Path, work: Path, threads: int, test: int) -> None:
    session = Session(str(work))
    session.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
    session.query("USE bench")
    session.query(TABLE)
    began = time.perf_counter()
    session.query(LOAD.format(files=f"{files}/0*.parquet", threads=threads))
    session.query("OPTIMIZE TABLE bench.executions FINAL")
    load_seconds = time.perf_counter() - began

    def rows_of(statement: str) -> list[list[Any]]:
        # Without quotes around 64-bit integers, which the format adds for JavaScript.
        settings = f"SETTINGS max_threads = {threads}, output_format_json_quote_64bit_integers = 0"
        return json.loads(str(session.query(f"{statement} {settings}", "JSONCompact")))["data"]

    (sums,) = rows_of("SELECT count(), sum(duration) FROM bench.executions")
    (size,) = rows_of("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'bench' AND table = 'executions' AND active")
    report = questions.ask(DIALECT, test, rows_of, work / "answers.json")
    report |= {"load_seconds": load_seconds, "executions": sums[0], "duration_seconds": sums[1]}
    print(json.dumps(report | {"mergetree_bytes": size[0]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
