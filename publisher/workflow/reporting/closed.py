"""What closed weeks were closed with. A heat map shows that, whatever became of the rows since."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from threading import Lock

import sqlalchemy as sa

from publisher.clock import Week
from publisher.models.places import Region
from publisher.models.weeks import ClosedWeek
from publisher.reports import frozen
from publisher.reports.snapshot import Tally
from publisher.workflow.reporting.rows import ask

Figures = dict[int, Tally]  # by office id


class _Kept:
    """Figures that were read lately, by the digest of their week: they never change.

    :param most: so many offices' figures are kept; a year of a kabupaten has 10,000
    """

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._found: OrderedDict[str, Figures] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> Figures | None:
        with self._lock:
            if digest in self._found:
                self._found.move_to_end(digest)
            return self._found.get(digest)

    def put(self, digest: str, figures: Figures) -> None:
        with self._lock:
            self._size += len(figures) - len(self._found.pop(digest, ()))
            self._found[digest] = figures
            while self._size > self._most and len(self._found) > 1:
                self._size -= len(self._found.popitem(last=False)[1])


_kept = _Kept(most=200_000)


def frozen_figures(region: Region, weeks: Collection[Week]) -> dict[Week, Figures]:
    """Return by week and office the figures of the newest version; open weeks are not in it.

    One query, and another one for what was not read lately.
    """
    return figures_of([region], weeks)[region.id]


def figures_of(
    regions: Iterable[Region], weeks: Collection[Week]
) -> dict[int, dict[Week, Figures]]:
    """Return the same of several regions, by their ids."""
    ids = [region.id for region in regions]
    query = (
        sa.select(ClosedWeek.region_id, ClosedWeek.monday, ClosedWeek.digest, ClosedWeek.id)
        .where(ClosedWeek.region_id.in_(ids))
        .where(ClosedWeek.monday.in_([week.monday for week in weeks]))
        .order_by(ClosedWeek.version)
    )
    newest = {(row.region_id, row.monday): row for row in ask(query)}
    read = _read({row.id: row.digest for row in newest.values()})
    found: dict[int, dict[Week, Figures]] = {region_id: {} for region_id in ids}
    for (region_id, monday), row in newest.items():
        found[region_id][Week.of_day(monday)] = read[row.id]
    return found


def _read(digests: dict[int, str]) -> dict[int, Figures]:
    """Return the figures of closed weeks, of which the digests are given."""
    found = {key: figures for key, of in digests.items() if (figures := _kept.get(of)) is not None}
    missing = sorted(digests.keys() - found.keys())
    if missing:
        query = sa.select(ClosedWeek.id, ClosedWeek.figures).where(ClosedWeek.id.in_(missing))
        for row in ask(query):
            found[row.id] = _shared(frozen.figures_from_json(row.figures))
            _kept.put(digests[row.id], found[row.id])
    return found


def _shared(figures: Figures) -> Figures:
    """Return the same figures, those that are equal as one object: most offices are alike."""
    known: dict[Tally, Tally] = {}
    return {office_id: known.setdefault(tally, tally) for office_id, tally in figures.items()}
