"""What an office owes in a week: the rule that holds, shortened by holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from publisher.clock import Week
from publisher.reports.snapshot import Obligation
from publisher.workflow.reporting.workdays import WorkWeek


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A weekly minimum of a region, of one kind of its offices, or of one office."""

    id: int
    minimum: int
    valid_from: date
    valid_to: date | None = None
    office_id: int | None = None
    office_kind: str | None = None
    binding: str = "wajib"
    channels: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    prorated: bool = True

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def nearness(self) -> int:
        """How near it is to an office: its own 2, that of its kind 1, the region's 0."""
        return 2 if self.office_id is not None else int(self.office_kind is not None)


def required(minimum: int, days: int, full: int = 5) -> int:
    """Return the obligation of a week with `days` of `full` working days: rounded up, never by
    floats.

    >>> required(2, 5), required(2, 3), required(5, 2), required(2, 0), required(7, 5, 7)
    (2, 2, 2, 0, 5)
    """
    return -(-minimum * days // full)


def rule_for(rules: Iterable[Rule], week: Week) -> Rule | None:
    """Return the rule of a week: the most specific that holds on its Monday.

    An office's own rule wins over that of its kind, and this over the region's. Of several, the
    one that began last wins.

    :param rules: those that may apply to the office
    """
    return next(iter(rules_in(rules, week)), None)


def rules_in(rules: Iterable[Rule], week: Week) -> tuple[Rule, ...]:
    """Return the rules that hold on the week's Monday, the one that applies first."""
    return tuple(
        sorted(
            (rule for rule in rules if rule.holds_on(week.monday)),
            key=lambda rule: (rule.nearness, rule.valid_from, rule.id),
            reverse=True,
        )
    )


def obligation(rule: Rule | None, days: WorkWeek) -> Obligation:
    """Return what `rule` asks in a week of such days.

    Without proration a single working day asks for all of it; without any, nothing is owed.
    """
    if rule is None:
        return Obligation(
            minimum=None, own_rule=False, since=None, working_days=days.days,
            full_days=days.full, required=0,
        )  # fmt: skip
    counted_days = days.days if rule.prorated or not days.days else days.full
    return Obligation(
        minimum=rule.minimum,
        own_rule=rule.office_id is not None,
        office_kind=rule.office_kind,
        binding=rule.binding,
        channels=rule.channels,
        kinds=rule.kinds,
        prorated=rule.prorated,
        since=rule.valid_from,
        working_days=days.days,
        full_days=days.full,
        required=required(rule.minimum, counted_days, days.full),
    )
