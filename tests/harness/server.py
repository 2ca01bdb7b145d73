"""A Proctor server as a child process, on a free port of the loopback interface."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP_TOKEN = "outside-tests-bootstrap-token-0123456789"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
LOG_LINES_KEPT = 200
ANNOUNCEMENT = "listening on "


class ServerError(Exception):
    """The server did not start, or died when it should not have."""


def default_binary() -> Path:
    """The debug binary, unless PROCTOR_BINARY names another."""
    named = os.environ.get("PROCTOR_BINARY")
    return Path(named) if named else ROOT / "target" / "debug" / "proctor"


def clean_environment() -> dict[str, str]:
    """This process's environment without what CI systems and Proctor's own settings would bring in."""
    unwanted = ("PROCTOR_", "BUILDKITE_", "GITHUB_", "CIRCLE_", "CI_", "GITLAB_", "JENKINS_")
    return {key: value for key, value in os.environ.items() if key != "CI" and not key.startswith(unwanted)}


class Server:
    """One server process; a context manager that stops it."""

    def __init__(
        self,
        data_dir: Path,
        *,
        binary: Path | None = None,
        token: str = BOOTSTRAP_TOKEN,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.token = token
        self.base_url = ""
        self._log: deque[str] = deque(maxlen=LOG_LINES_KEPT)
        self._announced: queue.Queue[str | None] = queue.Queue()
        command = [str(binary or default_binary()), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(data_dir)]
        env = clean_environment() | {"PROCTOR_BOOTSTRAP_TOKEN": token} | (environment or {})
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._readers = [
            threading.Thread(target=self._drain, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self._readers:
            reader.start()
        self._wait_until_listening()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1])

    def log(self) -> str:
        """The newest lines the server wrote."""
        return "\n".join(self._log)

    def kill(self) -> None:
        """SIGKILL: nothing of the server runs after this returns."""
        self.process.kill()
        self.process.wait(timeout=STOP_SECONDS_MAX)
        self._close()

    def stop(self) -> int:
        """SIGTERM, then wait; the exit code. A server that does not stop in time is killed and reported."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"the server did not stop within {STOP_SECONDS_MAX:.0f} s of SIGTERM\n{self.log()}") from None
        self._close()
        return code

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _drain(self, stream: object) -> None:
        for line in stream:  # type: ignore[attr-defined]
            self._log.append(line.rstrip("\n"))
            if ANNOUNCEMENT in line:
                self._announced.put(line.split(ANNOUNCEMENT, 1)[1].split()[0].strip())
        self._announced.put(None)

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        ended_streams = 0
        while ended_streams < 2:
            try:
                address = self._announced.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if address is not None:
                self.base_url = address.rstrip("/")
                return
            ended_streams += 1
        self.process.kill()
        code = self.process.wait()
        raise ServerError(f"the server did not announce its address (exit code {code})\n{self.log()}")

    def _close(self) -> None:
        for reader in self._readers:
            reader.join(timeout=5.0)
