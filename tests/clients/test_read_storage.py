"""The data directory and an export, read with DuckDB and pandas exactly as docs/storage.md shows."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.api import ORGANIZATION, Api, Suite
from harness.server import ROOT, Server, clean_environment, default_binary

DOCUMENT = ROOT / "docs" / "storage.md"
SECTIONS = ("Reading with DuckDB and pandas", "Exporting a suite")
COMPACTION_ROWS = 300
COMPACTION_SECONDS_MAX = 60.0
EXPORT_SECONDS_MAX = 60


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that compacts 300 executions of a day at once, and leaves fewer alone."""
    environment = {"PROCTOR_COMPACTION_ROWS": str(COMPACTION_ROWS), "PROCTOR_COMPACTION_EVERY": "50ms", "PROCTOR_COMPACTION_AGE": "7d"}
    with Server(tmp_path_factory.mktemp("read-storage") / "data", environment=environment) as server:
        yield server


def record(n: int, duration: float | None) -> dict[str, Any]:
    result = "failed" if n % 7 == 0 else "skipped" if n % 11 == 0 else "passed"
    history = {} if duration is None else {"history": {"section": "top", "duration": duration}}
    failure = {"failure_reason": f"in {n}: größer ☃"} if result == "failed" else {}
    return {"scope": "Cart", "name": f"test {n} ☃", "file_name": "cart.rb", "location": "cart.rb:1", "result": result} | history | failure


def send(api: Api, suite: Suite, key: str, records: list[dict[str, Any]], branch: str | None, at: datetime | None = None) -> None:
    run_env = {"CI": "generic", "key": key} | ({"branch": branch} if branch else {})
    body = json.dumps({"format": "json", "run_env": run_env, "data": records}).encode()
    if at is None:
        answer = api.upload(suite, body)
    else:
        history = {"Proctor-Suite": f"{ORGANIZATION}/{suite.slug}", "Proctor-Received-At": at.isoformat()}
        answer = api.request("POST", "/v1/uploads", body, {"Content-Type": "application/json"} | history)
    assert answer.status == 202, answer


@pytest.fixture(scope="module")
def filled(busy: Server) -> Suite:
    """Days that are compacted, with durations of either kind, and executions of today that wait in segments."""
    api = Api(busy.base_url, busy.token)
    suite = api.create_suite("Read storage")
    yesterday, before = (datetime.now(UTC) - timedelta(days=days) for days in (1, 3))
    for upload in range(4):
        # Whole microseconds, which are kept as decimals.
        send(api, suite, f"before-{upload}", [record(n, n / 1000) for n in range(100)], "main", before)
        # Others are not.
        send(api, suite, f"yesterday-{upload}", [record(n, math.sqrt(n + upload)) for n in range(100)], None if upload else "dev", yesterday)
    for upload in range(2):
        send(api, suite, f"today-{upload}", [record(n, None if n % 3 else 0.25) for n in range(40)], "main")
    deadline = time.monotonic() + COMPACTION_SECONDS_MAX
    while (stored := storage(api, suite))["segments_waiting"] > 2:
        assert time.monotonic() < deadline, stored
        time.sleep(0.05)
    assert stored["files"] >= 2 and stored["segments_waiting"] == 2, stored
    api.close()
    return suite


def storage(api: Api, suite: Suite) -> dict[str, Any]:
    return api.get(f"/v2/proctor/organizations/{ORGANIZATION}/suites/{suite.slug}/storage")


@pytest.fixture(scope="module")
def answered(busy: Server, filled: Suite) -> list[dict[str, Any]]:
    """Every execution as the API tells it, with the branch of its run."""
    api = Api(busy.base_url, busy.token)
    executions = []
    for run in api.runs(filled):
        executions += [execution | {"branch": run["branch"]} for execution in api.executions(filled, run["id"])]
    api.close()
    assert len(executions) == 4 * 200 + 2 * 40
    return executions


@pytest.fixture(scope="module")
def ran(busy: Server, filled: Suite, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the pieces of Python in the document leave in their variables."""
    export = tmp_path_factory.mktemp("export") / "executions.parquet"
    command = [str(default_binary()), "export", "--suite", filled.slug, "--to", str(export), "--data-dir", str(busy.data_dir)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=EXPORT_SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    program = "\n".join(pieces())
    for line, ours in [
        ('data_dir, organization, suite = "proctor-data", "default", "tests"', f"data_dir, organization, suite = {str(busy.data_dir)!r}, {ORGANIZATION!r}, {filled.slug!r}"),
        ('export = "executions.parquet"', f"export = {str(export)!r}"),
    ]:
        assert program.count(line) == 1, line
        program = program.replace(line, ours)
    variables: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, str(DOCUMENT), "exec"), variables)
    assert "test 39" in printed.getvalue() and "failed" in printed.getvalue()
    return variables


def pieces() -> list[str]:
    text = DOCUMENT.read_text()
    found = []
    for section in SECTIONS:
        body = re.split(rf"^## {re.escape(section)}$", text, flags=re.M)[1].split("\n## ")[0]
        found += re.findall(r"^```python\n(.*?)^```$", body, flags=re.M | re.S)
    assert len(found) >= 4, "the document shows less than it did"
    return found


def day_of(execution: dict[str, Any]) -> str:
    return execution["created_at"][:10]


def test_the_files_are_where_the_document_says(ran: dict[str, Any]) -> None:
    assert len(ran["files"]) >= 2 and all(Path(file).is_file() for file in ran["files"])
    assert len(ran["waiting"]) == 80


def test_pandas_counts_what_the_api_tells(ran: dict[str, Any], answered: list[dict[str, Any]]) -> None:
    expected = Counter((day_of(execution), execution["result"]) for execution in answered)
    found = {(str(day), result): int(count) for (day, result), count in ran["by_day"].stack().items() if count}
    assert found == dict(expected)


def test_duckdb_computes_what_the_api_tells(ran: dict[str, Any], answered: list[dict[str, Any]]) -> None:
    tests: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for execution in answered:
        if execution["branch"] == "main":
            tests[execution["scope"], execution["name"]].append(execution)
    rows = ran["slowest"].fetchall()
    assert len(rows) == 20
    means = {}
    for test, executions in tests.items():
        durations = [execution["duration"] for execution in executions if execution["duration"] is not None]
        means[test] = (len(executions), sum(e["result"] == "failed" for e in executions), sum(durations) / len(durations))
    for scope, name, count, failed, seconds in rows:
        assert (count, failed) == means[scope, name][:2], name
        assert math.isclose(seconds, means[scope, name][2], rel_tol=1e-9), name
    slowest = sorted((mean[2] for mean in means.values()), reverse=True)[:20]
    assert all(math.isclose(row[4], mean, rel_tol=1e-9) for row, mean in zip(rows, slowest, strict=True))


def test_both_read_every_execution_once(ran: dict[str, Any], answered: list[dict[str, Any]]) -> None:
    expected = sorted(math.floor((execution["duration"] or 0.0) * 1e6 + 0.5) for execution in answered)
    for durations in (
        ran["executions"]["duration"].fillna(0.0).tolist(),
        [row[0] for row in ran["db"].sql("SELECT coalesce(duration, 0.0) FROM executions").fetchall()],
    ):
        assert sorted(math.floor(float(duration) * 1e6 + 0.5) for duration in durations) == expected


def test_the_export_holds_what_the_api_tells(ran: dict[str, Any], answered: list[dict[str, Any]]) -> None:
    duckdb, pandas, export = ran["duckdb"], ran["pd"], ran["export"]
    columns = ["execution_id", "run_id", "test_id", "scope", "name", "branch", "result", "duration", "failure_reason"]
    # The API writes an unknown text as "".
    expected = sorted(tuple(None if execution[key] == "" else execution[key] for key in columns) for execution in answered)
    assert sorted(duckdb.sql(f"SELECT {', '.join(columns)} FROM '{export}'").fetchall()) == expected
    frame = pandas.read_parquet(export)
    assert len(frame) == len(answered)
    created = Counter(frame["created_at"].dt.strftime("%Y-%m-%d"))
    assert created == Counter(day_of(execution) for execution in answered)
    assert json.loads(frame["tags"].iloc[0]) == {}
    for result in ("passed", "failed", "skipped"):
        seconds = sum(execution["duration"] or 0.0 for execution in answered if execution["result"] == result)
        assert math.isclose(frame.loc[frame["result"] == result, "duration"].sum(), seconds, rel_tol=1e-9)
