"""What a runner said of its tests, and what the server gives back: the same type for both."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# How the fixture `run_client` is called: command, folder, accepted exit codes, further environment.
RunClient = Callable[..., subprocess.CompletedProcess[str]]

PYTEST_TRUNCATED = "[truncated; full report in element text]"
ANSI_ESCAPE = re.compile(r"\x1b[^m]*?m")


@dataclass(frozen=True, order=True)
class Outcome:
    """One execution. `failure` is the sender's one-line reason, kept for failures only."""

    scope: str
    name: str
    result: str
    failure: str = ""


def stored(executions: Iterable[dict[str, Any]]) -> list[Outcome]:
    """Outcomes as the server lists them."""
    return [
        Outcome(e["scope"], e["name"], e["result"], (e["failure_reason"] or "").rstrip() if e["result"] == "failed" else "")
        for e in executions
    ]


def assert_same(reported: list[Outcome], found: list[Outcome]) -> None:
    """Both hold the same executions, each as often."""
    ours, theirs = Counter(found), Counter(reported)
    lost, invented = sorted((theirs - ours).elements()), sorted((ours - theirs).elements())
    assert not lost and not invented, "\n".join(
        [f"reported {len(reported)}, stored {len(found)}"]
        + [f"  reported but not stored: {str(o)[:600]}" for o in lost[:10]]
        + [f"  stored but not reported: {str(o)[:600]}" for o in invented[:10]]
    )


def describe(client: str, outcomes: list[Outcome]) -> str:
    """One line of counts for the log of the test run."""
    by_result = Counter(o.result for o in outcomes)
    counts = ", ".join(f"{n} {result}" for result, n in sorted(by_result.items()))
    return f"{client}: {len(outcomes)} executions ({counts})"


def from_pytest_junit(path: Path) -> list[Outcome]:
    """pytest --junitxml (xunit1), turned into the node ids that the collector splits at the last `::`."""
    return [_from_pytest_case(case) for case in ElementTree.parse(path).getroot().iter("testcase")]


def _from_pytest_case(case: ElementTree.Element) -> Outcome:
    problem = next((child for child in case if child.tag in ("failure", "error")), None)
    if problem is not None and problem.get("message") == "collection failure":
        file = case.get("name", "").replace(".", "/") + ".py"
        return Outcome("", file, "failed", (problem.text or "").splitlines()[0].rstrip())
    file = case.get("file", "")
    module = file.removesuffix(".py").replace("/", ".")
    classes = [part for part in case.get("classname", "").removeprefix(module).split(".") if part]
    scope, name = "::".join([file, *classes, case.get("name", "")]).rsplit("::", 1)
    if problem is not None:
        return Outcome(scope, name, "failed", _pytest_reason(problem))
    return Outcome(scope, name, "skipped" if case.find("skipped") is not None else "passed")


def _pytest_reason(problem: ElementTree.Element) -> str:
    # An error of a fixture is announced in the message: `failed on setup with "E"`.
    message = problem.get("message", "")
    if message.endswith(PYTEST_TRUNCATED):
        message = _marked_lines(problem.text or "")
    announced = re.fullmatch(r'failed on setup with "(.*)"', message, flags=re.DOTALL)
    return (announced[1] if announced else message).rstrip()


def _marked_lines(report: str) -> str:
    """The error as the full report shows it: the lines that pytest marks with an E, without mark and indent."""
    marked = [line[1:] for line in report.splitlines() if line.startswith("E ")]
    indent = len(marked[0]) - len(marked[0].lstrip())
    return "\n".join(line[indent:] for line in marked)


JEST_RESULTS = {"passed": "passed", "failed": "failed", "pending": "pending", "todo": "skipped"}
VITEST_RESULTS = {"passed": "passed", "failed": "failed", "skipped": "skipped", "pending": "pending", "todo": "pending"}


def from_jest_json(path: Path, results: dict[str, str]) -> list[Outcome]:
    """`jest --json` and vitest's `json` reporter, with the collector's names for the states."""
    report = json.loads(path.read_text(encoding="utf-8"))
    return [_from_assertion(a, results) for file in report["testResults"] for a in file["assertionResults"]]


def _from_assertion(assertion: dict[str, Any], results: dict[str, str]) -> Outcome:
    result = results[assertion["status"]]
    text = ANSI_ESCAPE.sub("", " ".join(assertion["failureMessages"]))
    failure = text.split("\n")[0].rstrip() if result == "failed" else ""
    return Outcome(" ".join(assertion["ancestorTitles"]), assertion["title"], result, failure)


def from_mocha_json(report: dict[str, Any]) -> list[Outcome]:
    """mocha's `json` reporter."""
    pending, failures = ({_mocha_key(t) for t in report[part]} for part in ("pending", "failures"))
    return [_from_mocha_test(test, pending, failures) for test in report["tests"]]


def _mocha_key(test: dict[str, Any]) -> tuple[str, str]:
    return test["fullTitle"], test["title"]


def _from_mocha_test(test: dict[str, Any], pending: set[tuple[str, str]], failures: set[tuple[str, str]]) -> Outcome:
    scope = test["fullTitle"].removesuffix(test["title"]).rstrip(" ")
    if _mocha_key(test) in failures:
        # The stack starts with the error as text.
        return Outcome(scope, test["title"], "failed", test["err"]["stack"].split("\n    at ")[0].rstrip())
    return Outcome(scope, test["title"], "pending" if _mocha_key(test) in pending else "passed")


def from_junit(path: Path) -> list[Outcome]:
    """A JUnit document as the server reads it: `classname` is the scope, verbatim."""
    return [_from_case(case) for case in ElementTree.parse(path).getroot().iter("testcase")]


def _from_case(case: ElementTree.Element) -> Outcome:
    scope, name = case.get("classname", ""), case.get("name", "")
    problem = next((child for child in case if child.tag in ("failure", "error")), None)
    if problem is not None:
        return Outcome(scope, name, "failed", problem.get("message", "").rstrip())
    return Outcome(scope, name, "skipped" if case.find("skipped") is not None else "passed")
