"""PostgreSQL on the same disk: one durable single-row insert a transaction. bench/run has started the server."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

SECONDS = 20
TABLE = "CREATE TABLE IF NOT EXISTS uploads (id bigserial PRIMARY KEY, run_key text NOT NULL, results integer NOT NULL, received timestamptz NOT NULL)"
INSERT = "\\set n random(1, 1000000)\nINSERT INTO uploads (run_key, results, received) VALUES ('run-' || :n, 100, now());\n"


def transactions_per_second(clients: int, threads: int) -> float:
    """What pgbench reports, without the time to connect."""
    url, folder = os.environ["PROCTOR_TEST_POSTGRES_URL"], Path(os.environ["PROCTOR_BENCH_POSTGRES_BIN"])
    durable = _psql(folder, url, "SELECT current_setting('fsync') || ',' || current_setting('synchronous_commit')")
    if durable != "on,on":
        raise SystemExit(f"PostgreSQL is not durable here (fsync, synchronous_commit: {durable})")
    _psql(folder, url, TABLE)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(INSERT)
        script.flush()
        command = [str(folder / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={threads}"]
        command += [f"--time={SECONDS}", f"--file={script.name}", url]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS * 5).stdout
    found = re.search(r"^tps = ([0-9.]+)", printed, flags=re.MULTILINE)
    if found is None:
        raise SystemExit(f"pgbench reported no rate:\n{printed}")
    return float(found[1])


def _psql(folder: Path, url: str, statement: str) -> str:
    command = [str(folder / "psql"), "--no-psqlrc", "--tuples-only", "--no-align", f"--command={statement}", url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
