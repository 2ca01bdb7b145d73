"""SIGKILL while compaction, retention and backups run: every acknowledged execution stays, once; no file is left over."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from check import check_no_run_is_running, check_uploads
from harness.api import Api, Suite, analytics
from harness.server import Server, clean_environment, default_binary
from stored import check_no_orphans, check_store, stored_run_keys
from uploads import HistoryUploader, Journal, Uploader

KILLS = int(os.environ.get("PROCTOR_CRASH_BACKGROUND_KILLS", "10"))
LOAD_SECONDS = (0.3, 1.2)
BACKUPS_PER_KILL_MAX = 2
BACKUP_KILL_SECONDS = (0.01, 0.25)
BACKUP_KILLED_SHARE = 0.4
COMMAND_SECONDS_MAX = 60
RETENTION_DAYS = 2
# Compacts and deletes all the time.
BUSY = {
    "PROCTOR_COMPACTION_ROWS": "60",
    "PROCTOR_COMPACTION_AGE": "100ms",
    "PROCTOR_COMPACTION_EVERY": "15ms",
    "PROCTOR_RETENTION_EVERY": "40ms",
}
# Tidies up at its start, and then leaves everything as it is.
QUIET = {"PROCTOR_COMPACTION_EVERY": "1h", "PROCTOR_RETENTION_EVERY": "1h"}


@dataclass
class Backup:
    """A backup, and what had been acknowledged before it began."""

    folder: Path
    acknowledged: set[str]
    is_finished: bool


@dataclass
class Journals:
    """What is younger than the period of retention, and what is older."""

    kept: Journal
    old: Journal


def test_kill_in_the_background(tmp_path: Path) -> None:
    seed = int(os.environ.get("PROCTOR_CRASH_SEED") or time.time_ns() % 1_000_000_007)
    print(f"\ncrash: seed {seed} (repeat with PROCTOR_CRASH_SEED={seed}), {KILLS} kills")
    chance = random.Random(seed)
    data_dir, journals, backups = tmp_path / "data", Journals(Journal(), Journal()), []
    began = time.monotonic()
    with Server(data_dir, environment=QUIET) as server:
        suite = make_suite(server)
    checked: set[str] = set()
    for kill in range(KILLS):
        server = Server(data_dir, environment=BUSY)
        backups += load_until_killed(server, suite, journals, chance, tmp_path / f"backup-{kill}")
        with Server(data_dir, environment=QUIET) as server:
            api = Api(server.base_url, server.token)
            fresh = [upload for id, upload in journals.kept.sent.items() if id not in checked]
            check_uploads(api, suite, journals.kept, fresh)
            checked.update(upload.id for upload in fresh)
            api.close()
        check_store(data_dir)
        check_no_orphans(data_dir)
    assert not journals.kept.refused and not journals.old.refused, (journals.kept.refused + journals.old.refused)[:3]
    final_check(data_dir, suite, journals)
    finished = check_backups(backups, suite, journals, tmp_path)
    print(f"crash: {finished} of {len(backups)} backups were finished, and are whole; done in {time.monotonic() - began:.0f} s")


def make_suite(server: Server) -> Suite:
    api = Api(server.base_url, server.token)
    suite = api.create_suite("Background")
    body = json.dumps({"retention_days": RETENTION_DAYS}).encode()
    answer = api.request("PATCH", f"{analytics()}/suites/{suite.slug}", body, {"Content-Type": "application/json"})
    assert answer.status == 200, answer
    api.close()
    return suite


def load_until_killed(server: Server, suite: Suite, journals: Journals, chance: random.Random, folder: Path) -> list[Backup]:
    """Uploads of today, yesterday and of last week, and backups meanwhile; then SIGKILL."""
    now = datetime.now(UTC)

    def history(journal: Journal, days: int) -> HistoryUploader:
        return HistoryUploader(server.port, suite, journal, chance.getrandbits(64), server.token, now - timedelta(days=days))

    uploaders: list[Uploader] = [Uploader(server.port, suite, journals.kept, chance.getrandbits(64)) for _ in range(2)]
    uploaders += [history(journals.kept, 1), history(journals.old, 7), history(journals.old, 8)]
    for uploader in uploaders:
        uploader.start()
    backups, deadline = [], time.monotonic() + chance.uniform(*LOAD_SECONDS)
    while time.monotonic() < deadline and len(backups) < BACKUPS_PER_KILL_MAX:
        backups.append(back_up(server.data_dir, folder.with_name(f"{folder.name}-{len(backups)}"), journals, chance))
    time.sleep(max(0.0, deadline - time.monotonic()))
    assert server.process.poll() is None, f"the server ended by itself\n{server.log()}"
    server.kill()
    for uploader in uploaders:
        uploader.join()
    return backups


def back_up(data_dir: Path, folder: Path, journals: Journals, chance: random.Random) -> Backup:
    acknowledged = journals.kept.acknowledged | journals.old.acknowledged
    command = [str(default_binary()), "backup", "--data-dir", str(data_dir), "--to", str(folder)]
    process = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if chance.random() < BACKUP_KILLED_SHARE:
        time.sleep(chance.uniform(*BACKUP_KILL_SECONDS))
        process.kill()
    said, _ = process.communicate(timeout=COMMAND_SECONDS_MAX)
    assert process.returncode in (0, -9), said
    return Backup(folder, acknowledged, process.returncode == 0)


def final_check(data_dir: Path, suite: Suite, journals: Journals) -> None:
    with Server(data_dir, environment=QUIET) as server:
        api = Api(server.base_url, server.token)
        executions = check_uploads(api, suite, journals.kept, journals.kept.sent.values())
        runs = check_no_run_is_running(api, suite)
        api.close()
    kept, aggregated = check_store(data_dir)
    files = check_no_orphans(data_dir)
    assert kept >= executions and files > 0
    sent_old = sum(upload.results for upload in journals.old.sent.values())
    acknowledged_old = sum(upload.results for id, upload in journals.old.sent.items() if id in journals.old.acknowledged)
    # What is not aggregated yet was acknowledged after retention last looked.
    assert acknowledged_old <= aggregated + (kept - executions) <= sent_old
    assert aggregated > 0, "nothing was aggregated: this proves nothing"
    check_acknowledged(data_dir, journals, journals.kept.acknowledged | journals.old.acknowledged)
    print(f"crash: {KILLS} kills, {runs} runs, {executions} executions kept in {files} files, {aggregated} aggregated")


def check_acknowledged(data_dir: Path, journals: Journals, acknowledged: set[str]) -> None:
    """The uploads of these ids are stored, with their executions or without."""
    wanted: dict[str, int] = {}
    for id, upload in (journals.kept.sent | journals.old.sent).items():
        if id in acknowledged:
            wanted[upload.run_key] = wanted.get(upload.run_key, 0) + 1
    stored = stored_run_keys(data_dir)
    assert all(stored[key] >= count for key, count in wanted.items()), "an acknowledged upload is gone"


def check_backups(backups: list[Backup], suite: Suite, journals: Journals, tmp_path: Path) -> int:
    finished = [backup for backup in backups if backup.is_finished]
    assert finished, "no backup was finished: this proves nothing"
    for number, backup in enumerate(backups):
        target = tmp_path / f"restored-{number}"
        command = [str(default_binary()), "restore", str(backup.folder), "--data-dir", str(target)]
        restored = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)
        has_manifest = (backup.folder / "manifest.json").is_file()
        assert (restored.returncode == 0) == has_manifest and (has_manifest or not backup.is_finished), restored
        if has_manifest:
            check_store(target)
            check_no_orphans(target)
            check_acknowledged(target, journals, backup.acknowledged)
    # The server that is started on the last of them answers.
    last = tmp_path / f"restored-{backups.index(finished[-1])}"
    acknowledged = Journal(acknowledged=journals.kept.acknowledged & finished[-1].acknowledged)
    with Server(last, environment=QUIET) as server:
        api = Api(server.base_url, server.token)
        check_uploads(api, suite, acknowledged, journals.kept.sent.values())
        api.close()
    return len(finished)
