"""Siar as `make run` starts it: web and worker in one process, on a port of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
#: What a process of ours only writes when something went wrong.
BAD_WORDS = ("Traceback", "ERROR", "CRITICAL", "Warning:")
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Siar:
    """A running Siar. What it writes to its log is a finding of the test that runs then.

    :param settings: of the environment; nothing else is taken from ours but PATH
    :param arguments: of `flask serve`
    """

    def __init__(self, folder, settings, *arguments, patience_s=PATIENCE_S):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "siar.log"
        self._read = 0
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve", *arguments],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "PORT": str(port), **settings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_healthy(patience_s)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def complaints(self):
        """Return the lines about something wrong that were written since the last call."""
        with self.log.open() as log:
            log.seek(self._read)
            lines = log.readlines()
            self._read = log.tell()
        found = any(word in line for line in lines for word in BAD_WORDS)
        return ["".join(lines)] if found else []

    def _wait_until_healthy(self, patience_s):
        """Healthy means: pages answer, and a worker has given a sign of life."""
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up and self.process.poll() is None:
            try:
                with _opener.open(f"{self.url}/sehat", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"Siar did not start:\n{self.log.read_text()}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
