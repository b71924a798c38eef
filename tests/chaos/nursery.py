"""`python -m tests.chaos.nursery`: brings forth workers that are at work at once.

It has loaded everything Siar imports and does nothing; each order forks it, and the child goes on
as `flask --app tests.chaos.siar worker` does. Fifty kills would else be fifty starts of Python.
One order a line on its input: {"command": …, "environment": …, "log": …}; it answers with the
process id.
"""

import json
import os
import signal
import sys
import traceback

# What the children will need, loaded once for all of them.
import psycopg  # noqa: F401
from flask.cli import cli as flask

import publisher.engine.sender  # noqa: F401
from publisher import cli, storage, vault, web  # noqa: F401
from publisher.platforms import facebook, x  # noqa: F401


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become_worker(**order)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _become_worker(command: list[str], environment: dict[str, str], log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(nothing, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.update(environment)
    try:
        flask.main(["--app", "tests.chaos.siar", *command])
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    except BaseException:  # noqa: BLE001 - told in the log of the run
        traceback.print_exc()
    finally:
        os._exit(1)  # never back into the nursery's loop


if __name__ == "__main__":
    serve()
