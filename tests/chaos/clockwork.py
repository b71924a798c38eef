"""A clock that runs faster than the machine's and can be set, the same for every process of a run.

The product reads the wall clock in one place, so its leases of minutes and its windows of hours
pass in seconds, with every proportion between them as it is in life.
"""

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


def machine_s() -> float:
    """Return seconds on a clock that all processes of this machine share."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """What the clock shows, from what it showed when it was started.

    :param started_s: `machine_s()` at the start
    :param shown_s: what it showed then, as seconds since 1970
    :param speed: seconds it goes on in one second
    """

    started_s: float
    shown_s: float
    speed: float

    @classmethod
    def started(cls, speed: float) -> "Clockwork":
        return cls(started_s=machine_s(), shown_s=time.time(), speed=speed)

    def running_s(self) -> float:
        """Return the seconds that have passed on it; nobody can set these."""
        return (machine_s() - self.started_s) * self.speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.shown_s + self.running_s(), UTC)

    def after(self, machine_seconds: float) -> timedelta:
        """Return how far it goes on while the machine counts so many seconds."""
        return timedelta(seconds=machine_seconds * self.speed)

    def postgres(self) -> str:
        """Return SQL that lets `clock_timestamp()` of a database show this clock.

        Where the search path names `pg_catalog` after another schema, that schema is asked first.
        """
        behind = time.time() - machine_s() + self.started_s  # the wall time of the start
        return (
            "CREATE SCHEMA IF NOT EXISTS clockwork;"
            "CREATE OR REPLACE FUNCTION clockwork.clock_timestamp() RETURNS timestamptz"
            " LANGUAGE sql VOLATILE AS $$ SELECT pg_catalog.to_timestamp("
            f"{self.shown_s!r} + (extract(epoch from pg_catalog.clock_timestamp())::float8"
            f" - {behind!r}) * {self.speed!r}) $$;"
        )


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a process of a run is told at its start.

    :param policy: "honest", or one of `injected.POLICIES` that the judge must condemn
    :param read_s: seconds of the machine that a worker waits for an answer
    """

    clock: Clockwork
    policy: str = "honest"
    read_s: float = 1.5

    def write(self, folder: Path) -> None:
        (folder / "orders.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Orders":
        told = json.loads((folder / "orders.json").read_text(encoding="utf-8"))
        return cls(**{**told, "clock": Clockwork(**told["clock"])})


class Levers:
    """What the nemesis may move while processes run: files in the folder of the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def set_clock(self, slot: int, step_s: float) -> None:
        """Let the clock of worker `slot` show so many seconds more than it should."""
        self._put(f"clock-{slot}", str(step_s))

    def clock_step_s(self, slot: int) -> float:
        try:
            return float(self._path(f"clock-{slot}").read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0

    def break_names(self) -> None:
        """No name resolves any more."""
        self._put("no-names", "")

    def mend_names(self) -> None:
        self._path("no-names").unlink(missing_ok=True)

    @property
    def names_broken(self) -> bool:
        return self._path("no-names").exists()

    def kill_in_commit(self, slot: int) -> None:
        """Worker `slot` shall die inside its next commit."""
        self._put(f"die-{slot}", "")

    def take_kill(self, slot: int) -> bool:
        """Return whether this process shall die now; once."""
        try:
            self._path(f"die-{slot}").unlink()
        except FileNotFoundError:
            return False
        return True

    def spare(self, slot: int) -> None:
        self._path(f"die-{slot}").unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _put(self, name: str, text: str) -> None:
        draft = self._path(f"{name}.draft")
        draft.write_text(text, encoding="ascii")
        draft.replace(self._path(name))
