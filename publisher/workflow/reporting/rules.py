"""How an office stands in a week. Pure: values in, a status out.

The order of the questions is the rule. Only a binding target (`wajib`) is held against an office:
an appeal (`imbauan`) and a target that is only watched (`pantau`) are shown with their figures,
and no total counts the office as obliged. A dispensation exempts, whatever was shown. A week
without working days is `libur` and never "terpenuhi". An office that began or ended within the
working week owes nothing in it. What was approved and did not go out because the platform failed
is not counted, and not charged to the office either: if the target fails by that alone, the office
is exempt.
"""

from datetime import datetime, timedelta

from publisher.clock import Week
from publisher.reports.snapshot import Excuse, Obligation, OfficeName, Tally, WeekStatus

_NOT_BINDING = {"imbauan": WeekStatus.URGED, "pantau": WeekStatus.WATCHED}


def exists_in(office: OfficeName, week: Week) -> bool:
    """Return whether the office exists on any day of the week."""
    return (office.valid_from is None or office.valid_from <= week.sunday) and (
        office.valid_to is None or office.valid_to >= week.monday
    )


def partial(office: OfficeName, week: Week) -> Excuse | None:
    """Return why the office did not exist from Monday to Friday; None if it did."""
    if office.valid_from is None and office.valid_to is None:
        return None
    friday = week.monday + timedelta(days=4)
    if office.valid_from is not None and office.valid_from > week.monday:
        return Excuse.BEGAN
    if office.valid_to is not None and office.valid_to < friday:
        return Excuse.ENDED
    return None


def tally(
    office: OfficeName,
    week: Week,
    owed: Obligation,
    *,
    counted: int = 0,
    greetings: int = 0,
    uncounted: int = 0,
    planned: int = 0,
    stranded: int = 0,
    exempt: bool = False,
    over: bool,
) -> Tally:
    """Return one office in one week.

    :param exempt: whether a dispensation covers it
    :param over: whether the week has ended when the report is made
    """
    excuse = Excuse.DISPENSATION if exempt else partial(office, week)
    status = _status(owed, excuse, counted, planned, over=over)
    if status is WeekStatus.NOT_MET and counted + stranded >= owed.required:
        status, excuse = WeekStatus.EXEMPT, Excuse.PLATFORM
    return Tally(
        week=week,
        obligation=owed,
        status=status,
        excuse=excuse if status is WeekStatus.EXEMPT else None,
        counted=counted,
        greetings=greetings,
        uncounted=uncounted,
        planned=planned,
        stranded=stranded,
    )


def _status(
    owed: Obligation, excuse: Excuse | None, counted: int, planned: int, *, over: bool
) -> WeekStatus:
    if not owed.minimum:
        return WeekStatus.NO_RULE
    if owed.binding in _NOT_BINDING:
        return _NOT_BINDING[owed.binding]
    if excuse is not None:
        return WeekStatus.EXEMPT
    if owed.working_days == 0:
        return WeekStatus.HOLIDAY
    if counted >= owed.required:
        return WeekStatus.MET
    if over:
        return WeekStatus.NOT_MET
    return WeekStatus.ON_TRACK if counted + planned >= owed.required else WeekStatus.AT_RISK


def streak(cells: tuple[Tally | None, ...]) -> tuple[int, bool]:
    """Return how many weeks in a row were met up to the last cell, and if there may be more.

    Holidays, exemptions, weeks without a binding target and a week still running neither add nor
    break.
    """
    met = 0
    for cell in reversed(cells):
        if cell is None:
            return met, False
        if cell.status is WeekStatus.NOT_MET:
            return met, False
        met += cell.status is WeekStatus.MET
    return met, met > 0


def is_over(week: Week, zone: str, at: datetime) -> bool:
    return at >= week.ends(zone)
