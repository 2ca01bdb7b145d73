"""Figures of a process from /proc, and the lines the bench prints."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads."""
    # The command in brackets may hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def memory_mb(pid: int, key: Literal["VmRSS", "VmHWM"]) -> float:
    """Resident memory of a process now, or at its highest."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    raise KeyError(key)


@dataclass(frozen=True)
class Row:
    """One goal: our figure, the peer's, their ratio, and the ratio asked for."""

    name: str
    ours: float
    peer_name: str
    peer: float
    goal: float
    # Whether the ratio must be at least, or at most, the goal.
    sense: Literal["at least", "at most"]

    @property
    def ratio(self) -> float:
        return self.ours / self.peer if self.peer else float("inf")

    @property
    def reached(self) -> bool:
        return self.ratio >= self.goal if self.sense == "at least" else self.ratio <= self.goal

    def line(self) -> str:
        sign = ">=" if self.sense == "at least" else "<="
        verdict = "ok" if self.reached else "short"
        peer = f"{self.peer_name}:{_figure(self.peer)}"
        return f"ROW {self.name} ours={_figure(self.ours)} peer={peer} ratio={self.ratio:.2f} goal={sign}{self.goal:g} {verdict}"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
