"""One run: fill the database, let workers and nemesis loose, wait for rest, and judge."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from publisher.db import db
from publisher.models.deliveries import FINAL, NEVER, Delivery, DeliveryStatus
from publisher.models.people import Role, User
from publisher.workflow import scheduling
from publisher.workflow.delivering import people
from tests.chaos import cast, judge
from tests.chaos.clockwork import Clockwork, Orders, machine_s
from tests.chaos.nemesis import ORDERED, Nemesis, finished, fresh, wait_until
from tests.chaos.stages import Stage, stage

TOLD_WITHIN_S = 45


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is.

    :param deeds: how often the nemesis does what; the seed shuffles them
    :param duplicates_refused: whether the platforms refuse the same text twice; where they do
        not, every copy that was sent is in their book
    :param stall_s: seconds without a request after which the next deed comes anyway
    :param limit_s: seconds after which no deed comes any more
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
    limit_s: float = 600


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of a run."""

    plan: Plan
    violations: list[str]
    counts: dict[str, int]
    kills: int
    log: list[str] = field(repr=False)
    seconds: float

    def story(self) -> str:
        """Return what was done and what it broke, for whoever must find out why."""
        return "\n".join([f"seed {self.plan.seed}", *self.log, *self.violations])

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
        wait_until(lambda: _over(nemesis) or _lost(folder, plan), plan.rest_s)
        nemesis.note("at rest")
        violations, counts = _judged_when_told(folder, nemesis)
        if not violations and counts.get("unknown"):
            db.session.info.pop("read_only", None)
            nemesis.note(f"a person decides about {_people_look(played)}")
            wait_until(lambda: _over(nemesis), plan.rest_s)
            violations, counts = _judged_when_told(folder, nemesis)
        for worker in played.workers:
            worker.kill()
        return Verdict(
            plan=plan, violations=[*nemesis.lost, *violations], counts=counts, kills=nemesis.kills,
            log=nemesis.log, seconds=machine_s() - began,
        )  # fmt: skip


def _judged_when_told(folder: Path, nemesis: Nemesis) -> tuple[list[str], dict[str, int]]:
    """Judge; notices are written some time after what they tell of."""

    def final() -> bool:
        case = _gathered(folder, nemesis)
        return judge.is_lost(case) or not judge.judge(case)

    def judged() -> tuple[list[str], dict[str, int]]:
        case = _gathered(folder, nemesis)
        return judge.judge(case), judge.counted(case)

    wait_until(lambda: fresh(final), TOLD_WITHIN_S)
    return fresh(judged)


def _gathered(folder: Path, nemesis: Nemesis) -> judge.Case:
    return judge.gather(folder / "practice", slack=nemesis.slack)


def _prepare(played: Stage, rng: random.Random, plan: Plan) -> None:
    played.practice.refuse_duplicates(plan.duplicates_refused)
    at = played.clock.now()
    gathered = cast.gather(played.app, played.practice, pairs=plan.pairs, at=at)
    cast.plan(
        played.app, gathered, rng, posts=plan.posts, at=played.clock.now(), within=plan.due_within
    )
    db.session.remove()


def _torment(nemesis: Nemesis, rng: random.Random, plan: Plan) -> None:
    """Do each deed when its share of the work is done, or when nothing seems to go on.

    What is only ordered for later requests is done at once and takes no share.
    """
    deeds = [name for name, times in sorted(plan.deeds.items()) for _ in range(times)]
    rng.shuffle(deeds)
    total, give_up = 2 * plan.posts, machine_s() + plan.limit_s
    shares = sum(deed not in ORDERED for deed in deeds) + 1
    quiet = Quiet(nemesis.stage.folder / "practice")
    for number, deed in enumerate(deeds):
        if deed not in ORDERED:
            done = sum(earlier not in ORDERED for earlier in deeds[:number]) + 1
            share = total * done / shares
            wait_until(lambda share=share: finished() >= share or quiet.since(plan.stall_s), 30)
        if machine_s() > give_up:
            nemesis.note(f"out of time: {len(deeds) - number} deeds were left undone")
            return
        nemesis.do(deed)
        nemesis.mourn()


class Quiet:
    """Notices when no request has reached the platforms for a while."""

    def __init__(self, book: Path) -> None:
        self._book, self._seen, self._at = book, 0, machine_s()

    def since(self, seconds: float) -> bool:
        count = judge.count_requests(self._book)
        if count != self._seen:
            self._seen, self._at = count, machine_s()
        return machine_s() - self._at > seconds


def _lost(folder: Path, plan: Plan) -> bool:
    """Return whether only a platform's refusal kept a copy from being made: no need to wait.

    A request that has just come in looks the same for an instant.
    """

    def refused() -> bool:
        return judge.read_book(folder / "practice")[1] > 0

    return plan.duplicates_refused and refused() and not wait_until(lambda: not refused(), 1)


def _over(nemesis: Nemesis) -> bool:
    nemesis.mourn()
    return fresh(_at_rest)


def _at_rest() -> bool:
    """Return whether nothing will change any more by itself.

    What waits for a person holds up its account until its window is over.
    """
    waits = sa.and_(Delivery.status == DeliveryStatus.UNKNOWN, Delivery.next_at == NEVER)
    other = sa.orm.aliased(Delivery)
    held_up = sa.exists().where(
        other.account_id == Delivery.account_id,
        other.status == DeliveryStatus.UNKNOWN,
        other.next_at == NEVER,
    )
    pending = sa.and_(Delivery.status == DeliveryStatus.PENDING, held_up)
    moving = sa.and_(Delivery.status.not_in(FINAL), sa.not_(waits), sa.not_(pending))
    asks = sa.or_(waits, Delivery.status.in_((DeliveryStatus.FAILED, DeliveryStatus.MISSED)))
    untold = sa.and_(asks, Delivery.noticed_fence != Delivery.fence)  # the watch comes by soon
    return not db.session.scalar(sa.select(sa.func.count()).where(sa.or_(moving, untold)))


def _people_look(played: Stage) -> int:
    """Let a person decide about what is left to people: they see it is not there, and say so."""
    query = sa.select(Delivery).where(Delivery.status == DeliveryStatus.UNKNOWN)
    budi = db.session.scalar(sa.select(User).where(User.role == Role.REVIEWER))
    left = list(db.session.scalars(query))
    for delivery in left:
        people.say_not_out(
            delivery, seen=delivery.fence, actor=budi, at=played.clock.now(),
            window=scheduling.CATCH_UP,
        )  # fmt: skip
    db.session.commit()
    return len(left)
