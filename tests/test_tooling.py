"""The files people set Siar up with agree with one another."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest
from gunicorn.config import Config

import config
from publisher import worker
from publisher.cli import senders
from publisher.platforms import SENDING

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


def test_the_settings_of_gunicorn_are_ones_it_takes():
    given = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    taken = Config()

    for name, value in given.items():
        if not name.startswith("_"):
            taken.set(name, value)

    assert taken.worker_class_str == "gthread"
    assert taken.graceful_timeout < taken.timeout
    assert taken.control_socket_disable  # else it wants to write into a home


def test_systemd_waits_longer_than_each_part_takes_to_come_to_its_end():
    def waits(unit):
        text = (ROOT / "deploy" / unit).read_text()
        return int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1])

    assert waits("siar-worker.service") > worker.DRAIN_S
    assert waits("siar-sender.service") > senders.DRAIN_S
    gunicorn = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    assert waits("siar-web.service") > gunicorn["graceful_timeout"]


@pytest.mark.parametrize("unit", ["siar-worker.service", "siar-sender.service"])
def test_systemd_lets_a_process_open_as_many_connections_as_it_may_have_posts_on_their_way(unit):
    text = (ROOT / "deploy" / unit).read_text()
    most = 512  # SENDER_THREADS, for each platform; half as many are only being written down
    with pytest.raises(ValueError, match=f"to {most}"):
        config.SETTINGS["SENDER_THREADS"].read(str(most + 1))

    limit = int(re.search(r"^LimitNOFILE=(\d+)$", text, re.MULTILINE)[1])

    assert limit > len(SENDING) * most * 1.5 + 100
