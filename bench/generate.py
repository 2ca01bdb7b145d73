"""Generates the bench's uploads from a seed; the same seed gives the same bytes.

A set is made once and kept: `large` (200 Buildkite JSON envelopes of 5,000 results), `small` (20,000 of 100 results, what the pytest
collector sends) and `junit` (60 documents of 5,000 test cases). `manifest.json` says what is in it, so that every side can be checked.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

VERSION = 3
SEED = 20261123
TESTS = 20_000
BRANCHES = 38
FAILED_SHARE = 0.005
SKIPPED_SHARE = 0.03
HOST_TYPES = ("m4.large", "m5.xlarge", "c6g.2xlarge", "r5.large")
REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-2")
LARGE_UPLOADS, LARGE_RESULTS = 200, 5_000
SMALL_UPLOADS, SMALL_RESULTS, SMALL_UPLOADS_PER_RUN = 20_000, 100, 10
JUNIT_UPLOADS, JUNIT_RESULTS = 60, 5_000
BOUNDARY = "------------------------bench0123456789"
AREAS = ("checkout", "catalog", "search", "billing", "accounts", "shipping", "reports", "inventory")
SUBJECTS = ("discount", "address", "invoice", "stock", "session", "refund", "basket", "tax", "currency", "coupon")
VERBS = ("applies", "rejects", "stores", "updates", "renders", "exports")


@dataclass
class Sums:
    """What a set, or one run of it, holds."""

    executions: int = 0
    by_result: dict[str, int] = field(default_factory=dict)
    duration_seconds: float = 0.0

    def add(self, result: str, duration: float) -> None:
        self.executions += 1
        self.by_result[result] = self.by_result.get(result, 0) + 1
        self.duration_seconds += duration


@dataclass(frozen=True)
class Test:
    scope: str
    name: str
    file: str
    line: int
    median_seconds: float


def make_tests(chance: random.Random, count: int = TESTS) -> list[Test]:
    tests = []
    for n in range(count):
        area, subject, verb = AREAS[n % len(AREAS)], SUBJECTS[n // 7 % len(SUBJECTS)], VERBS[n // 3 % len(VERBS)]
        file = f"tests/{area}/test_{subject}_{n // 40:04}.py"
        scope = f"{file}::Test{subject.capitalize()}{n // 10 % 4}"
        tests.append(Test(scope, f"test_{verb}_{subject}_{n:05}", file, 3 + n % 40 * 11, math.exp(chance.gauss(-3.5, 1.2))))
    return tests


def branch_of(chance: random.Random) -> str:
    """A third of the runs are on main."""
    return "main" if chance.random() < 1 / 3 else f"feature/topic-{chance.randrange(1, BRANCHES):02}"


def run_env(chance: random.Random, number: int) -> dict[str, str]:
    return {
        "CI": "buildkite",
        "key": random_uuid(chance),
        "number": str(number),
        "branch": branch_of(chance),
        "commit_sha": f"{chance.getrandbits(160):040x}",
        "job_id": random_uuid(chance),
        "url": f"https://ci.example.test/acme/shop/builds/{number}",
        "message": f"Change number {number} of the shop",
        "collector": "python-buildkite-test-collector",
        "version": "1.9.0",
        "test_runner": "pytest",
        "language_version": "3.11.7",
    }


def random_uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def outcome(chance: random.Random, test: Test) -> tuple[str, float]:
    dice = chance.random()
    if dice < FAILED_SHARE:
        result = "failed"
    elif dice < FAILED_SHARE + SKIPPED_SHARE:
        return "skipped", 0.0
    else:
        result = "passed"
    return result, round(test.median_seconds * math.exp(chance.gauss(0.0, 0.4)), 6)


def failure_text(chance: random.Random, test: Test) -> tuple[str, list[str], list[str]]:
    expected, got = chance.randrange(100), chance.randrange(100)
    reason = f"AssertionError: assert {got} == {expected}"
    lines = [f"    def {test.name}(self):", f"        value = compute({got})", f">       assert value == {expected}", f"E       {reason}"]
    trace = [f"{test.file}:{test.line + 2}: AssertionError", "shop/compute.py:88: in compute"]
    return reason, lines * 3, trace


def result_json(chance: random.Random, test: Test, clock: float, sums: Sums) -> tuple[str, float]:
    """One result, in the key order and with the blanks of the pytest collector."""
    result, duration = outcome(chance, test)
    sums.add(result, duration)
    tags = f'"host.type": "{chance.choice(HOST_TYPES)}", "cloud.region": "{chance.choice(REGIONS)}", "language.name": "python"'
    text = (
        f'{{"id": "{random_uuid(chance)}", "scope": "{test.scope}", "name": "{test.name}", "location": "{test.file}:{test.line}", '
        f'"file_name": "{test.file}", "history": {{"section": "top", "children": [], "start_at": {clock:.6f}, '
        f'"end_at": {clock + duration:.6f}, "duration": {duration}}}, "tags": {{{tags}}}, "result": "{result}"'
    )
    if result == "failed":
        reason, expanded, backtrace = failure_text(chance, test)
        detail = json.dumps([{"expanded": expanded, "backtrace": backtrace}])
        text += f', "failure_reason": {json.dumps(reason)}, "failure_expanded": {detail}'
    return text + "}", clock + duration


def envelope(chance: random.Random, env: dict[str, str], tests: list[Test], sums: Sums) -> bytes:
    clock, results = 0.1, []
    for test in tests:
        text, clock = result_json(chance, test, clock, sums)
        results.append(text)
    return f'{{"format": "json", "run_env": {json.dumps(env)}, "tags": {{}}, "data": [{", ".join(results)}]}}'.encode()


def some_tests(chance: random.Random, tests: list[Test], count: int) -> list[Test]:
    """A contiguous slice of the universe, as a shard of a suite runs it."""
    start = chance.randrange(len(tests))
    return (tests + tests)[start : start + count]


def large_uploads(chance: random.Random, tests: list[Test], sums: Sums) -> Iterator[tuple[str, bytes]]:
    for number in range(LARGE_UPLOADS):
        env = run_env(chance, number)
        yield env["key"], envelope(chance, env, some_tests(chance, tests, LARGE_RESULTS), sums)


def small_uploads(chance: random.Random, tests: list[Test], runs: dict[str, Sums]) -> Iterator[bytes]:
    for number in range(SMALL_UPLOADS // SMALL_UPLOADS_PER_RUN):
        env = run_env(chance, number)
        shard = some_tests(chance, tests, SMALL_RESULTS * SMALL_UPLOADS_PER_RUN)
        sums = runs.setdefault(env["key"], Sums())
        for first in range(0, len(shard), SMALL_RESULTS):
            yield envelope(chance, env, shard[first : first + SMALL_RESULTS], sums)


def junit_document(chance: random.Random, tests: list[Test], sums: Sums) -> bytes:
    cases = [junit_case(chance, test, sums) for test in tests]
    head = '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="pytest tests">'
    suite = f'<testsuite name="pytest" tests="{len(tests)}" time="12.345" timestamp="2026-11-23T10:00:00" hostname="ci-1">'
    return (head + suite + "".join(cases) + "</testsuite></testsuites>\n").encode()


def junit_case(chance: random.Random, test: Test, sums: Sums) -> str:
    result, duration = outcome(chance, test)
    # JUnit times have three decimals.
    duration = round(duration, 3)
    sums.add(result, duration)
    classname = test.scope.replace(".py::", ".").replace("/", ".")
    opening = f'<testcase classname="{classname}" name="{test.name}" time="{duration:.3f}"'
    if result == "passed":
        return opening + " />"
    if result == "skipped":
        return f'{opening}><skipped type="pytest.skip" message="not today">{test.file}:{test.line}: not today</skipped></testcase>'
    reason, expanded, backtrace = failure_text(chance, test)
    text = "\n".join(expanded + backtrace)
    return f"{opening}><failure message={quoteattr(reason)}>{text}</failure></testcase>"


def multipart(env: dict[str, str], document: bytes) -> bytes:
    """The form that curl sends for the documented command."""
    fields = {"format": "junit"} | {f"run_env[{key}]": value for key, value in env.items()}
    disposition = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'
    head = f'{disposition}data"; filename="junit.xml"\r\nContent-Type: application/xml\r\n\r\n'
    tail = "".join(f'\r\n{disposition}{name}"\r\n\r\n{value}' for name, value in fields.items())
    return head.encode() + document + f"{tail}\r\n--{BOUNDARY}--\r\n".encode()


def pack(part: bytes) -> bytes:
    return struct.pack("<I", len(part)) + part


def generate(folder: Path, seed: int = SEED) -> dict[str, object]:
    """Makes the sets in `folder`, unless they are there already; the manifest."""
    manifest_file = folder / "manifest.json"
    if manifest_file.is_file():
        manifest = json.loads(manifest_file.read_text())
        if (manifest["version"], manifest["seed"]) == (VERSION, seed):
            return manifest
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "large").mkdir(parents=True)
    (folder / "junit").mkdir()
    chance = random.Random(seed)
    tests = make_tests(chance)
    manifest = {"version": VERSION, "seed": seed, "boundary": BOUNDARY}
    manifest["large"] = _write_large(folder, chance, tests)
    manifest["junit"] = _write_junit(folder, chance, tests)
    manifest["small"] = _write_small(folder, chance, tests)
    # Last, so that a set cut short is made anew.
    manifest_file.write_text(json.dumps(manifest))
    return json.loads(manifest_file.read_text())


def _write_large(folder: Path, chance: random.Random, tests: list[Test]) -> dict[str, object]:
    sums = Sums()
    for number, (_, body) in enumerate(large_uploads(chance, tests, sums)):
        (folder / "large" / f"{number:04}.json").write_bytes(body)
    return asdict(sums) | {"uploads": LARGE_UPLOADS}


def _write_junit(folder: Path, chance: random.Random, tests: list[Test]) -> dict[str, object]:
    sums = Sums()
    with (folder / "junit.pack").open("wb") as forms:
        for number in range(JUNIT_UPLOADS):
            document = junit_document(chance, some_tests(chance, tests, JUNIT_RESULTS), sums)
            (folder / "junit" / f"{number:04}.xml").write_bytes(document)
            forms.write(pack(multipart(run_env(chance, number), document)))
    return asdict(sums) | {"uploads": JUNIT_UPLOADS}


def _write_small(folder: Path, chance: random.Random, tests: list[Test]) -> dict[str, object]:
    runs: dict[str, Sums] = {}
    with (folder / "small.pack").open("wb") as file:
        for body in small_uploads(chance, tests, runs):
            file.write(pack(body))
    total = sum(run.executions for run in runs.values())
    return {"uploads": SMALL_UPLOADS, "executions": total, "runs": {key: asdict(sums) for key, sums in runs.items()}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    generate(given.folder, given.seed)
