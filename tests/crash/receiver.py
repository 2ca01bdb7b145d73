"""A receiver of webhooks that is slow, and now and then refuses or hangs up."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

SLOW_SECONDS_MAX = 0.8
REFUSED_SHARE = 0.15
HUNG_UP_SHARE = 0.1


@dataclass(frozen=True)
class Arrival:
    """One request, as it came."""

    delivery: str
    event: str
    test: str


class Receiver:
    """Listens on a free port of the loopback interface; a context manager that stops it."""

    def __init__(self, chance: random.Random) -> None:
        self.arrivals: list[Arrival] = []
        self.refused: set[str] = set()
        self.is_difficult = True
        self._chance = chance
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        arrival = Arrival(request.headers["X-Proctor-Delivery"], body["event_id"], body["subject"]["test_full_name"])
        with self._lock:
            is_known = any(known.delivery == arrival.delivery for known in self.arrivals)
            self.arrivals.append(arrival)
            pause, mood = self._chance.uniform(0.0, SLOW_SECONDS_MAX), self._chance.random()
        time.sleep(pause)
        # What was refused once is taken the next time, so that everything arrives before the test's patience ends.
        is_refused = self.is_difficult and not is_known and mood < HUNG_UP_SHARE + REFUSED_SHARE
        if is_refused:
            self.refused.add(arrival.delivery)
        if is_refused and mood < HUNG_UP_SHARE:
            request.close_connection = True
            return
        try:
            request.send_response(503 if is_refused else 204)
            request.end_headers()
        except OSError:
            # The server was killed meanwhile.
            pass

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
