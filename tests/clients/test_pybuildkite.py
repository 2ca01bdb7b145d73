"""pybuildkite, a client library of the REST API: organizations, access token, paging."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from pybuildkite.buildkite import Buildkite

from harness.api import Api, Suite, analytics
from harness.server import Server

RUNS = 23
PER_PAGE = 5


def client_of(server: Server, token: str, per_page: int = 100) -> Buildkite:
    client = Buildkite(per_page)
    client.base_url = f"{server.base_url}/v2/"
    client.set_access_token(token)
    return client


def test_organizations(server: Server) -> None:
    organizations = client_of(server, server.token).organizations()
    # Its first page is number 0 and its address ends in a slash.
    (listed,) = organizations.list_all()
    assert listed["slug"] == "default"
    assert organizations.get_org("default") == listed
    paged = organizations.list_all(page=1, with_pagination=True)
    assert [o["slug"] for o in paged.body] == ["default"]
    assert (paged.next_page, paged.last_page) == (None, None)
    with pytest.raises(requests.HTTPError, match="404"):
        organizations.get_org("nobody")


def test_user_and_wrong_token(server: Server) -> None:
    user = client_of(server, server.token).users().get_current_user()
    assert {"id", "graphql_id", "name", "email", "avatar_url", "created_at"} <= user.keys()
    with pytest.raises(requests.HTTPError, match="401"):
        client_of(server, "no-such-token").users().get_current_user()


def test_access_token_and_its_end(tmp_path: Path) -> None:
    token = secrets.token_hex(20)
    with Server(tmp_path / "data", token=token) as server:
        tokens = client_of(server, token).access_tokens()
        described = tokens.get_token()
        assert {"uuid", "scopes", "description", "created_at", "expires_at", "user"} <= described.keys()
        assert {"read_suites", "write_suites", "read_organizations", "read_user"} <= set(described["scopes"])
        assert tokens.revoke_token() is True
        with pytest.raises(requests.HTTPError, match="401"):
            tokens.get_token()


def upload_run(api: Api, suite: Suite, key: str, tests: int) -> None:
    data = [{"scope": "paging", "name": f"{key} {n}", "result": "failed", "failure_reason": f"{key}/{n}"} for n in range(tests)]
    answer = api.upload(suite, json.dumps({"format": "json", "run_env": {"key": key}, "data": data}).encode())
    assert answer.status == 202, answer.body


def walk(get: Callable[[int], Any]) -> list[dict[str, Any]]:
    """Follows next_page as the library reads it from the Link header."""
    elements: list[dict[str, Any]] = []
    page: int | None = 1
    while page is not None:
        answer = get(page)
        assert answer.first_page == (None if page == 1 else 1)
        assert answer.previous_page == (None if page == 1 else page - 1)
        elements += answer.body
        assert answer.next_page in (None, page + 1)
        page = answer.next_page
    return elements


def test_paging_of_runs_and_failures(server: Server, api: Api, suite: Suite) -> None:
    for n in range(RUNS):
        upload_run(api, suite, f"run-{n}", tests=RUNS if n == 0 else 1)
    client = client_of(server, server.token, PER_PAGE).client

    def runs_page(page: int) -> Any:
        url = f"{server.base_url}{analytics()}/suites/{suite.slug}/runs"
        return client.get(url, query_params={"page": page}, with_pagination=True)

    runs = walk(runs_page)
    assert len({r["id"] for r in runs}) == len(runs) == RUNS
    assert [r["created_at"] for r in runs] == sorted((r["created_at"] for r in runs), reverse=True)
    assert runs_page(1).last_page == -(-RUNS // PER_PAGE)
    assert runs_page(99).body == []

    first_run = runs[-1]["id"]

    def failures_page(page: int) -> Any:
        url = f"{server.base_url}{analytics()}/suites/{suite.slug}/runs/{first_run}/failed_executions"
        return client.get(url, query_params={"page": page}, with_pagination=True)

    failures = walk(failures_page)
    assert sorted(e["failure_reason"] for e in failures) == sorted(f"run-0/{n}" for n in range(RUNS))
    print(f"pybuildkite: {len(runs)} runs and {len(failures)} failures in pages of {PER_PAGE}")
