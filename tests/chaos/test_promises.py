"""A short run of the chaos suite on each set-up, and the proof that it can fail."""

from datetime import timedelta

import pytest

from tests.chaos.run import Plan, run

#: Each of these has to be survived on its own; together they take some ten seconds.
FAULTS = {
    "kill": 3,
    "kill_in_commit": 1,
    "freeze": 1,
    "set_clock": 1,
    "platform_fault": 4,
    "wire_fault": 3,
    "hide": 1,
}


#: What else goes wrong where there is such a thing.
ALSO = {"postgres": "restart_database", "broker": "kill_broker"}


@pytest.mark.parametrize("seed", [20261123])
def test_nothing_is_sent_twice_or_lost_whatever_is_killed_cut_or_stopped(ground, tmp_path, seed):
    deeds = FAULTS | {deed: 1 for part, deed in ALSO.items() if part in ground}
    short = {"due_within": timedelta(minutes=2), "clock_step": timedelta(minutes=5), "stall_s": 3,
             "speed": 40}  # fmt: skip

    verdict = run(
        "short", ground, tmp_path, Plan(seed=seed, posts=24, pairs=8, deeds=deeds, **short)
    )

    assert verdict.violations == [], verdict.story()
    assert verdict.kills >= 3  # the fourth, in a commit, needs one to happen
    assert sum(verdict.counts.values()) == 48


def test_a_post_in_flight_when_its_worker_dies_is_neither_sent_again_nor_given_up(sqlite, tmp_path):
    verdict = run("honest", sqlite, tmp_path, _killed_amid("honest"))

    assert verdict.violations == [], verdict.story()
    assert verdict.counts == {"published": 12}


@pytest.mark.parametrize(
    ("policy", "broken"),
    [
        ("retry", "I1"),  # when the lease is over, send again: out twice
        ("fail", "I4"),  # when in doubt, give up: called failed, and public
    ],
)
def test_the_judge_condemns_an_engine_with_a_worse_policy(sqlite, tmp_path, policy, broken):
    verdict = run(policy, sqlite, tmp_path, _killed_amid(policy))

    assert any(line.startswith(broken) for line in verdict.violations), verdict.story()


def test_a_platform_that_refuses_copies_does_not_hide_them_from_the_judge(sqlite, tmp_path):
    plan = _killed_amid("retry", duplicates_refused=True)

    verdict = run("refusing", sqlite, tmp_path, plan)

    assert any("only refused by the platform" in line for line in verdict.violations), (
        verdict.story()
    )


def _killed_amid(policy, **fields):
    return Plan(
        seed=1, posts=6, pairs=3, deeds={"kill_amid": 1}, policy=policy, stall_s=0, rest_s=60,
        **fields,
    )  # fmt: skip
