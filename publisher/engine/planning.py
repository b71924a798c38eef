"""Tells offices whose plan of a week has a gap: a day before its deadline, and after it.

All of it is derived from rows, so a worker that was down tells what is still news, and of several
workers the first that gets the region's row does it.
"""

from publisher.clock import Week
from publisher.engine.steps import Steps
from publisher.models.notices import NoticeKind
from publisher.models.places import Region
from publisher.workflow import reporting
from publisher.workflow.planning import deadlines
from publisher.workflow.planning.deadlines import Gap

PLAN_EVERY_S = 60


class Planner:
    """Looks for plans with gaps, for one worker."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def remind(self) -> None:
        """Tell whoever is to be told by now, a commit for each region; and end what is settled."""
        at = self._steps.now()
        self._steps.transact(lambda: deadlines.begin(at=at))
        due = self._steps.transact(lambda: deadlines.due(at=at), read_only=True)
        self._steps.for_each(due, lambda each: self._steps.transact(lambda: self._tell(*each)))
        told = self._steps.transact(lambda: deadlines.told(at=at))
        settled = [(region_id, week) for region_id, weeks in told.items() for week in weeks]
        self._steps.for_each(
            settled, lambda each: self._steps.transact(lambda: self._settle(*each))
        )

    def _tell(self, region_id: int, kind: NoticeKind) -> None:
        at = self._steps.now()
        taken = deadlines.take(region_id, kind, at=at)
        if taken is not None:
            region, week = taken
            deadlines.tell(region, week, kind, self._gaps(region, week), at=at)

    def _settle(self, region_id: int, week: Week) -> None:
        region = deadlines.get_region(region_id)
        deadlines.settle(region_id, week, self._gaps(region, week), at=self._steps.now())

    def _gaps(self, region: Region, week: Week) -> list[Gap]:
        plans = reporting.region_plans(region, week, at=self._steps.now(), late=False)
        return [
            Gap(office_id=plan.office.id, missing=plan.missing, required=plan.tally.required)
            for plan in plans
            if plan.missing
        ]
