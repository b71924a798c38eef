"""A measured figure and where it is kept."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.jsonl"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure.

    :param floor: what the same machine needs at the least, or its peer, in the same unit
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

    def line(self) -> str:
        sign = "≤" if self.better == "lower" else "≥"
        floor = "" if self.floor is None else f", floor {self.floor:g}"
        verdict = "met" if self.met else "NOT MET"
        wanted = f"want {sign} {self.target:g}{floor}"
        return f"{self.name}: {self.value:g} {self.unit} ({wanted}) {verdict}"


def keep(figures: list[Figure]) -> None:
    """Append figures, with the machine and the commit they are of."""
    about = {"machine": f"{platform.machine()}, {_cores()} cores", "commit": _commit()}
    with RESULTS.open("a") as file:
        for figure in figures:
            file.write(json.dumps(asdict(figure) | about) + "\n")


def _cores() -> int:
    return os.cpu_count() or 1


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip()
