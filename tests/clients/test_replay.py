"""Replays on the binary as it is built for users: tests of the workspace are linked with features that it does not have."""

from __future__ import annotations

import json
import time
from typing import Any

from harness.api import ORGANIZATION, Api, Suite

SECONDS_MAX = 60
POLL_SECONDS = 0.2
# Their scores are elevenths and sevenths, which have no short decimal.
MONITORS: dict[str, dict[str, Any]] = {
    "probable": {"type": "probabilistic_flakiness", "score_threshold_high": 0.09, "score_threshold_low": 0.01},
    "rate": {"type": "failure_rate", "window_executions": 7, "sample_min": 7, "alarm": 0.5, "recover": 0.2},
    "transitions": {"type": "transition_count", "window": 11, "alarm": 0.3, "recover": 0.1},
    "breaks": {"type": "changepoint", "probability": 0.6, "change_min": 0.1},
}
# One letter an upload, of tests by their place: at least these many events follow.
RESULTS = ("FPFPFPPFFPPPPPPPPPPP" * 2, "P" * 30 + "F" * 10, "FPPFPPFPPPPPFFPPFPPP" * 2)
EVENTS_MIN = 8


def path(suite: Suite, rest: str) -> str:
    return f"/v2/proctor/organizations/{ORGANIZATION}/suites/{suite.slug}{rest}"


def post(api: Api, where: str, body: dict[str, Any]) -> Any:
    answer = api.request("POST", where, json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert answer.status in (200, 201), answer.body
    return answer.json()


def test_events_replay_to_the_same_verdict_to_the_last_digit(api: Api, suite: Suite) -> None:
    for name, monitor in MONITORS.items():
        post(api, path(suite, "/workflows"), {"name": name, "monitor": monitor})
    for number in range(len(RESULTS[0])):
        words = ["passed" if results[number] == "P" else "failed" for results in RESULTS]
        data = [{"scope": "Cart", "name": f"t{test}", "result": word} for test, word in enumerate(words)]
        run_env = {"CI": "buildkite", "key": f"r{number}", "branch": "main", "commit_sha": f"c{number // 2}"}
        assert api.upload(suite, json.dumps({"format": "json", "run_env": run_env, "data": data}).encode()).status == 202
    deadline, events = time.monotonic() + SECONDS_MAX, []
    # Evaluated a second after the last upload, all together or nearly so: each monitor has something to say by then.
    while len(events) < EVENTS_MIN or not {event["workflow"] for event in events} >= set(MONITORS):
        assert time.monotonic() < deadline, f"{len(events)} events"
        time.sleep(POLL_SECONDS)
        events = api.get(path(suite, "/events?per_page=100"))
    for event in events:
        assert post(api, path(suite, f"/ledger/{event['id']}/replay"), {}) == {"verdict": "same"}, event
    scores = {event["score"] for event in events if event["workflow"] == "probable" and event["kind"] == "alarm"}
    assert 1 / 11 in scores, scores
