"""The figures of each office and week: what was merely counted, and what was judged by itself.

Both ways lead to the same number, because `judging` tells the counting which kinds and channels
count, and judges the rest.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from publisher.clock import Week
from publisher.reports.snapshot import Content, Obligation, OfficeName, Uncounted
from publisher.workflow.reporting import counting, showing
from publisher.workflow.reporting.asked import Asked
from publisher.workflow.reporting.counting import Cell, Count, Counts, Sieve
from publisher.workflow.reporting.judging import (
    Publication,
    Showing,
    Terms,
    counting_kinds,
    why_not,
)
from publisher.workflow.reporting.rows import Pending, Scope


@dataclass(frozen=True, slots=True)
class Figures:
    """How many contents of an office went out in a week."""

    counted: int = 0
    greetings: int = 0
    uncounted: int = 0

    @classmethod
    def of(cls, reasons: Sequence[Uncounted | None]) -> "Figures":
        counted, greetings = reasons.count(None), reasons.count(Uncounted.GREETING)
        return cls(counted, greetings, len(reasons) - counted - greetings)


NOTHING = Figures()


class _Judged(NamedTuple):
    """A content that was judged by itself."""

    kind: str
    reason: Uncounted | None


class Counted:
    """What counts in the weeks of `asked`, by office. Three queries.

    :param since: the number of the first week that is looked at; those before are closed
    """

    def __init__(self, scope: Scope, asked: Asked, *, since: int = 0) -> None:
        self._scope, self._asked = scope, asked
        self._weeks, self._since = asked.weeks, since
        self._ordinals = [week.ordinal for week in asked.weeks]
        self._offices = asked.by_id
        self._edges = self._cells_of_change()
        self._sieves = self._all_sieves()
        self._places = {rule: place for place, rule in enumerate(self._sieves)}
        self._counts: Counts = {}
        self._one_by_one: dict[Cell, list[_Judged]] = {}
        if weeks := asked.weeks[since:]:
            self._counts = counting.counts(scope, weeks, list(self._sieves.values()))
            self._one_by_one = self._judge(showing.apart(scope, weeks, self._edges))
        self._apart = {
            cell: Figures.of([each.reason for each in found])
            for cell, found in self._one_by_one.items()
        }
        self._judged: dict[int, frozenset[int]] = {}
        self._last: dict[int, Figures] | None = None

    def of(self, office: OfficeName, number: int, *, office_id: int | None = None) -> Figures:
        """Return the figures of an office in the week of this number.

        :param office_id: where `office` only owes the same
        """
        if self._last is not None and number == len(self._weeks) - 1:
            return self._last.get(office.id, NOTHING)
        cell = office_id or office.id, self._ordinals[number]
        judged = self._apart.get(cell, NOTHING)
        found = None if cell in self._edges else self._counts.get(cell[1], {}).get(cell[0])
        if found is None:
            return judged
        plain = self._plain(self._asked.obligations(office)[number], found)
        return Figures(
            judged.counted + plain.counted,
            judged.greetings + plain.greetings,
            judged.uncounted + plain.uncounted,
        )

    def of_all(self, offices: Sequence[int], number: int, owed: Obligation) -> Counter[Figures]:
        """Return how many of some offices, of which each owes the same, have which figures.

        :param offices: their ids
        """
        apart = self._judged_in(number).intersection(offices)
        found: Counter[Figures] = Counter()
        for office_id in apart:
            found[self.of(self._offices[office_id], number, office_id=office_id)] += 1
        counts = self._counts.get(self._ordinals[number], {})
        alike = Counter(map(counts.get, set(offices).difference(apart) if apart else offices))
        for count, many in alike.items():
            found[NOTHING if count is None else self._plain(owed, count)] += many
        return found

    def contents(self) -> dict[int, list[Content]]:
        """Return the contents of the last week, by office, each with why it does not count. From
        now on that week's figures are counted from these very contents: what landed between two
        queries must not make a page disagree with itself. Two queries.
        """
        week = self._weeks[-1]
        found: defaultdict[int, list[Content]] = defaultdict(list)
        reasons: defaultdict[int, list[Uncounted | None]] = defaultdict(list)
        terms = cache(self._last_terms)
        for each in showing.in_week(self._scope, week):
            reason = why_not(each.showing, terms(each.office_id))
            if reason is Uncounted.OUTSIDE:
                continue
            found[each.office_id].append(each.content(reason))
            if any(publication.real for publication in each.showing.publications):
                reasons[each.office_id].append(reason)
        self._last = {office_id: Figures.of(of) for office_id, of in reasons.items()}
        return found

    def mix(self) -> dict[int, Counter[str]]:
        """Return how many contents of each kind really went out in the last week, by office."""
        week = self._ordinals[-1]
        found: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for office_id, count in self._counts.get(week, {}).items():
            if (office_id, week) not in self._edges:
                found[office_id].update(dict(count.kinds))
        for (office_id, ordinal), contents in self._one_by_one.items():
            if ordinal == week:
                found[office_id].update(each.kind for each in contents)
        return found

    def counting_among(self, post_ids: Collection[int]) -> dict[int, tuple[OfficeName, Content]]:
        """Return those of some contents that count in the last week, by post id, as they are
        shown, with their offices. Two queries."""
        return {
            each.showing.post_id: (self._offices[each.office_id], each.content())
            for each in showing.of_posts(post_ids, self._asked.zone)
            if why_not(each.showing, self._last_terms(each.office_id)) is None
        }

    def would_count(self, row: Pending, number: int) -> bool:
        """Return whether what is planned for this week would count if it went out as planned."""
        terms = self._terms(row.office_id, number)
        planned = Publication(at=row.trouble.due_at, platform=row.trouble.platform)
        content = Showing(post_id=row.trouble.post_id, kind=row.kind, publications=(planned,))
        return why_not(content, terms) is None

    # -- inside ----------------------------------------------------------------------------

    def _judged_in(self, number: int) -> frozenset[int]:
        """Return the offices of which contents were judged by themselves in a week."""
        if number not in self._judged:
            cells = chain(self._apart, self._edges)
            week = self._ordinals[number]
            self._judged[number] = frozenset(office for office, of in cells if of == week)
        return self._judged[number]

    def _plain(self, owed: Obligation, count: Count) -> Figures:
        """Return the figures of what was merely counted."""
        passed = count.passed[self._places[owed.channels, owed.kinds]]
        greetings = 0 if self._greetings_count(owed) else count.greetings
        return Figures(passed, greetings, count.published - passed - greetings)

    def _judge(self, contents: list[tuple[int, Showing]]) -> dict[Cell, list[_Judged]]:
        found: defaultdict[Cell, list[_Judged]] = defaultdict(list)
        for office_id, content in contents:
            ordinal = Week.of(content.first_at, self._asked.zone).ordinal
            number = ordinal - self._ordinals[0]
            if self._since <= number < len(self._weeks):
                reason = why_not(content, self._terms(office_id, number))
                found[office_id, ordinal].append(_Judged(content.kind.value, reason))
        return found

    def _terms(self, office_id: int, number: int) -> Terms:
        return self._asked.terms(self._offices[office_id], number)

    def _last_terms(self, office_id: int) -> Terms:
        return self._terms(office_id, len(self._weeks) - 1)

    def _all_sieves(self) -> dict[tuple[object, object], Sieve]:
        """Return what counts by each rule that holds in any of the weeks."""
        sieves: dict[tuple[object, object], Sieve] = {}
        alike = {id(owed): owed for owed in map(self._asked.obligations, self._asked.offices)}
        for owed in chain.from_iterable(alike.values()):
            key = owed.channels, owed.kinds
            if key not in sieves:
                sieves[key] = self._sieve(owed)
        return sieves

    def _sieve(self, owed: Obligation) -> Sieve:
        start = self._weeks[0].starts(self._asked.zone)
        end = self._weeks[0].ends(self._asked.zone)
        terms = Terms(start=start, end=end, channels=owed.channels, kinds=owed.kinds)
        channels = None if owed.channels is None else frozenset(owed.channels)
        return Sieve(counting_kinds(terms), channels)

    def _greetings_count(self, owed: Obligation) -> bool:
        return owed.kinds is not None and "ucapan" in owed.kinds

    def _cells_of_change(self) -> frozenset[Cell]:
        """Return where an office began or ended within a week: there, days matter."""
        days = (
            (office.id, Week.of_day(day).ordinal)
            for office in self._asked.offices
            for day in (office.valid_from, office.valid_to)
            if day is not None
        )
        within = self._ordinals[self._since :]
        return frozenset(cell for cell in days if cell[1] in within)
