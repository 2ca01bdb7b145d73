"""schemathesis, a fuzzer of HTTP APIs: asks every operation of our own OpenAPI document what it allows and what it does not.

Whatever is asked, no answer is an error of the server, and every answer is one that the document has. The examples follow from the document
alone, so they are the same in every run.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import hypothesis.configuration
import pytest
import schemathesis
from hypothesis.strategies import SearchStrategy, one_of
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_headers_conformance, response_schema_conformance, status_code_conformance

from harness.api import ORGANIZATION, Api, Suite
from harness.server import ROOT, Server

EXAMPLES_PER_OPERATION = int(os.environ.get("PROCTOR_SCHEMATHESIS_EXAMPLES", "12"))
# How often a path leads to something that is there.
REAL_SHARE = 0.75
SEED = 20261126
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]


@dataclass
class World:
    """A server with something in it, and what is needed to lead requests there."""

    server: Server
    api: Api
    suite: Suite
    real: dict[str, str]
    statuses: Counter[int] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_token(self, scopes: list[str]) -> dict[str, str]:
        """A token of the administrator that an example may end."""
        body = json.dumps({"description": "an example", "scopes": scopes}).encode()
        answer = self.api.request("POST", f"/v2/proctor/organizations/{ORGANIZATION}/tokens", body)
        assert answer.status == 201, answer.body
        return answer.json()

    def new_suite(self) -> Suite:
        """A suite that an example may change or delete."""
        return self.api.create_suite(f"Example {next(self.numbers)}")


def envelope(key: str) -> bytes:
    spans = {"duration": 0.5, "children": [{"section": "sql", "start_at": 0.1, "end_at": 0.2, "duration": 0.1, "detail": {"query": "SELECT 1"}}]}
    failed = {"failure_reason": "expected 402", "failure_expanded": [{"expanded": ["402"], "backtrace": ["a.py:1"]}]}
    record = {"scope": "Cart", "location": "cart.py:1", "file_name": "cart.py", "history": spans, "tags": {"host.type": "m4.large"}}
    data = [record | {"name": f"test {n}", "result": "passed"} for n in range(40)] + [record | failed | {"name": "test 0", "result": "failed"}]
    run_env = {"CI": "buildkite", "key": key, "branch": "main", "commit_sha": "70093d3", "number": "7"}
    return json.dumps({"format": "json", "run_env": run_env, "data": data}).encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    hypothesis.configuration.set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))
    with Server(tmp_path_factory.mktemp("fuzzed")) as server:
        api = Api(server.base_url, server.token)
        suite = api.create_suite("Fuzzed")
        build = "3ce1268c-9c80-42e3-bfec-3fee8ed2305d"
        receipts = [api.upload(suite, envelope(key)).json() for key in (build, "second", "third")]
        execution = api.executions(suite, receipts[0]["run_id"])[0]
        real = {
            "org": ORGANIZATION,
            "suite": suite.slug,
            "run": receipts[0]["run_id"],
            "upload": receipts[0]["id"],
            "test": execution["test_id"],
            "execution": execution["execution_id"],
            "build": build,
        }
        made = World(server, api, suite, real)
        yield made
        print(f"schemathesis: {sum(made.statuses.values())} answers by status {dict(sorted(made.statuses.items()))}")
        assert server.process.poll() is None, server.log()
        api.close()


def operations() -> list[Any]:
    """Those of the copy in docs; a contract test holds it equal to what is served."""
    config = SchemathesisConfig()
    config.projects.default.generation.update(allow_x00=True, with_security_parameters=False, database="none")
    document = schemathesis.openapi.from_path(ROOT / "docs" / "openapi.yaml", config=config)
    return [found.ok() for found in document.get_all_operations()]


def lead_somewhere(world: World, case: schemathesis.Case) -> str:
    """Puts what is there into most paths; the Authorization of the request."""
    authorization = f"Bearer {world.server.token}"
    if case.operation.path.startswith("/v1/"):
        imports = "Proctor-Received-At" in case.headers and world.chance.random() < REAL_SHARE
        case.headers["Proctor-Suite"] = f"{ORGANIZATION}/{world.suite.slug}"
        if not imports:
            case.headers.pop("Proctor-Received-At", None)
            authorization = f'Token token="{world.suite.token}"'
    if case.operation.path == "/v2/access-token" and case.method == "DELETE":
        authorization = f"Bearer {world.new_token([])['token']}"
    if world.chance.random() >= REAL_SHARE:
        return authorization
    for name in case.path_parameters:
        if name in world.real:
            case.path_parameters[name] = world.real[name]
    if case.method != "GET" and case.operation.path.endswith(("/{suite}", "/rotate")):
        case.path_parameters["suite"] = world.new_suite().slug
    if "token" in case.path_parameters:
        case.path_parameters["token"] = world.new_token(["read_suites"])["id"]
    return authorization


def examples(operation: Any) -> SearchStrategy[schemathesis.Case]:
    """What the document allows and, where there is anything that it forbids, that as well."""
    allowed = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    takes_something = operation.body or operation.query or operation.headers
    return one_of(allowed, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)) if takes_something else allowed


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.definition.raw["operationId"])
def test_every_answer_is_described(world: World, operation: Any) -> None:
    @hypothesis.given(case=examples(operation))
    @hypothesis.settings(
        max_examples=EXAMPLES_PER_OPERATION,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        authorization = lead_somewhere(world, case)
        response = case.call_and_validate(base_url=world.server.base_url, headers={"Authorization": authorization}, checks=CHECKS)
        world.statuses[response.status_code] += 1

    ask()
