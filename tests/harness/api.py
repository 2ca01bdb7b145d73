"""A small client of the HTTP API, over one kept-alive connection."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

ORGANIZATION = "default"
PAGE_SIZE = 100
TIMEOUT_SECONDS = 60.0


class ApiError(Exception):
    """An answer that was not the one asked for."""


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower-case names) and body of one response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Suite:
    """A suite and the token that uploads to it."""

    slug: str
    token: str = field(repr=False)


class Api:
    """Requests with an API token; the connection is opened anew when the server closed it."""

    def __init__(self, base_url: str, token: str) -> None:
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._token = token
        self._connection: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request; `headers` replaces the bearer token when it holds an Authorization."""
        sent = {"Authorization": f"Bearer {self._token}"} | (headers or {})
        for attempt in (1, 2):
            fresh = self._connection is None
            connection = self._connection or http.client.HTTPConnection(*self._address, timeout=TIMEOUT_SECONDS)
            self._connection = connection
            try:
                connection.request(method, path, body=body, headers=sent)
                response = connection.getresponse()
                return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
            except (http.client.HTTPException, OSError):
                self.close()
                if fresh or attempt == 2 or method != "GET":
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path: str) -> Any:
        """The JSON body of a 200 answer."""
        answer = self.request("GET", path)
        if answer.status != 200:
            raise ApiError(f"GET {path}: {answer.status} {answer.body[:500]!r}")
        return answer.json()

    def pages(self, path: str) -> Iterator[Any]:
        """Every element of a paged list."""
        joint = "&" if "?" in path else "?"
        page = 1
        while True:
            elements = self.get(f"{path}{joint}page={page}&per_page={PAGE_SIZE}")
            yield from elements
            if len(elements) < PAGE_SIZE:
                return
            page += 1

    def create_suite(self, name: str) -> Suite:
        body = json.dumps({"name": name, "show_api_token": True, "default_branch": "main"}).encode()
        answer = self.request("POST", f"{analytics()}/suites", body, {"Content-Type": "application/json"})
        if answer.status != 201:
            raise ApiError(f"create suite {name}: {answer.status} {answer.body[:500]!r}")
        made = answer.json()
        return Suite(made["slug"], made["api_token"])

    def upload(self, suite: Suite, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        sent = {"Authorization": f'Token token="{suite.token}"', "Content-Type": "application/json"} | (headers or {})
        return self.request("POST", "/v1/uploads", body, sent)

    def runs(self, suite: Suite, build_id: str | None = None) -> list[dict[str, Any]]:
        query = f"?build_id={quote(build_id)}" if build_id else ""
        return list(self.pages(f"{analytics()}/suites/{suite.slug}/runs{query}"))

    def run(self, suite: Suite, run_id: str) -> dict[str, Any]:
        return self.get(f"{analytics()}/suites/{suite.slug}/runs/{run_id}")

    def executions(self, suite: Suite, run_id: str) -> list[dict[str, Any]]:
        return list(self.pages(f"/v2/proctor/organizations/{ORGANIZATION}/suites/{suite.slug}/runs/{run_id}/executions"))

    def failed_executions(self, suite: Suite, run_id: str) -> list[dict[str, Any]]:
        return list(self.pages(f"{analytics()}/suites/{suite.slug}/runs/{run_id}/failed_executions?include_failure_expanded=true"))


def analytics() -> str:
    """The prefix of the Test Engine routes."""
    return f"/v2/analytics/organizations/{ORGANIZATION}"
