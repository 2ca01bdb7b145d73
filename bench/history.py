"""Sends a data set to a server as history: uploads with the time at which they shall count as received."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.api import ORGANIZATION, Api, Suite
from harness.server import Server
from yearone import DAYS, RUNS, Scale

# Uploads on the way at one time, and bodies made ahead.
CONNECTIONS = 4
AHEAD = 8


@dataclass(frozen=True)
class Upload:
    """A body, and when it shall count as received; left out: now."""

    body: bytes
    received_at: datetime | None = None


def first_day(now: datetime | None = None) -> datetime:
    """The midnight (UTC) that begins the data set, so that it ends with yesterday."""
    return (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)


def rfc3339(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def year_one(scale: Scale, begin: datetime) -> Iterable[Upload]:
    """All uploads, oldest first."""
    for run in range(RUNS):
        for chunk in scale.chunks(run):
            yield Upload(scale.body(chunk), begin + timedelta(milliseconds=chunk.received_ms))


def send(server: Server, suite: Suite, uploads: Iterable[Upload]) -> tuple[int, float]:
    """Sends all uploads over a few connections; the executions taken in, and the seconds."""
    waiting: queue.Queue[Upload | None] = queue.Queue(AHEAD)
    taken, faults, lock = [0], [], threading.Lock()

    def work() -> None:
        api = Api(server.base_url, server.token)
        while (upload := waiting.get()) is not None:
            if faults:
                continue
            try:
                count = _send_one(api, suite, upload)
            except Exception as fault:  # noqa: BLE001, it is raised below
                faults.append(fault)
                continue
            with lock:
                taken[0] += count
        api.close()

    senders = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    _run(senders, lambda: [waiting.put(upload) for upload in uploads], lambda: [waiting.put(None) for _ in senders])
    if faults:
        raise faults[0]
    return taken[0], time.perf_counter() - began


def _run(senders: list[threading.Thread], feed: Callable[[], object], end: Callable[[], object]) -> None:
    for sender in senders:
        sender.start()
    try:
        feed()
    finally:
        end()
        for sender in senders:
            sender.join()


def _send_one(api: Api, suite: Suite, upload: Upload) -> int:
    headers = {"Content-Type": "application/json"}
    if upload.received_at is not None:
        headers |= {"Proctor-Suite": f"{ORGANIZATION}/{suite.slug}", "Proctor-Received-At": rfc3339(upload.received_at)}
    else:
        headers["Authorization"] = f'Token token="{suite.token}"'
    answer = api.request("POST", "/v1/uploads", upload.body, headers)
    if answer.status != 202:
        raise SystemExit(f"an upload was refused: {answer.status} {answer.body[:500]!r}")
    return answer.json()["queued"]
