"""The files people set Siar up with agree with one another."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pins(name):
    return set(re.findall(r"^([\w.-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_development_runs_on_the_very_versions_that_production_runs_on():
    assert pins("requirements.txt") - pins("requirements-dev.txt") == set()


def test_every_locked_package_carries_its_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"^(?=[\w.-]+==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
        assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_htmx_comes_without_django():
    names = {pin.partition("==")[0] for pin in pins("requirements-dev.txt")}

    assert "django-htmx" in names
    assert not names & {"django", "asgiref", "sqlparse"}


def test_make_without_a_goal_lists_every_command():
    answer = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    listed = set(re.findall(r"^make (\w+)", answer.stdout, re.MULTILINE))
    assert listed >= {"help", "run", "test", "bench", "lint", "lock", "setup", "messages"}
