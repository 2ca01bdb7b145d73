"""Reading a suite back, with the checks that hold for every finished upload."""

from __future__ import annotations

from typing import Any

from harness.api import Api, Suite
from outcomes import Outcome, stored


def read_suite(api: Api, suite: Suite, *, runs: int) -> tuple[list[dict[str, Any]], list[Outcome]]:
    """All runs of a suite and all its outcomes, after checking what the run pages promise."""
    listed = api.runs(suite)
    assert len(listed) == runs, listed
    found: list[Outcome] = []
    for run in listed:
        outcomes = stored(api.executions(suite, run["id"]))
        assert run["state"] == "finished", run
        expected = "failed" if any(o.result == "failed" for o in outcomes) else "passed" if outcomes else "pending"
        assert run["result"] == expected, run
        _check_failures(api, suite, run["id"], outcomes)
        found += outcomes
    return listed, found


def _check_failures(api: Api, suite: Suite, run_id: str, outcomes: list[Outcome]) -> None:
    listed = api.failed_executions(suite, run_id)
    named = sorted((e["test_name"], (e["failure_reason"] or "").rstrip()) for e in listed)
    assert named == sorted((f"{o.scope} {o.name}".strip(), o.failure) for o in outcomes if o.result == "failed")
    assert all(isinstance(part[key], list) for e in listed for part in e["failure_expanded"] for key in ("expanded", "backtrace"))
