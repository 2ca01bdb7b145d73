"""What every module of the bench is handed: binaries, data, a folder to work in."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.server import ROOT, Server
from measure import Row

# The machine the goals are written for has two cores; peers and server get the same.
THREADS = 2
# A hundred million executions are loaded by a peer.
TOOL_SECONDS_MAX = 7200


@dataclass
class Context:
    binary: Path
    tools: Path
    data: Path
    work: Path
    manifest: dict[str, Any]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wanted: frozenset[str] = frozenset()

    def wants(self, name: str) -> bool:
        """Whether a measurement was asked for; all are, unless some were named."""
        return not self.wanted or name in self.wanted

    def row(self, row: Row) -> None:
        self.rows.append(row)
        print(row.line(), flush=True)

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(f"NOTE {text}", flush=True)

    def serve(self, name: str) -> Server:
        """The release binary on a fresh folder of the bench's disk."""
        environment = {"TOKIO_WORKER_THREADS": str(THREADS), "PROCTOR_LOG": "warn"}
        return Server(self.work / name, binary=self.binary, environment=environment)

    def tool(self, name: str, *arguments: str) -> dict[str, Any]:
        """Runs one of bench/tools; the JSON object it prints."""
        return _run([str(self.tools / name), *arguments])

    def peer(self, name: str, *arguments: str) -> dict[str, Any]:
        """Runs one of bench/peers in a process of its own."""
        return _run([sys.executable, str(ROOT / "bench" / "peers" / f"{name}.py"), *arguments])


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TOOL_SECONDS_MAX)
    if done.returncode != 0:
        raise SystemExit(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
