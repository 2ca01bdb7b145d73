"""What must hold of a store after a crash."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from harness.api import Api, Suite
from uploads import Journal, Upload

SQLITE_MAGIC = b"SQLite format 3\0"


def check_uploads(api: Api, suite: Suite, journal: Journal, uploads: Iterable[Upload]) -> int:
    """Acknowledged uploads are whole, all others whole or absent; the number of executions found."""
    by_run: dict[str, list[Upload]] = defaultdict(list)
    for upload in uploads:
        by_run[upload.run_key].append(upload)
    return sum(_check_run(api, suite, journal, key, members) for key, members in by_run.items())


def _check_run(api: Api, suite: Suite, journal: Journal, key: str, members: list[Upload]) -> int:
    runs = api.runs(suite, build_id=key)
    assert len(runs) <= 1, f"run key {key} made {len(runs)} runs"
    found = [e["name"] for e in api.executions(suite, runs[0]["id"])] if runs else []
    kept = set(found)
    assert len(kept) == len(found), f"run {key}: {len(found) - len(kept)} executions are there twice"
    for upload in members:
        names = upload.names()
        present = len(names & kept)
        kept -= names
        if upload.id in journal.acknowledged:
            assert present == upload.results, f"acknowledged upload {upload.id}: {present} of {upload.results} executions"
        else:
            assert present in (0, upload.results), f"unanswered upload {upload.id} is there in part: {present} of {upload.results}"
    assert not kept, f"run {key}: executions of no upload: {sorted(kept)[:5]}"
    return len(found)


def check_no_run_is_running(api: Api, suite: Suite) -> int:
    """The number of runs; none waits for an upload that died with the server."""
    runs = api.runs(suite)
    waiting = [run for run in runs if run["state"] != "finished"]
    assert not waiting, f"{len(waiting)} of {len(runs)} runs are still running after a restart: {waiting[:3]}"
    return len(runs)


def check_databases(data_dir: Path) -> list[Path]:
    """SQLite's own check of every database file below the folder. The server must not run."""
    checked = []
    for path in sorted(p for p in data_dir.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            if file.read(len(SQLITE_MAGIC)) != SQLITE_MAGIC:
                continue
        connection = sqlite3.connect(path)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == [], path
        finally:
            connection.close()
        checked.append(path)
    return checked
