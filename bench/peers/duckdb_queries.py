"""DuckDB, in process: year-one in a table on disk, ordered by test and time, asked the questions. Prints one JSON object."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parent))
import questions

LOAD = """
CREATE TABLE executions AS
SELECT test, run, TIMESTAMP '2026-01-01' + to_milliseconds(received_ms) AS received_at, branch, commit_sha,
       result::ENUM('passed', 'failed', 'skipped') AS result, duration, location, file_name, tags, failure_reason, failure_expanded
FROM read_parquet('{files}') ORDER BY test, received_at
"""
DIALECT = {
    "count_if": "count_if",
    "begin": "TIMESTAMP '2026-01-01'",
    "end": "TIMESTAMP '2026-01-29'",
    "day": "date_diff('day', DATE '2026-01-01', received_at::DATE)",
    "quantiles": "quantile_cont(duration, [0.5, 0.95])",
}


# Of the machine's memory.
MEMORY_SHARE = 0.6


def main(files: Path, work: Path, threads: int, test: int) -> None:
    work.mkdir(parents=True, exist_ok=True)
    # The server and what feeds it need memory too; what does not fit is sorted on disk, beside the database.
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE // 2**20
    config = {"threads": threads, "memory_limit": f"{memory_mb:.0f}MB"}
    connection = duckdb.connect(str(work / "executions.duckdb"), config=config)
    began = time.perf_counter()
    connection.execute(LOAD.format(files=files / "0*.parquet"))
    connection.execute("CHECKPOINT")
    load_seconds = time.perf_counter() - began
    parquet = work / "executions.parquet"
    connection.execute(f"COPY executions TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)")

    def rows_of(statement: str) -> list[list[Any]]:
        return [list(row) for row in connection.execute(statement).fetchall()]

    (sums,) = rows_of("SELECT count(*), sum(duration) FROM executions")
    report = questions.ask(DIALECT, test, rows_of, work / "answers.json")
    report |= {"load_seconds": load_seconds, "executions": sums[0], "duration_seconds": sums[1]}
    print(json.dumps(report | {"parquet_bytes": parquet.stat().st_size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
