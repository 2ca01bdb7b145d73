"""What the catalog and the files of a store that nobody has open say of one another."""

from __future__ import annotations

import io
import sqlite3
import uuid
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

RESULTS = ("passed", "failed", "skipped", "pending", "unknown")


def check_store(data_dir: Path) -> tuple[int, int]:
    """Executions that are there one by one, and those in aggregates: together each that an upload brought, once."""
    with closing(sqlite3.connect(data_dir / "proctor.db")) as catalog:
        assert catalog.execute("PRAGMA integrity_check").fetchall() == [("ok",)], data_dir
        assert catalog.execute("PRAGMA foreign_key_check").fetchall() == [], data_dir
        files = _named_files(catalog, data_dir)
        kept, aggregated = _check_days(catalog)
        rows = _check_file_rows(catalog, files)
        waiting = catalog.execute("SELECT coalesce(sum(executions), 0) FROM segments").fetchone()[0]
        assert rows + waiting == kept, f"{rows} rows in files and {waiting} in segments, {kept} in the catalog"
        _check_aggregates(catalog)
        return kept, aggregated


def check_no_orphans(data_dir: Path) -> int:
    """The files below the data directory are those that the catalog names; how many."""
    with closing(sqlite3.connect(data_dir / "proctor.db")) as catalog:
        named = set(_named_files(catalog, data_dir).values())
    found = {path for path in (data_dir / "executions").rglob("*") if path.is_file()}
    assert found == named, f"orphans {sorted(found - named)[:3]}, missing {sorted(named - found)[:3]}"
    return len(found)


def stored_run_keys(data_dir: Path) -> Counter[str]:
    """How many uploads of each run are stored."""
    query = "SELECT r.run_key, count(*) FROM uploads u JOIN runs r ON r.id = u.run_id WHERE u.status = 'succeeded' GROUP BY r.run_key"
    with closing(sqlite3.connect(data_dir / "proctor.db")) as catalog:
        return Counter(dict(catalog.execute(query)))


def _named_files(catalog: sqlite3.Connection, data_dir: Path) -> dict[bytes, Path]:
    def path(suite: bytes, day: int, id: bytes) -> Path:
        name = f"{date(1970, 1, 1) + timedelta(days=day)}-{uuid.UUID(bytes=id)}.parquet"
        return data_dir / "executions" / str(uuid.UUID(bytes=suite)) / name

    return {id: path(suite, day, id) for suite, day, id in catalog.execute("SELECT suite_id, day, id FROM day_files")}


def _check_days(catalog: sqlite3.Connection) -> tuple[int, int]:
    counts = " + ".join(RESULTS)
    query = f"""
        SELECT day, sum(brought), sum(deleted), sum(kept), sum(aggregated) FROM (
            SELECT received_at / 86400000 AS day, {counts} AS brought, executions_deleted * ({counts}) AS deleted, 0 AS kept, 0 AS aggregated
            FROM uploads WHERE status = 'succeeded'
            UNION ALL SELECT day, 0, 0, executions, 0 FROM segments
            UNION ALL SELECT day, 0, 0, executions, 0 FROM day_files
            UNION ALL SELECT day, 0, 0, 0, executions FROM day_aggregates)
        GROUP BY day"""
    totals = [0, 0]
    for day, brought, deleted, kept, aggregated in catalog.execute(query):
        assert brought - deleted == kept, f"day {day}: {brought} executions came, {deleted} were deleted, {kept} are there"
        assert deleted == aggregated, f"day {day}: {deleted} executions were deleted, {aggregated} are in aggregates"
        totals[0] += kept
        totals[1] += aggregated
    return totals[0], totals[1]


def _check_file_rows(catalog: sqlite3.Connection, files: dict[bytes, Path]) -> int:
    rows = 0
    for id, executions in catalog.execute("SELECT id, executions FROM day_files"):
        found = pq.read_metadata(files[id]).num_rows
        assert found == executions, files[id]
        rows += found
    return rows


def _check_aggregates(catalog: sqlite3.Connection) -> None:
    """Every test of these uploads ran once, so it is in one aggregate, once."""
    seen: Counter[tuple[bytes, int]] = Counter()
    for suite, executions, body in catalog.execute("SELECT suite_id, executions, body FROM day_aggregates"):
        table = pq.read_table(io.BytesIO(body))
        per_row = [sum(values) for values in zip(*(table[result].to_pylist() for result in RESULTS), strict=True)]
        assert sum(per_row) == executions
        for test, count in zip(table["test"].to_pylist(), per_row, strict=True):
            seen[suite, test] += count
    assert all(count == 1 for count in seen.values()), "an execution is in the aggregates twice"
