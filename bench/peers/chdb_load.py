"""ClickHouse's engine, in process: loads the JSON files of a set into a MergeTree table. Prints one JSON object."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from chdb.session import Session

TABLE = """
CREATE TABLE bench.executions (
    run_key LowCardinality(String), branch LowCardinality(String), commit_sha LowCardinality(String),
    scope String, name String, location String, file_name String,
    result LowCardinality(String), duration Float64, failure_reason String,
    failure_expanded Array(Tuple(expanded Array(String), backtrace Array(String))),
    tags Map(LowCardinality(String), String)
) ENGINE = MergeTree ORDER BY (scope, name)
"""

RECORD = (
    "Tuple(scope String, name String, location String, file_name String, result String, history Tuple(duration Nullable(Float64)), "
    "failure_reason String, failure_expanded Array(Tuple(expanded Array(String), backtrace Array(String))), tags Map(String, String))"
)
ENVELOPE = f"run_env Tuple(key String, branch String, commit_sha String), data Array({RECORD})"

LOAD = """
INSERT INTO bench.executions
SELECT run_env.key, run_env.branch, run_env.commit_sha, r.scope, r.name, r.location, r.file_name, r.result,
       ifNull(r.history.duration, 0), r.failure_reason, r.failure_expanded, r.tags
FROM (SELECT run_env, arrayJoin(data) AS r FROM file('{files}', JSONEachRow, '{structure}'))
SETTINGS max_threads = {threads}, max_insert_threads = {threads}, input_format_skip_unknown_fields = 1,
         input_format_parallel_parsing = 1, min_chunk_bytes_for_parallel_parsing = 1048576, async_insert = 0
"""


def main(files: Path, work: Path, threads: int) -> None:
    session = Session(str(work))
    session.query("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic")
    session.query(TABLE)
    began = time.perf_counter()
    session.query(LOAD.format(files=f"{files}/*.json", structure=ENVELOPE, threads=threads))
    seconds = time.perf_counter() - began
    rows = json.loads(str(session.query("SELECT result, count() AS n, sum(duration) AS d FROM bench.executions GROUP BY result", "JSONCompact")))
    sums = {result: (int(count), float(duration)) for result, count, duration in rows["data"]}
    report = {
        "seconds": seconds,
        "executions": sum(count for count, _ in sums.values()),
        "by_result": {result: count for result, (count, _) in sums.items()},
        "duration_seconds": sum(duration for _, duration in sums.values()),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
