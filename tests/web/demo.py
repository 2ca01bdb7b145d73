"""`proctor demo` as a child process: a server with a believable history."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time

from harness.server import clean_environment, default_binary

READY_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 30.0


class Demo:
    """A running demo; a context manager that stops it."""

    def __init__(self) -> None:
        command = [str(default_binary()), "demo", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            command, env=clean_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._printed: list[str] = []
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        self.base_url = self._find(r"listening on (http://\S+)")
        self.link = self._find(r"(http://\S+/sign-in/\S+)")
        self.token = self._find(r"export TOKEN=(\S+)")
        self.failed_run = self._find(r"export RUN=(\S+)")
        self.upload_token = self._find(r"--token (\S+)")

    def printed(self) -> str:
        """Everything the demo wrote so far."""
        return "".join(self._printed)

    def __enter__(self) -> Demo:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=5.0)

    def _drain(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._printed.append(line)

    def _find(self, pattern: str) -> str:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.printed()):
                return found.group(1)
            assert self.process.poll() is None, self.printed()
            time.sleep(0.05)
        raise AssertionError(f"the demo did not print {pattern!r} in time:\n{self.printed()}")
