"""Habits that slip: machine paths in files, registry addresses in lock files, files that grew too long."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from harness.server import ROOT

LINES_MAX = 800
MACHINE_PATH = re.compile(r"/(?:work|root)/|/tmp/\w+_jobs|\.lib[r]ary")
LOCK_FILES = ("Cargo.lock", "package-lock.json")
# These speak of such paths.
SPEAKS_OF_PATHS = {"tests/house/test_tree.py"}
LONG_LINES_OF_SOURCE = {".rs", ".py", ".html", ".css", ".js", ".mjs", ".sh"}


@cache
def files() -> list[Path]:
    """Every file of the project, also those not yet committed, without the ignored ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return [path for name in listed if name and (path := ROOT / name).is_file()]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_path_of_a_machine() -> None:
    found = [
        f"{relative(path)}:{number}: {line.strip()[:160]}"
        for path in files()
        if path.name not in LOCK_FILES and relative(path) not in SPEAKS_OF_PATHS
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("name", ["tests/clients/js/package-lock.json"])
def test_npm_lock_names_no_registry(name: str) -> None:
    packages = json.loads((ROOT / name).read_text())["packages"]
    assert not [key for key, value in packages.items() if "resolved" in value]
    assert all("integrity" in value for key, value in packages.items() if key), "a package without its checksum"


@pytest.mark.parametrize("path", [p for p in files() if p.name == "Cargo.lock"], ids=relative)
def test_cargo_lock_names_no_other_registry(path: Path) -> None:
    sources = set(re.findall(r'^source = "([^"]+)"$', path.read_text(), flags=re.MULTILINE))
    assert sources <= {"registry+https://github.com/rust-lang/crates.io-index"}


def test_no_file_past_the_wall() -> None:
    lengths = {relative(p): len(text_of(p).splitlines()) for p in files() if p.suffix in LONG_LINES_OF_SOURCE}
    assert not {name: lines for name, lines in lengths.items() if lines > LINES_MAX}
