"""The bench: modules of rows, measured side by side in one run. Start it with bench/run, which does the set-up."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import generate
import ingest
import pages
import queries
import workflows
from context import Context

# `all` runs every module. How well monitors do is measured by bench/detectors, which asks no server.
MODULES: dict[str, tuple[Callable[[Context], None], tuple[str, ...]]] = {
    "ingest": (ingest.run, ingest.MEASUREMENTS),
    "queries": (queries.run, queries.MEASUREMENTS),
    "workflows": (workflows.run, workflows.MEASUREMENTS),
    "pages": (pages.run, pages.MEASUREMENTS),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures Proctor against what a user would pick instead.")
    parser.add_argument("module", choices=[*MODULES, "all"])
    parser.add_argument("measurement", nargs="*", help="only these parts of the module, for example: large small junit, or 10m")
    given = parser.parse_args()
    names = list(MODULES) if given.module == "all" else [given.module]
    known = {measurement for name in names for measurement in MODULES[name][1]}
    if unknown := set(given.measurement) - known:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    context = make_context(names, frozenset(given.measurement))
    for name in names:
        MODULES[name][0](context)
    short = [row.name for row in context.rows if not row.reached]
    print(f"{len(context.rows)} rows, {len(short)} short{': ' if short else ''}{', '.join(short)}")
    return 0


def make_context(modules: list[str], wanted: frozenset[str]) -> Context:
    folder = {name: Path(os.environ[f"PROCTOR_BENCH_{name}"]) for name in ("BINARY", "TOOLS", "DATA", "WORK")}
    print("generating data, if it is not there yet", flush=True)
    # The others make their own, of the scales that are asked for.
    needed = "ingest" in modules or ("workflows" in modules and (not wanted or "with-workflows" in wanted))
    manifest = generate.generate(folder["DATA"]) if needed else {}
    return Context(folder["BINARY"], folder["TOOLS"], folder["DATA"], folder["WORK"], manifest, wanted=wanted)


if __name__ == "__main__":
    raise SystemExit(main())
