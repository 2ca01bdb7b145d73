"""jest, vitest and mocha with the collector from npm, compared with each runner's own JSON report."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from harness.api import Api, Suite
from outcomes import RunClient, JEST_RESULTS, VITEST_RESULTS, assert_same, describe, from_jest_json, from_mocha_json
from readback import read_suite

JAVASCRIPT = Path(__file__).parent / "js"
SOME_TESTS_FAILED = 1


def jest_command(node_modules: Path, tmp_path: Path, *options: str) -> list[str]:
    outputs = [f"--outputFile={tmp_path / 'jest.json'}", f"--cacheDirectory={tmp_path / 'jest-cache'}"]
    return [str(node_modules / ".bin" / "jest"), "-c", "jest/jest.config.js", "--json", *outputs, *options]


def test_jest(api: Api, suite: Suite, run_client: RunClient, node_modules: Path, tmp_path: Path) -> None:
    run_client(jest_command(node_modules, tmp_path), JAVASCRIPT, (SOME_TESTS_FAILED,))
    reported = from_jest_json(tmp_path / "jest.json", JEST_RESULTS)
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    print(describe("jest", found))


def test_jest_with_a_name_filter(api: Api, suite: Suite, run_client: RunClient, node_modules: Path, tmp_path: Path) -> None:
    run_client(jest_command(node_modules, tmp_path, "-t", "adds"), JAVASCRIPT)
    reported = from_jest_json(tmp_path / "jest.json", JEST_RESULTS)
    (run,), found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    assert run["result"] == "passed"
    assert sum(o.result == "passed" for o in found) == 1
    print(describe("jest -t", found))


def test_jest_in_two_chunks_at_once(api: Api, suite: Suite, run_client: RunClient, node_modules: Path, tmp_path: Path) -> None:
    build_id = str(uuid.uuid4())
    command = jest_command(node_modules, tmp_path, "many.spec.js")
    run_client(command, JAVASCRIPT, MANY_TESTS="5200", BUILDKITE_BUILD_ID=build_id, BUILDKITE_BRANCH="main")
    reported = from_jest_json(tmp_path / "jest.json", JEST_RESULTS)
    (run,), found = read_suite(api, suite, runs=1)
    assert len(found) == 5200
    assert_same(reported, found)
    assert (run["build_id"], run["branch"]) == (build_id, "main")
    print(describe("jest, two chunks", found))


def test_vitest(api: Api, suite: Suite, run_client: RunClient, node_modules: Path, tmp_path: Path) -> None:
    report = tmp_path / "vitest.json"
    command = [str(node_modules / ".bin" / "vitest"), "run", "--config", "vitest/vitest.config.mjs"]
    run_client(command, JAVASCRIPT, (SOME_TESTS_FAILED,), VITEST_JSON_REPORT=str(report), VITEST_CACHE_DIR=str(tmp_path / "vite"))
    reported = from_jest_json(report, VITEST_RESULTS)
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    print(describe("vitest", found))


def test_mocha(api: Api, suite: Suite, run_client: RunClient, node_modules: Path) -> None:
    command = [str(node_modules / ".bin" / "mocha"), "--reporter", "mocha-multi-reporters"]
    command += ["--reporter-options", "configFile=reporters.json", "price.spec.js"]
    done = run_client(command, JAVASCRIPT / "mocha", tuple(range(256)))
    report, _ = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
    reported = from_mocha_json(report)
    _, found = read_suite(api, suite, runs=1)
    assert_same(reported, found)
    assert done.returncode == sum(o.result == "failed" for o in found)
    print(describe("mocha", found))
