"""Uploads that can be recognised again after a crash, and the threads that send them."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from harness.api import ORGANIZATION, Suite

RESULTS_MAX = 1_500
SMALL_RESULTS_MAX = 60
SHARED_RUN_UPLOADS = 5
BULKY_RESULTS = 20
BULKY_TEXT_BYTES = 20_000
FAILED_SHARE = 0.02
SEND_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Upload:
    """One request. Every test is named after it, so its executions can be told from all others."""

    id: str
    run_key: str
    results: int
    body: bytes = field(repr=False)

    def names(self) -> set[str]:
        return {f"{self.id}/{n}" for n in range(self.results)}


@dataclass
class Journal:
    """What was sent, and what the server acknowledged."""

    sent: dict[str, Upload] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def before_sending(self, upload: Upload) -> None:
        with self.lock:
            self.sent[upload.id] = upload

    def after_answer(self, upload: Upload, status: int, body: bytes) -> None:
        with self.lock:
            if status != 202:
                self.refused.append(f"{status} {body[:200]!r}")
                return
            answer = json.loads(body)
            if (answer["queued"], answer["skipped"]) != (upload.results, 0):
                self.refused.append(f"wrong counts for {upload.results} results: {body[:200]!r}")
            self.acknowledged.add(upload.id)


def make_upload(chance: random.Random, run_key: str) -> Upload:
    """Most uploads are small, some are large; a few executions fail."""
    results = chance.randint(1, SMALL_RESULTS_MAX) if chance.random() < 0.85 else chance.randint(SMALL_RESULTS_MAX, RESULTS_MAX)
    id = random_uuid(chance)
    return _upload(id, run_key, [_result(chance, f"{id}/{n}") for n in range(results)])


def make_bulky_upload(chance: random.Random) -> Upload:
    """Failure texts that no compression makes much smaller."""
    id = random_uuid(chance)
    texts = (chance.randbytes(BULKY_TEXT_BYTES // 2).hex() for _ in range(BULKY_RESULTS))
    data = [{"scope": "bulky", "name": f"{id}/{n}", "result": "failed", "failure_reason": text} for n, text in enumerate(texts)]
    return _upload(id, random_uuid(chance), data)


def random_uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _upload(id: str, run_key: str, data: Sequence[Mapping[str, object]]) -> Upload:
    run_env = {"CI": "buildkite", "key": run_key, "branch": "main", "commit_sha": id.replace("-", "")}
    return Upload(id, run_key, len(data), json.dumps({"format": "json", "run_env": run_env, "data": data}).encode())


def _result(chance: random.Random, name: str) -> dict[str, object]:
    record: dict[str, object] = {"scope": "crash", "name": name, "result": "passed", "history": {"duration": chance.random()}}
    if chance.random() < FAILED_SHARE:
        record |= {"result": "failed", "failure_reason": f"failure of {name}", "failure_expanded": [{"expanded": ["a", "b"], "backtrace": []}]}
    return record


class Uploader(threading.Thread):
    """Sends uploads over one connection until the server is gone."""

    def __init__(self, port: int, suite: Suite, journal: Journal, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._suite, self._journal = port, suite, journal
        self._chance = random.Random(seed)

    def run(self) -> None:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=SEND_TIMEOUT_SECONDS) as connection:
                while True:
                    run_key = random_uuid(self._chance)
                    # Every third run consists of several uploads.
                    for _ in range(SHARED_RUN_UPLOADS if self._chance.random() < 0.33 else 1):
                        self._send(connection, make_upload(self._chance, run_key))
        except (OSError, EOFError):
            return

    def _authorization(self) -> str:
        return f'Authorization: Token token="{self._suite.token}"'

    def _send(self, connection: socket.socket, upload: Upload) -> None:
        self._journal.before_sending(upload)
        head = (
            "POST /v1/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{self._authorization()}\r\nContent-Length: {len(upload.body)}\r\n\r\n"
        ).encode()
        if self._chance.random() < 0.3:
            # A slow sender: the kill often meets it between the halves, with its run announced.
            half = len(upload.body) // 2
            connection.sendall(head + upload.body[:half])
            time.sleep(self._chance.uniform(0.0, 0.05))
            connection.sendall(upload.body[half:])
        else:
            connection.sendall(head + upload.body)
        self._journal.after_answer(upload, *_read_answer(connection))


class HistoryUploader(Uploader):
    """Sends uploads that were received at another time, as somebody does who imports history."""

    def __init__(self, port: int, suite: Suite, journal: Journal, seed: int, token: str, received_at: datetime) -> None:
        super().__init__(port, suite, journal, seed)
        self._lines = (
            f"Authorization: Bearer {token}\r\nProctor-Suite: {ORGANIZATION}/{suite.slug}\r\n"
            f"Proctor-Received-At: {received_at.isoformat()}"
        )

    def _authorization(self) -> str:
        return self._lines


def _read_answer(connection: socket.socket) -> tuple[int, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    lengths = [int(line.split(b":", 1)[1]) for line in lines[1:] if line.lower().startswith(b"content-length:")]
    while len(body) < lengths[0]:
        body += _receive(connection)
    return int(lines[0].split()[1]), body


def _receive(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise EOFError
    return received
