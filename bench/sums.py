"""The check before every row: both sides hold the same executions."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from harness.api import Api, Suite

# Stored durations may be single-precision numbers.
DURATION_TOLERANCE = 1e-5


class DataDiffers(Exception):
    """The sides do not hold the same data: no figure is worth printing."""


def check(side: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Counts are equal, and the sum of durations but for rounding."""
    for key in ("executions", "by_result"):
        if found[key] != expected[key]:
            raise DataDiffers(f"{side}: {key} is {found[key]}, generated were {expected[key]}")
    if not math.isclose(found["duration_seconds"], expected["duration_seconds"], rel_tol=DURATION_TOLERANCE):
        raise DataDiffers(f"{side}: durations add up to {found['duration_seconds']}, generated were {expected['duration_seconds']}")


def of_runs(api: Api, suite: Suite, run_ids: list[str]) -> dict[str, Any]:
    """Count, count by result and sum of durations of some runs, read back execution by execution."""
    by_result: Counter[str] = Counter()
    durations = 0.0
    for run_id in run_ids:
        for execution in api.executions(suite, run_id):
            by_result[execution["result"]] += 1
            durations += execution["duration"] or 0.0
    return {"executions": by_result.total(), "by_result": dict(by_result), "duration_seconds": durations}
