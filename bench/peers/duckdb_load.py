"""DuckDB, in process: inserts the JSON files of a set one by one, each committed to a database on disk. Prints one JSON object."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

TABLE = """
CREATE TABLE executions (
    run_key VARCHAR, branch VARCHAR, commit_sha VARCHAR, scope VARCHAR, name VARCHAR, location VARCHAR, file_name VARCHAR,
    result VARCHAR, duration DOUBLE, failure_reason VARCHAR, failure_expanded STRUCT(expanded VARCHAR[], backtrace VARCHAR[])[],
    tags MAP(VARCHAR, VARCHAR)
)
"""

RECORD = (
    "STRUCT(scope VARCHAR, name VARCHAR, location VARCHAR, file_name VARCHAR, result VARCHAR, history STRUCT(duration DOUBLE), "
    "failure_reason VARCHAR, failure_expanded STRUCT(expanded VARCHAR[], backtrace VARCHAR[])[], tags MAP(VARCHAR, VARCHAR))"
)
RUN_ENV = 'STRUCT("key" VARCHAR, branch VARCHAR, commit_sha VARCHAR)'

INSERT = f"""
INSERT INTO executions
SELECT run_env.key, run_env.branch, run_env.commit_sha, r.scope, r.name, r.location, r.file_name, r.result, r.history.duration,
       r.failure_reason, r.failure_expanded, r.tags
FROM (
    SELECT run_env, unnest(data) AS r
    FROM read_json($1, format = 'unstructured', columns = {{run_env: '{RUN_ENV}', data: '{RECORD}[]'}}, maximum_object_size = 4194304)
)
"""


def main(files: Path, work: Path, threads: int) -> None:
    work.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(work / "executions.duckdb"), config={"threads": threads})
    connection.execute(TABLE)
    began = time.perf_counter()
    for file in sorted(files.glob("*.json")):
        # Outside a transaction every statement is its own, durable when it returns.
        connection.execute(INSERT, [str(file)])
    seconds = time.perf_counter() - began
    rows = connection.execute("SELECT result, count(*), sum(duration) FROM executions GROUP BY result").fetchall()
    report = {
        "seconds": seconds,
        "executions": sum(count for _, count, _ in rows),
        "by_result": {result: count for result, count, _ in rows},
        "duration_seconds": sum(duration or 0.0 for _, _, duration in rows),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
