"""One server for all client tests; every test makes suites of its own in it."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.api import Api, Suite
from harness.server import ROOT, Server, clean_environment
from outcomes import RunClient

CLIENT_SECONDS_MAX = 300
_suite_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("proctor-data"))
    yield running
    assert running.stop() == 0, running.log()


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    client = Api(server.base_url, server.token)
    yield client
    client.close()


@pytest.fixture
def suite(api: Api, request: pytest.FixtureRequest) -> Suite:
    return api.create_suite(f"{request.node.name} {next(_suite_numbers)}")


@pytest.fixture
def run_client(server: Server, suite: Suite, tmp_path: Path) -> RunClient:
    """Runs a sender with the two settings its documentation asks for, and fails when it complains."""

    def run(command: list[str], cwd: Path, exit_codes: tuple[int, ...] = (0,), **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "BUILDKITE_ANALYTICS_TOKEN": suite.token,
            "BUILDKITE_ANALYTICS_API_URL": f"{server.base_url}/v1",
            "BUILDKITE_ANALYTICS_BASE_URL": f"{server.base_url}/v1/uploads",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(tmp_path),
            "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run(
            command,
            cwd=cwd,
            env=clean_environment() | settings | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS_MAX,
        )
        said = done.stdout + done.stderr
        assert done.returncode in exit_codes, f"{command} ended with {done.returncode}\n{said[-8000:]}"
        for complaint in ("Test Engine error", "Failed to uploads", "Missing BUILDKITE_ANALYTICS_TOKEN"):
            assert complaint not in said, said[-8000:]
        return done

    return run


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Where `npm ci` put the JavaScript packages."""
    folder = ROOT / "tests" / "clients" / "js" / "node_modules"
    assert folder.is_dir(), "run `npm ci` in tests/clients/js first (scripts/test does)"
    assert os.access(folder / ".bin" / "jest", os.X_OK)
    return folder
