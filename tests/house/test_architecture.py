"""The directions in which the five crates may depend on each other and on the world, read from `cargo metadata`."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import Any

import pytest

from harness.server import ROOT

# Each crate and the crates of this workspace that it may use.
ALLOWED = {
    "proctor-core": set(),
    "proctor-formats": {"proctor-core"},
    "proctor-store": {"proctor-core"},
    "proctor-server": {"proctor-core", "proctor-formats", "proctor-store"},
    "proctor": {"proctor-core", "proctor-formats", "proctor-store", "proctor-server"},
}

# What the domain must not reach, not even through another crate.
FORBIDDEN_BELOW_CORE = ("tokio", "sqlx", "axum", "hyper", "serde", "serde_json", "reqwest", "arrow-array", "rand")

# Dependencies that one crate fences off.
FENCED = {
    "sqlx": {"proctor-store"},
    "arrow-array": {"proctor-store"},
    "arrow-buffer": {"proctor-store"},
    "arrow-data": {"proctor-store"},
    "arrow-ipc": {"proctor-store"},
    "arrow-schema": {"proctor-store"},
    "parquet": {"proctor-store"},
    "zstd": {"proctor-store"},
    "quick-xml": {"proctor-formats"},
    "encoding_rs": {"proctor-formats"},
    "axum": {"proctor-server"},
    "tower-http": {"proctor-server"},
    "jsonwebtoken": {"proctor-server"},
    "clap": {"proctor"},
    "anyhow": {"proctor"},
    "indicatif": {"proctor"},
    "rusqlite": set(),
    "datafusion": set(),
}


@cache
def metadata() -> dict[str, Any]:
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def members() -> dict[str, dict[str, Any]]:
    ids = set(metadata()["workspace_members"])
    return {package["name"]: package for package in metadata()["packages"] if package["id"] in ids}


def direct(package: dict[str, Any], *, kinds: tuple[str | None, ...] = (None, "build")) -> set[str]:
    return {dependency["name"] for dependency in package["dependencies"] if dependency["kind"] in kinds}


def test_the_five_crates() -> None:
    assert set(members()) == set(ALLOWED)


@pytest.mark.parametrize("name", ALLOWED)
def test_direction(name: str) -> None:
    used = direct(members()[name]) & set(ALLOWED)
    assert used <= ALLOWED[name], f"{name} must not use {sorted(used - ALLOWED[name])}"


def test_siblings_do_not_meet_in_tests() -> None:
    for name, sibling in (("proctor-formats", "proctor-store"), ("proctor-store", "proctor-formats")):
        assert sibling not in direct(members()[name], kinds=(None, "build", "dev"))


@pytest.mark.parametrize("dependency", FENCED)
def test_fence(dependency: str) -> None:
    users = {name for name, package in members().items() if dependency in direct(package)}
    assert users <= FENCED[dependency], f"{dependency} belongs to {sorted(FENCED[dependency])}, also used by {sorted(users)}"


def test_core_is_pure() -> None:
    reached = reachable("proctor-core")
    assert not reached & set(FORBIDDEN_BELOW_CORE), sorted(reached & set(FORBIDDEN_BELOW_CORE))


def reachable(name: str) -> set[str]:
    """The names of all packages that a crate's normal dependencies pull in."""
    names = {package["id"]: package["name"] for package in metadata()["packages"]}
    nodes = {node["id"]: node for node in metadata()["resolve"]["nodes"]}
    open_ids, seen = [members()[name]["id"]], set()
    while open_ids:
        for dependency in nodes[open_ids.pop()]["deps"]:
            normal = any(kind["kind"] is None and not is_foreign(kind["target"]) for kind in dependency["dep_kinds"])
            if normal and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                open_ids.append(dependency["pkg"])
    return {names[id] for id in seen}


def is_foreign(target: str | None) -> bool:
    """A dependency for other platforms, such as WebAssembly, is not built here."""
    return target is not None and ("wasm" in target or "windows" in target)
