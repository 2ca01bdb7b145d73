"""curl, as the documentation of the upload API shows it."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.api import Api, Suite
from harness.server import Server, clean_environment
from outcomes import Outcome, assert_same, describe, from_junit
from readback import read_suite

CURL_SECONDS_MAX = 60
# Past this size curl asks for permission with `Expect: 100-continue`.
EXPECT_BYTES = 1024 * 1024


@dataclass(frozen=True)
class CurlAnswer:
    status: int
    body: dict[str, Any]
    trace: str
    seconds: float


def curl(server: Server, *arguments: str) -> CurlAnswer:
    marker = "\n--status--"
    command = ["curl", "--silent", "--show-error", "--verbose", "--noproxy", "*", "--write-out", marker + "%{http_code} %{time_total}"]
    done = subprocess.run(
        [*command, *arguments, f"{server.base_url}/v1/uploads"],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CURL_SECONDS_MAX,
    )
    body, _, status = done.stdout.rpartition(marker)
    assert body, done.stderr
    code, seconds = status.split()
    return CurlAnswer(int(code), json.loads(body), done.stderr, float(seconds))


def token_header(suite: Suite) -> tuple[str, str]:
    return "-H", f'Authorization: Token token="{suite.token}"'


def run_env(key: str) -> list[str]:
    values = {"CI": "buildkite", "key": key, "number": "42", "branch": "main", "commit_sha": "b7c1f0a9", "message": 'a "quoted" ☃'}
    return [part for name, value in values.items() for part in ("-F", f"run_env[{name}]={value}")]


def results(count: int, failure: str = "expected 1, got 2") -> list[dict[str, Any]]:
    """Test Engine results; every seventh fails, every eleventh is skipped."""

    def one(n: int) -> dict[str, Any]:
        result = "failed" if n % 7 == 0 else "skipped" if n % 11 == 0 else "passed"
        record = {"scope": "Cart größe", "name": f"test {n} ☃", "result": result, "history": {"section": "top", "duration": n / 1000}}
        return record | ({"failure_reason": f"{failure} in {n}"} if result == "failed" else {})

    return [one(n) for n in range(count)]


def outcomes_of(records: list[dict[str, Any]]) -> list[Outcome]:
    return [Outcome(r["scope"], r["name"], r["result"], r.get("failure_reason", "")) for r in records]


def check_accepted(answer: CurlAnswer, count: int) -> None:
    assert answer.status == 202, answer
    assert set(answer.body) == {"id", "run_id", "queued", "skipped", "errors", "run_url", "upload_id", "upload_url"}
    assert (answer.body["queued"], answer.body["skipped"], answer.body["errors"]) == (count, 0, [])


def test_json_form(server: Server, api: Api, suite: Suite, tmp_path: Path) -> None:
    records, key = results(40), str(uuid.uuid4())
    file = tmp_path / "test-results.json"
    file.write_text(json.dumps(records))
    tags = ("-F", "tags[team]=frontend", "-F", "tags[language.version]=3.12")
    answer = curl(server, "-X", "POST", *token_header(suite), "-F", f"data=@{file}", "-F", "format=json", *run_env(key), *tags)
    check_accepted(answer, 40)
    (run,), found = read_suite(api, suite, runs=1)
    assert_same(outcomes_of(records), found)
    assert (run["id"], run["build_id"], run["branch"]) == (answer.body["run_id"], key, "main")
    assert api.failed_executions(suite, run["id"])[0]["tags"] == {"team": "frontend", "language.version": "3.12"}
    print(describe("curl json form", found))


def test_json_body(server: Server, api: Api, suite: Suite) -> None:
    records = results(15)
    body = json.dumps({"format": "json", "run_env": {"CI": "generic", "key": "json-body"}, "data": records})
    content_type = ("-H", "Content-Type: application/json; charset=utf-8")
    check_accepted(curl(server, *token_header(suite), *content_type, "--data-binary", body), 15)
    _, found = read_suite(api, suite, runs=1)
    assert_same(outcomes_of(records), found)
    print(describe("curl json body", found))


@pytest.fixture(scope="module")
def junit_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that pytest wrote just now, without a collector."""
    folder = tmp_path_factory.mktemp("junit")
    shutil.copytree(Path(__file__).parent / "projects" / "pytest_shop", folder / "shop")
    report = folder / "junit.xml"
    options = ["-q", "-p", "no:buildkite-test-collector", "-p", "no:cacheprovider", "-o", "addopts=", f"--junitxml={report}"]
    # Without the collector its marker is unknown, which is only a warning.
    subprocess.run([sys.executable, "-m", "pytest", *options], cwd=folder / "shop", env=clean_environment(), capture_output=True, timeout=CURL_SECONDS_MAX)
    return report


def test_junit_form(server: Server, api: Api, suite: Suite, junit_report: Path) -> None:
    reported = from_junit(junit_report)
    answer = curl(server, *token_header(suite), "-F", f"data=@{junit_report}", "-F", "format=junit", *run_env("junit-1"))
    check_accepted(answer, len(reported))
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    print(describe("curl junit form", found))


def test_junit_gzip(server: Server, api: Api, suite: Suite, junit_report: Path, tmp_path: Path) -> None:
    reported = from_junit(junit_report)
    envelope = {"format": "junit", "run_env": {"key": "junit-gzip"}, "data": junit_report.read_text(encoding="utf-8")}
    packed = tmp_path / "upload.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(envelope).encode()))
    headers = ("-H", "Content-Type: application/json", "-H", "Content-Encoding: gzip")
    check_accepted(curl(server, *token_header(suite), *headers, "--data-binary", f"@{packed}"), len(reported))
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    print(describe("curl junit gzip", found))


def test_large_body_waits_for_100_continue(server: Server, api: Api, suite: Suite, tmp_path: Path) -> None:
    records = results(10_500, failure="x" * 1500)
    file = tmp_path / "large.json"
    file.write_text(json.dumps(records, ensure_ascii=False))
    assert file.stat().st_size > 3 * EXPECT_BYTES
    answer = curl(server, *token_header(suite), "-F", f"data=@{file}", "-F", "format=json", *run_env("large"))
    check_accepted(answer, len(records))
    assert "> Expect: 100-continue" in answer.trace
    assert "< HTTP/1.1 100 Continue" in answer.trace
    _, found = read_suite(api, suite, runs=1)
    assert_same(outcomes_of(records), found)
    print(describe(f"curl with {file.stat().st_size / 1e6:.1f} MB", found))


def test_wrong_token_is_refused_before_the_body(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    file.write_bytes(b"[" + b" " * (5 * EXPECT_BYTES) + b"]")
    answer = curl(server, "-H", 'Authorization: Token token="wrong"', "-F", f"data=@{file}", "-F", "format=json", *run_env("wrong"))
    assert answer.status == 401
    assert answer.body == {"message": "No test suite matches the supplied API token"}
    assert "100 Continue" not in answer.trace
    assert answer.seconds < 1.0, "curl waited for an answer that should have come at once"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (["-F", "data=[{]", "-F", "format=json"], 422),
        (["-F", "data=[]", "-F", "format=foo"], 422),
        (["-F", "format=json"], 422),
    ],
    ids=["broken data", "unknown format", "no data"],
)
def test_refusals_store_nothing(server: Server, api: Api, suite: Suite, fields: list[str], status: int) -> None:
    answer = curl(server, *token_header(suite), *fields, *run_env("refused"))
    assert answer.status == status, answer
    assert isinstance(answer.body["message"], str)
    assert api.runs(suite) == []
