"""How soon the demo answers once it is set up, and how much memory everything of it takes."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.measure import ROOT, Figure

GIVE_UP_S = 120


def start() -> list[Figure]:
    """Start the demo twice: the first start loads it, the second is the one that counts."""
    with TemporaryDirectory(prefix="siar-bench-") as name:
        _run(Path(name))
        seconds, idle_mb, resident_mb = _run(Path(name))
    return [
        Figure(name="start_s", value=round(seconds, 2), unit="s", target=2, better="lower"),
        Figure(name="idle_mb", value=round(idle_mb), unit="MB", target=150, better="lower"),
        Figure(name="resident_mb", value=round(resident_mb), unit="MB", target=300, better="lower"),
    ]


def _run(folder: Path) -> tuple[float, float, float]:
    """Return seconds until the first answer, and a little later the resident megabytes of web
    and worker, and of everything that was started."""
    port, practice_port = _free_port(), _free_port()
    environment = os.environ | {
        "DEMO": "1", "DATABASE_URL": f"sqlite:///{folder / 'siar.sqlite'}",
        "MEDIA_URL": str(folder / "media"), "PRACTICE_DATA": str(folder / "practice"),
        "PORT": str(port), "PRACTICE_PORT": str(practice_port),
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--demo"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/masuk")
        seconds = time.perf_counter() - started
        time.sleep(5)
        siar = psutil.Process(process.pid)
        own_mb, *others_mb = (
            member.memory_info().rss / 1e6 for member in (siar, *siar.children(recursive=True))
        )
        return seconds, own_mb, own_mb + sum(others_mb)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(address: str) -> None:
    give_up = time.monotonic() + GIVE_UP_S
    while time.monotonic() < give_up:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("the demo did not answer in time")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
