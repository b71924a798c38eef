"""`make chaos`: every set-up under every fault, for a bounded time, from seeds that are printed.

`SEED=…` repeats a run, `MINUTES=…` (9) shares out its time. It ends with 1 when a promise was
broken, and shows what had been done by then.
"""

import os
import secrets
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import stages
from tests.chaos.clockwork import machine_s
from tests.chaos.run import Plan, Verdict, run

#: What happens while 1,000 posts go out; at least 50 workers are killed.
EVERYWHERE = {
    "kill": 50, "kill_in_commit": 4, "kill_amid": 1, "freeze": 4, "set_clock": 6,
    "platform_fault": 30, "wire_fault": 20, "hide": 3, "outage": 3, "refuse": 2, "names": 2,
}  # fmt: skip
#: Of the time of a set-up: filling the database, and coming to rest; which may take longer at
#: most, a minute over all of them.
BEFORE_S, REST_S = 15, 40
PATIENCE_S = 60

#: set-up: (what it is played on, what else happens there)
SETUPS: dict[str, tuple[Callable[[], AbstractContextManager[dict]], dict[str, int]]] = {
    "sqlite": (stages.sqlite_on_a_small_disk, {"fill_disk": 3}),
    "postgres": (stages.postgres, {"restart_database": 4}),
    "celery": (stages.celery, {"restart_database": 2, "kill_broker": 3, "empty_broker": 5}),
}


def main() -> int:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**9))
    minutes = float(os.environ.get("MINUTES") or 9)
    say(f"SEED={seed} MINUTES={minutes:g}")
    end, verdicts = machine_s() + minutes * 60, []
    for place, name in enumerate(SETUPS):
        left = len(SETUPS) - place
        verdicts.append(play(name, seed + place, (end - machine_s()) / left))
    return int(any(verdict.violations for verdict in verdicts))


def play(name: str, seed: int, seconds: float) -> Verdict:
    """Run one set-up and tell what came of it."""
    on, besides = SETUPS[name]
    plan = Plan(
        seed=seed, posts=500, pairs=100, deeds=EVERYWHERE | besides,
        duplicates_refused=seed % 3 == 0, due_within=timedelta(minutes=40),
        stall_s=3, limit_s=seconds - BEFORE_S - REST_S, rest_s=PATIENCE_S,
    )  # fmt: skip
    with TemporaryDirectory(prefix="siar-chaos-") as folder, on() as ground:
        verdict = run(name, ground, Path(folder), plan)
    say(verdict.told(name))
    if verdict.violations:
        say(verdict.story())
    return verdict


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
