"""One run: fill the database, let workers and nemesis loose, wait for rest, and judge."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from publisher.db import db
from publisher.models.deliveries import FINAL, Delivery, DeliveryStatus
from publisher.workflow.delivering import looking
from tests.chaos import cast, judge
from tests.chaos.clockwork import Clockwork, Orders, machine_s
from tests.chaos.nemesis import Nemesis, finished, fresh, wait_until
from tests.chaos.stages import Stage, stage


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is.

    :param deeds: how often the nemesis does what; the seed shuffles them
    :param duplicates_refused: whether the platforms refuse the same text twice; where they do
        not, every copy that was sent is in their book
    :param rest_s: seconds of the machine after the last fault until everything must be final
    """

    seed: int
    posts: int
    pairs: int
    deeds: dict[str, int]
    speed: float = 60
    policy: str = "honest"
    duplicates_refused: bool = False
    due_within: timedelta = timedelta(minutes=5)
    clock_step: timedelta = timedelta(minutes=40)
    stall_s: float = 4
    rest_s: float = 120


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of a run."""

    plan: Plan
    violations: list[str]
    counts: dict[str, int]
    kills: int
    log: list[str] = field(repr=False)
    seconds: float

    def told(self, name: str) -> str:
        kept = "kept" if not self.violations else f"{len(self.violations)} BROKEN"
        return (
            f"{name:10} seed {self.plan.seed:<10} {self.kills:3} kills  {self.counts}  "
            f"{self.seconds:.0f} s  promises {kept}"
        )


def run(name: str, ground: dict, folder: Path, plan: Plan) -> Verdict:
    """Play `plan` on `ground`, a database of `stages`; return the verdict."""
    rng = random.Random(plan.seed)
    began = machine_s()
    orders = Orders(clock=Clockwork.started(plan.speed), policy=plan.policy)
    with stage(name, ground, folder, orders) as played:
        _prepare(played, rng, plan)
        nemesis = Nemesis(played, rng, clock_step=plan.clock_step)
        for worker in played.workers:
            worker.start()
        _torment(nemesis, rng, plan)
        nemesis.make_good()
        wait_until(lambda: fresh(_at_rest) or _lost(folder), plan.rest_s)
        nemesis.note("at rest")
        for worker in played.workers:
            worker.kill()
        violations, counts = fresh(lambda: _judged(folder, nemesis))
        return Verdict(
            plan=plan, violations=violations, counts=counts, kills=nemesis.kills,
            log=nemesis.log, seconds=machine_s() - began,
        )  # fmt: skip


def _judged(folder: Path, nemesis: Nemesis) -> tuple[list[str], dict[str, int]]:
    case = judge.gather(folder / "practice", slack=nemesis.slack)
    return judge.judge(case), judge.counted(case)


def _prepare(played: Stage, rng: random.Random, plan: Plan) -> None:
    played.practice.refuse_duplicates(plan.duplicates_refused)
    at = played.clock.now()
    gathered = cast.gather(played.app, played.practice, pairs=plan.pairs, at=at)
    cast.plan(
        played.app, gathered, rng, posts=plan.posts, at=played.clock.now(), within=plan.due_within
    )
    db.session.remove()


def _torment(nemesis: Nemesis, rng: random.Random, plan: Plan) -> None:
    """Do each deed when its share of the work is done, or when nothing seems to go on."""
    deeds = [name for name, times in sorted(plan.deeds.items()) for _ in range(times)]
    rng.shuffle(deeds)
    total = 2 * plan.posts
    for number, deed in enumerate(deeds, start=1):
        share = total * number / (len(deeds) + 1)
        wait_until(lambda share=share: finished() >= share, plan.stall_s)
        nemesis.do(deed)


def _lost(folder: Path) -> bool:
    """Return whether only a platform's refusal kept a copy from being made: no need to wait."""
    return judge.read_book(folder / "practice")[1] > 0


def _at_rest() -> bool:
    """Return whether nothing will change any more by itself."""
    moving = sa.or_(
        Delivery.status.not_in([*FINAL, DeliveryStatus.UNKNOWN]),
        sa.and_(Delivery.status == DeliveryStatus.UNKNOWN, Delivery.next_at < looking.NEVER),
    )
    return not db.session.scalar(sa.select(sa.exists().where(moving)))
