"""A measured figure, and where it is kept.

Every run adds to `bench/results.jsonl`, which is this machine's own and not in Git.
"""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.jsonl"

#: A kept figure: those of `Figure`, and machine, commit, measured_at (ISO, UTC).
Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure.

    :param floor: what the same machine needs at the least, or its peer, in the same unit
    :param database: what it was measured on, where that matters
    """

    name: str
    value: float
    unit: str
    target: float
    better: Literal["lower", "higher"]
    floor: float | None = None
    database: str | None = None

    @property
    def met(self) -> bool:
        if self.better == "lower":
            return self.value <= self.target
        return self.value >= self.target

    @property
    def wanted(self) -> str:
        return f"{'≤' if self.better == 'lower' else '≥'} {self.target:g}"

    def line(self) -> str:
        on = f" [{self.database}]" if self.database else ""
        floor = "" if self.floor is None else f", floor {self.floor:g}"
        verdict = "met" if self.met else "NOT MET"
        return f"{self.name}{on}: {self.value:g} {self.unit} (want {self.wanted}{floor}) {verdict}"


def keep(figure: Figure) -> None:
    """Append a figure, with the machine and the commit it is of."""
    about = {
        "machine": f"{platform.machine()}, {_cores()} cores",
        "commit": _commit(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(figure) | about, ensure_ascii=False) + "\n")


def read(path: Path) -> list[Line]:
    """Return the kept figures of a file, oldest first; none if it is not there."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def newest(lines: Iterable[Line]) -> dict[tuple[str, str], Line]:
    """Return the latest of each figure, by its name and database."""
    found: dict[tuple[str, str], Line] = {}
    for line in sorted(lines, key=lambda line: line.get("measured_at", "")):
        found[line["name"], line["database"] or ""] = line
    return found


def figure_of(line: Line) -> Figure:
    about = ("machine", "commit", "measured_at")
    return Figure(**{name: value for name, value in line.items() if name not in about})


def _cores() -> int:
    return os.cpu_count() or 1


def _commit() -> str:
    """Return the commit, with a "+" if what was measured is not exactly that."""
    found = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return f"{found}+" if changed else found


def _git(*asked: str) -> str:
    found = subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip()
