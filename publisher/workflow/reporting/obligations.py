"""What an office owes in a week: the rule that holds, shortened by holidays.

Working days come from the `holidays` package, whose category "government" is cuti bersama.
Dates move by decree; a newer release of the package carries them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

from publisher.clock import Week
from publisher.reports.snapshot import Obligation

FULL_WEEK_DAYS = 5


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A weekly minimum. `office_id` None: for every office without a rule of its own."""

    id: int
    office_id: int | None
    minimum: int
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def _free_days(year: int) -> dict[date, str]:
    """Return the national holidays and cuti bersama of a year, with their Indonesian names."""
    calendar = country_holidays(
        "ID", years=year, categories=("public", "government"), language="id"
    )
    return dict(calendar.items())


def working_week(week: Week) -> tuple[date, date]:
    """Return its Monday and Friday."""
    return week.monday, week.monday + timedelta(days=FULL_WEEK_DAYS - 1)


@cache
def holidays_in(week: Week) -> tuple[tuple[date, str], ...]:
    """Return the days from Monday to Friday on which offices are closed, with the reason."""
    days = (week.monday + timedelta(days=number) for number in range(FULL_WEEK_DAYS))
    return tuple((day, _free_days(day.year)[day]) for day in days if day in _free_days(day.year))


def working_days(week: Week) -> int:
    """Return how many days from Monday to Friday are neither holiday nor cuti bersama.

    >>> working_days(Week.parse("2026-W12")), working_days(Week.parse("2027-W10"))
    (2, 0)
    """
    return FULL_WEEK_DAYS - len(holidays_in(week))


def required(minimum: int, days: int) -> int:
    """Return the obligation of a week with `days` working days: rounded up, never by floats.

    >>> required(2, 5), required(2, 3), required(5, 2), required(2, 0)
    (2, 2, 2, 0)
    """
    return -(-minimum * days // FULL_WEEK_DAYS)


def rule_for(rules: Iterable[Rule], week: Week) -> Rule | None:
    """Return the rule of a week: the most specific that holds on its Monday.

    An office's own rule wins over the region's. Of several, the one that began last wins.

    :param rules: those that may apply to the office: its own and its region's
    """
    return max(
        (rule for rule in rules if rule.holds_on(week.monday)),
        key=lambda rule: (rule.office_id is not None, rule.valid_from, rule.id),
        default=None,
    )


def obligation(rules: Iterable[Rule], week: Week) -> Obligation:
    rule = rule_for(rules, week)
    days = working_days(week)
    return Obligation(
        minimum=rule.minimum if rule else None,
        own_rule=rule is not None and rule.office_id is not None,
        since=rule.valid_from if rule else None,
        working_days=days,
        required=required(rule.minimum, days) if rule else 0,
    )
