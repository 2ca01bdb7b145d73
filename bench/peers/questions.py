"""What the peers are asked of year-one, in the SQL that both understand, and how they are timed."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# As `queries.py` times the server: the first answers warm caches and do not count.
WARM_UPS = 2
REPEATS = 9
PAGE = 30

FILTERS = {"all": "", "branch": "AND branch = 'main'", "tags": "AND tags['host.type'] = 'm4.large'"}

METRICS = """
SELECT test, count(*) AS n, {count_if}(result = 'passed') AS passed, {count_if}(result = 'failed') AS failed,
       {count_if}(result = 'skipped') AS skipped, sum(duration) AS total, avg(duration) AS mean, min(duration) AS least, max(duration) AS most
FROM executions WHERE received_at >= {begin} AND received_at < {end} {filter}
GROUP BY test ORDER BY mean DESC, test {limit}
"""

DAILY = """
SELECT {day} AS day, count(*) AS n, {quantiles} AS quantiles
FROM executions WHERE test = {test} AND received_at >= {begin} AND received_at < {end} GROUP BY day ORDER BY day
"""


def ask(dialect: dict[str, str], test: int, rows_of: Callable[[str], list[list[Any]]], answers: Path) -> dict[str, Any]:
    """Asks everything; medians in milliseconds, and all rows of every answer in a file."""
    milliseconds, rows = {}, {}
    for name, condition in FILTERS.items():
        page = METRICS.format(**dialect, filter=condition, limit=f"LIMIT {PAGE}")
        milliseconds[name] = median_ms(lambda page=page: rows_of(page))
        rows[name] = rows_of(METRICS.format(**dialect, filter=condition, limit=""))
    daily = DAILY.format(**dialect, test=test)
    milliseconds["daily"] = median_ms(lambda: rows_of(daily))
    rows["daily"] = rows_of(daily)
    answers.write_text(json.dumps(rows))
    return {"milliseconds": milliseconds, "answers": str(answers)}


def median_ms(question: Callable[[], object]) -> float:
    times = []
    for _ in range(WARM_UPS + REPEATS):
        began = time.perf_counter()
        question()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[WARM_UPS:])
