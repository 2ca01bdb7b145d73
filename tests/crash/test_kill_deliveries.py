"""SIGKILL between an alarm and its webhook: each alarm is told at least once, and repetitions are recognised."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from harness.api import ORGANIZATION, Api, ApiError, Suite
from harness.server import Server
from receiver import Receiver

KILLS = int(os.environ.get("PROCTOR_CRASH_DELIVERY_KILLS", "10"))
LOAD_SECONDS = (1.2, 3.5)
TESTS_PER_UPLOAD = 3
PAUSE_SECONDS = 0.1
# A message that was claimed by a server that died is claimed again after two minutes, and one that was refused after ten seconds.
PATIENCE_SECONDS = 200.0
LOOK_SECONDS = 2.0
ENVIRONMENT = {"PROCTOR_ALLOW_PRIVATE_TARGETS": "true"}


class FlakyUploader(threading.Thread):
    """Uploads tests that fail and pass on one commit, each once, until the server is gone."""

    def __init__(self, server: Server, suite: Suite, prefix: str, acknowledged: set[str]) -> None:
        super().__init__(daemon=True)
        self._api = Api(server.base_url, server.token)
        self._suite, self._prefix, self._acknowledged = suite, prefix, acknowledged
        self.refused: list[str] = []

    def run(self) -> None:
        number = 0
        while True:
            names = [f"{self._prefix}/{number}/{n}" for n in range(TESTS_PER_UPLOAD)]
            number += 1
            data = [{"name": name, "result": result} for name in names for result in ("failed", "passed")]
            run_env = {"key": f"{self._prefix}/{number}", "branch": "main", "commit_sha": "c0ffee"}
            body = json.dumps({"format": "json", "run_env": run_env, "data": data}).encode()
            try:
                answer = self._api.upload(self._suite, body)
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 202:
                self.refused.append(f"{answer.status} {answer.body[:200]!r}")
                return
            self._acknowledged.update(names)
            time.sleep(PAUSE_SECONDS)


def test_kill_between_alarm_and_webhook(tmp_path: Path) -> None:
    seed = int(os.environ.get("PROCTOR_CRASH_SEED") or time.time_ns() % 1_000_000_007)
    print(f"\ncrash: seed {seed} (repeat with PROCTOR_CRASH_SEED={seed}), {KILLS} kills")
    chance, data_dir, acknowledged = random.Random(seed), tmp_path / "data", set[str]()
    with Receiver(random.Random(seed + 1)) as receiver:
        with Server(data_dir, environment=ENVIRONMENT) as server:
            suite, workflow = make_workflow(server, receiver)
        for kill in range(KILLS):
            server = Server(data_dir, environment=ENVIRONMENT)
            uploaders = [FlakyUploader(server, suite, f"{kill}-{n}", acknowledged) for n in range(2)]
            for uploader in uploaders:
                uploader.start()
            time.sleep(chance.uniform(*LOAD_SECONDS))
            assert server.process.poll() is None, f"the server ended by itself\n{server.log()}"
            server.kill()
            for uploader in uploaders:
                uploader.join()
                assert not uploader.refused, uploader.refused
        receiver.is_difficult = False
        with Server(data_dir, environment=ENVIRONMENT) as server:
            api = Api(server.base_url, server.token)
            events, deliveries = wait_until_told(api, suite, workflow, acknowledged)
            api.close()
        check(acknowledged, events, deliveries, receiver)


def below(suite: Suite, rest: str) -> str:
    return f"/v2/proctor/organizations/{ORGANIZATION}/suites/{suite.slug}{rest}"


def make_workflow(server: Server, receiver: Receiver) -> tuple[Suite, str]:
    api = Api(server.base_url, server.token)
    suite = api.create_suite("Deliveries")
    action = {"type": "webhook", "settings": {"url": receiver.url}}
    monitor = {"type": "passed_on_retry"}
    workflow = {"name": "telling", "monitor": monitor, "alarm_actions": [action], "events_per_minute": 10_000}
    answer = api.request("POST", below(suite, "/workflows"), json.dumps(workflow).encode(), {"Content-Type": "application/json"})
    assert answer.status == 201, answer
    api.close()
    return suite, answer.json()["id"]


def wait_until_told(api: Api, suite: Suite, workflow: str, acknowledged: set[str]) -> tuple[list[Any], list[Any]]:
    """All alarms and all messages of the workflow, once every upload is evaluated and no message waits."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        events = list(api.pages(below(suite, f"/events?workflow={workflow}")))
        waiting = api.get(below(suite, f"/deliveries?workflow={workflow}&status=waiting&per_page=1"))
        if not waiting and acknowledged <= {event["test"]["name"] for event in events}:
            return events, list(api.pages(below(suite, f"/deliveries?workflow={workflow}")))
        if time.monotonic() > deadline:
            raise ApiError(f"{len(events)} alarms of {len(acknowledged)} tests; still waiting: {waiting}")
        time.sleep(LOOK_SECONDS)


def check(acknowledged: set[str], events: list[Any], deliveries: list[Any], receiver: Receiver) -> None:
    alarms = Counter(event["test"]["name"] for event in events)
    assert acknowledged <= alarms.keys() and set(alarms.values()) == {1}, "each test alarms once, whatever was killed"
    by_event = {delivery["event_id"]: delivery["id"] for delivery in deliveries}
    assert len(by_event) == len(deliveries) == len(events), "each alarm has one message"
    assert all(delivery["status"] == "delivered" for delivery in deliveries)
    for arrival in receiver.arrivals:
        assert by_event.get(arrival.event) == arrival.delivery, f"a repetition under another id: {arrival}"
    times = Counter(arrival.delivery for arrival in receiver.arrivals)
    assert times.keys() == set(by_event.values()), "an alarm was never told"
    # Not because they were refused: who had claimed them was killed before it sent them, or before it could note that they had been sent.
    reclaimed = {delivery["id"] for delivery in deliveries if delivery["attempts"] > 1} - receiver.refused
    sent_twice = sum(1 for delivery in reclaimed if times[delivery] > 1)
    assert reclaimed, "no kill hit a message on its way: this proves nothing"
    print(
        f"crash: {KILLS} kills, {len(events)} alarms, {len(receiver.arrivals)} webhooks, {len(receiver.refused)} refused; "
        f"{len(reclaimed)} were on their way at a kill, {sent_twice} of them came twice"
    )
