"""pytest with the collector from PyPI, compared with pytest's own JUnit report."""

from __future__ import annotations

import shutil
import sys
import uuid
from pathlib import Path

import pytest

from harness.api import Api, Suite
from outcomes import RunClient, Outcome, assert_same, describe, from_pytest_junit
from readback import read_suite

PROJECTS = Path(__file__).parent / "projects"
SOME_TESTS_FAILED = 1


def run_pytest(run_client: RunClient, tmp_path: Path, project: str, *options: str, **environment: str) -> list[Outcome]:
    """Runs a copy of a sample project; what pytest itself reported."""
    copy = tmp_path / project
    shutil.copytree(PROJECTS / project, copy)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *options]
    run_client(command, copy, exit_codes=(SOME_TESTS_FAILED,), **environment)
    return from_pytest_junit(report)


def test_all_outcomes(api: Api, suite: Suite, run_client: RunClient, tmp_path: Path) -> None:
    reported = run_pytest(run_client, tmp_path, "pytest_shop")
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    print(describe("pytest", found))
    names = {o.name for o in found}
    assert {"test_größe_und_maß", "test_codes[日本語]", "b]"} <= names
    assert {"passed", "failed", "skipped"} == {o.result for o in found}


@pytest.mark.parametrize("workers", [2, 3])
def test_under_xdist(api: Api, suite: Suite, run_client: RunClient, tmp_path: Path, workers: int) -> None:
    reported = run_pytest(run_client, tmp_path, "pytest_shop", "-n", str(workers))
    # Outside a known CI system every worker makes a run key of its own.
    _, found = read_suite(api, suite, runs=workers)
    assert_same(reported, found)
    print(describe(f"pytest -n {workers}", found))


def test_in_a_buildkite_job_under_xdist(api: Api, suite: Suite, run_client: RunClient, tmp_path: Path) -> None:
    build_id = str(uuid.uuid4())
    reported = run_pytest(
        run_client,
        tmp_path,
        "pytest_shop",
        "-n",
        "2",
        BUILDKITE_BUILD_ID=build_id,
        BUILDKITE_BUILD_URL="https://ci.example.test/builds/42",
        BUILDKITE_BRANCH="größe/of-things",
        BUILDKITE_COMMIT="b7c1f0a9" * 5,
        BUILDKITE_BUILD_NUMBER="42",
        BUILDKITE_JOB_ID=str(uuid.uuid4()),
        BUILDKITE_MESSAGE='Say "hello" & more ☃',
        BUILDKITE_AGENT_ID="agent-7",
    )
    (run,), found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    assert (run["build_id"], run["branch"], run["commit_sha"]) == (build_id, "größe/of-things", "b7c1f0a9" * 5)
    assert [r["id"] for r in api.runs(suite, build_id=build_id.upper())] == [run["id"]]
    failed = api.failed_executions(suite, run["id"])
    assert {e["tags"].get("ci.worker.id") for e in failed} == {"agent-7"}
    print(describe("pytest in a Buildkite job", found))


def test_three_batches_of_one_run(api: Api, suite: Suite, run_client: RunClient, tmp_path: Path) -> None:
    reported = run_pytest(run_client, tmp_path, "pytest_many")
    _, found = read_suite(api, suite, runs=1)
    assert len(found) == 250
    assert_same(reported, found)
    print(describe("pytest, three batches", found))


def test_a_file_that_cannot_be_imported(api: Api, suite: Suite, run_client: RunClient, tmp_path: Path) -> None:
    reported = run_pytest(run_client, tmp_path, "pytest_broken_import", "--continue-on-collection-errors")
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    print(describe("pytest, broken import", found))
