"""What a server keeps on disk, and whether it has come to rest."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from harness.api import ORGANIZATION, Api, Suite
from harness.server import Server

# Compaction takes segments after some minutes at the latest, and makes one file of a day that is over some minutes after that.
REST_SECONDS_MAX = 3_600.0
POLL_SECONDS = 1.0
# A server that does not compact shows it by what stays as it is for longer than a day must be left alone.
STILL_SECONDS = 180.0


def bytes_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def wait_for_rest(server: Server, api: Api, suite: Suite) -> int:
    """Waits until no segment waits for compaction and each day is one file, or nothing changes any more; the segments that are left."""
    count = _counter(server, api, suite)
    deadline, left, since = time.monotonic() + REST_SECONDS_MAX, (-1, -1), time.monotonic()
    while True:
        now, found = time.monotonic(), count()
        if found != left:
            left, since = found, now
        if left == (0, 0) or now - since > STILL_SECONDS or now > deadline:
            return left[0]
        time.sleep(POLL_SECONDS)


def _counter(server: Server, api: Api, suite: Suite) -> Callable[[], tuple[int, int]]:
    """Counts segments that wait, and files that a day has beside its first. Asks the server, if it can tell, else its catalog."""
    path = f"/v2/proctor/organizations/{ORGANIZATION}/suites/{suite.slug}/storage"
    if api.request("GET", path).status == 200:

        def ask() -> tuple[int, int]:
            found = api.get(path)
            return found["segments_waiting"], sum(max(day["files"] - 1, 0) for day in found["days"])

        return ask
    catalog = server.data_dir / "proctor.db"

    def count() -> tuple[int, int]:
        # Closed at once: the server can write its log back when it stops only if nobody else has the file open.
        with closing(sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT count(*) FROM segments").fetchone()[0], 0

    return count
