"""A disk that is full: the upload fails clearly, the store stays sound and goes on when there is room again."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from check import check_databases, check_no_run_is_running, check_uploads
from harness.api import Api, Suite
from harness.server import Server
from uploads import Journal, make_bulky_upload

DISK_BYTES = 24 * 1024 * 1024
BALLAST_BYTES = 12 * 1024 * 1024
UPLOADS_MAX = 500
DISK_FULL_STATUSES = (503, 507)
UPLOADS_AFTERWARDS = 10


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A memory file system of a few megabytes; mounting needs root."""
    mount_point = tmp_path / "disk"
    mount_point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(mount_point)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode != 0:
        reason = f"disk full: SKIPPED, no small disk could be mounted here: {mounted.stderr.strip()}"
        print(reason)
        pytest.skip(reason)
    yield mount_point
    subprocess.run(["umount", "--lazy", str(mount_point)], check=True)


def test_disk_full(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\1" * BALLAST_BYTES)
    journal, chance = Journal(), random.Random(7)
    data_dir = small_disk / "data"
    with Server(data_dir) as server:
        api = Api(server.base_url, server.token)
        suite = api.create_suite("Disk full")
        refused = fill(api, suite, journal, chance)
        # Full: what was acknowledged can be read, the process lives.
        before = check_uploads(api, suite, journal, journal.sent.values())
        check_no_run_is_running(api, suite)
        ballast.unlink()
        for _ in range(UPLOADS_AFTERWARDS):
            status, body = send(api, suite, journal, chance)
            assert status == 202, body
        after = check_uploads(api, suite, journal, journal.sent.values())
        api.close()
    assert check_databases(data_dir)
    with Server(data_dir) as server:
        api = Api(server.base_url, server.token)
        assert check_uploads(api, suite, journal, journal.sent.values()) == after
        check_no_run_is_running(api, suite)
        api.close()
    print(f"\ndisk full: {before} executions kept when full, {refused}, {after} after room was made")


def fill(api: Api, suite: Suite, journal: Journal, chance: random.Random) -> str:
    """Uploads until the disk is full, then a few more; what the server said."""
    refusals: list[str] = []
    for _ in range(UPLOADS_MAX):
        status, body = send(api, suite, journal, chance)
        if status == 202:
            continue
        assert status in DISK_FULL_STATUSES, f"{status} {body!r}\n"
        message = json.loads(body)["message"]
        assert isinstance(message, str) and message
        refusals.append(f"{status} {message!r}")
        if len(refusals) == 5:
            return f"then {refusals[0]}"
    raise AssertionError(f"{UPLOADS_MAX} uploads did not fill {DISK_BYTES} bytes")


def send(api: Api, suite: Suite, journal: Journal, chance: random.Random) -> tuple[int, bytes]:
    upload = make_bulky_upload(chance)
    journal.before_sending(upload)
    answer = api.upload(suite, upload.body)
    if answer.status == 202:
        journal.after_answer(upload, answer.status, answer.body)
    return answer.status, answer.body
