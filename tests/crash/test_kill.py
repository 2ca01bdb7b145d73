"""SIGKILL at random moments under concurrent uploads: what was acknowledged stays, nothing else is there in part."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from check import check_databases, check_no_run_is_running, check_uploads
from harness.api import Api, Suite
from harness.server import Server
from uploads import Journal, Uploader

KILLS = int(os.environ.get("PROCTOR_CRASH_KILLS", "60"))
KILL_AFTER_SECONDS = (0.02, 0.4)
UPLOADERS = 6


def test_kill_under_load(tmp_path: Path) -> None:
    seed = int(os.environ.get("PROCTOR_CRASH_SEED") or time.time_ns() % 1_000_000_007)
    print(f"\ncrash: seed {seed} (repeat with PROCTOR_CRASH_SEED={seed}), {KILLS} kills")
    chance = random.Random(seed)
    data_dir, journal = tmp_path / "data", Journal()
    began = time.monotonic()
    server = Server(data_dir)
    suite = Api(server.base_url, server.token).create_suite("Crash")
    checked: set[str] = set()
    for kill in range(1, KILLS + 1):
        load_until_killed(server, suite, journal, chance)
        # The next process must take the folder as the kill left it.
        server = Server(data_dir)
        api = Api(server.base_url, server.token)
        fresh = [upload for id, upload in journal.sent.items() if id not in checked]
        check_uploads(api, suite, journal, fresh)
        checked.update(upload.id for upload in fresh)
        runs = check_no_run_is_running(api, suite)
        api.close()
        if kill % 10 == 0:
            print(f"crash: {kill} kills, {len(journal.acknowledged)} of {len(journal.sent)} uploads acknowledged, {runs} runs")
    assert not journal.refused, journal.refused[:5]
    assert len(journal.acknowledged) >= KILLS, "the server hardly took any uploads: this proves nothing"
    assert len(journal.acknowledged) < len(journal.sent), "no kill met an upload: this proves nothing"
    final_check(server, suite, journal, data_dir)
    print(f"crash: done in {time.monotonic() - began:.0f} s")


def load_until_killed(server: Server, suite: Suite, journal: Journal, chance: random.Random) -> None:
    uploaders = [Uploader(server.port, suite, journal, chance.getrandbits(64)) for _ in range(UPLOADERS)]
    for uploader in uploaders:
        uploader.start()
    time.sleep(chance.uniform(*KILL_AFTER_SECONDS))
    assert server.process.poll() is None, f"the server ended by itself\n{server.log()}"
    server.kill()
    for uploader in uploaders:
        uploader.join()


def final_check(server: Server, suite: Suite, journal: Journal, data_dir: Path) -> None:
    api = Api(server.base_url, server.token)
    executions = check_uploads(api, suite, journal, journal.sent.values())
    runs = check_no_run_is_running(api, suite)
    api.close()
    assert server.stop() == 0, server.log()
    databases = check_databases(data_dir)
    assert databases, f"no SQLite database below {data_dir}"
    lost_answers = len(journal.sent) - len(journal.acknowledged)
    print(
        f"crash: {KILLS} kills, {len(journal.acknowledged)} acknowledged uploads whole, {lost_answers} unanswered ones whole or absent,"
        f" {runs} runs, {executions} executions, {len(databases)} database(s) sound"
    )
