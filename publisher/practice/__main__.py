"""`python -m publisher.practice`: the practice platforms as a process of their own.

The first line it prints is JSON, for whoever started it: `{"url": …, "ca": …}`.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from publisher.practice.fetching import Fetcher
from publisher.practice.server import PracticeServer


def main() -> None:
    given = _arguments()
    if given.exit_with_parent:
        _end_with_parent()
    tls = _certificate(given.data / "tls") if given.tls else None
    try:
        server = PracticeServer(
            given.data,
            given.port,
            accounts=given.accounts,
            latency_ms=given.latency_ms,
            tls=tls,
            fetcher=Fetcher(given.public_url, given.public_at),
        )
    except OSError as error:
        sys.exit(f"the practice platforms cannot use port {given.port}: {error.strerror}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.stop).start())
    ca = str(tls[0].resolve()) if tls else None
    sys.stdout.write(json.dumps({"url": server.url, "ca": ca}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m publisher.practice", description=__doc__)
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--data", type=Path, default=Path("instance/practice"))
    parser.add_argument("--accounts", type=Path, help="JSON list of accounts to register")
    parser.add_argument("--latency-ms", type=float, default=0, help="delay of every answer")
    parser.add_argument("--tls", action="store_true", help="https, with a certificate of our own")
    parser.add_argument("--public-url", default="", help="below it clients show their pictures")
    parser.add_argument("--public-at", default="", help="where that answers on this machine")
    parser.add_argument("--exit-with-parent", action="store_true")
    return parser.parse_args()


def _end_with_parent() -> None:
    """End soon after the process that started us has, however it ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _certificate(folder: Path) -> tuple[Path, Path]:
    # Loaded only when asked for: cryptography is a fifth of this small process.
    from publisher.practice.certificate import make_certificate

    return make_certificate(folder)


if __name__ == "__main__":
    main()
