"""Who posts what and when: a rhythm for every office, some better than others.

Pure and seeded: the same week gives the same plans, whatever the moment of loading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from publisher.clock import Week, from_local, in_zone
from publisher.demo import texts
from publisher.models.places import Office
from publisher.workflow.reporting.workdays import national_holidays

PAST_WEEKS = 13
#: Offices that fell silent, some weeks ago.
SILENT = {"Dinperinaker": 6, "BPPKAD": 8, "Kec. Japah": 6, "Kec. Bogorejo": 10}
#: Offices that miss their target more often than not.
LAGGING = frozenset(
    {"Kec. Jati", "Kec. Kunduran", "Satpol PP", "Baperida", "Kec. Sambong", "Inspektorat"}
)
#: Its own target is higher.
LEADING = "Dinkes"
DILIGENT = frozenset({"Dindukcapil", "BPBD", "Dinkominfo", "Kec. Cepu", "DPUPR"})
#: How many posts a week, and how likely each number is, in percent.
RHYTHMS = {
    "leading": {2: 8, 3: 67, 4: 25},
    "diligent": {2: 30, 3: 55, 4: 15},
    "usual": {1: 8, 2: 67, 3: 25},
    "lagging": {0: 15, 1: 40, 2: 45},
    "silent": {1: 60, 2: 40},
}
MORNING = (time(7, 30), time(8), time(9), time(9, 30), time(10), time(11, 15))
GREETING_HOUR = time(6, 30)
AFTERNOON = (time(13), time(14, 30), time(15, 30), time(16), time(19))
#: When people of an office are at their desks; the last hour of the evening is for posts only.
AT_WORK = (*MORNING, *AFTERNOON[:-1])
#: Nothing is told twice by one office within this time.
REST = timedelta(days=24)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One post of one office."""

    office: Office
    planned_at: datetime  # UTC
    #: The morning of the working day before, when it was drafted.
    drafted_at: datetime
    content: texts.Content


def hour_from(at: datetime, zone: str, rng: Random) -> datetime:
    """Return some hour of work from `at` on, of the first day that has one left."""
    local = in_zone(at, zone).replace(tzinfo=None)
    today, tomorrow = (_work_hours(local.date() + timedelta(days=ahead)) for ahead in (0, 1))
    return from_local(rng.choice([one for one in today if one >= local] or tomorrow), zone)


def hour_until(at: datetime, zone: str) -> datetime:
    """Return the last hour of work up to `at`."""
    local = in_zone(at, zone).replace(tzinfo=None)
    yesterday, today = (_work_hours(local.date() - timedelta(days=back)) for back in (1, 0))
    return from_local(max(one for one in (*yesterday, *today) if one <= local), zone)


def _work_hours(day: date) -> list[datetime]:
    return [datetime.combine(day, hour) for hour in AT_WORK]


def plans_of(office: Office, latest: Week, zone: str) -> list[Plan]:
    """Return what an office plans from 13 weeks ago to the week after `latest`."""
    plans: list[Plan] = []
    told: dict[str, date] = {}
    for back in range(PAST_WEEKS, -2, -1):
        week = latest.shifted(-back)
        rng = Random(f"{office.abbreviation}/{week}")  # noqa: S311 - a story, not a secret
        for day, hour in _slots(office, week, back, rng):
            template = _greeting(office, day, hour) or _choose(office, day, told, rng)
            told[template.title] = day
            drafted = datetime.combine(_working_day_before(day), time(9, rng.randrange(60)))
            plans.append(
                Plan(
                    office=office,
                    planned_at=from_local(datetime.combine(day, hour), zone),
                    drafted_at=from_local(drafted + timedelta(hours=rng.randrange(5)), zone),
                    content=texts.fill(template, office, day, rng),
                )
            )
    return plans


def _slots(office: Office, week: Week, back: int, rng: Random) -> list[tuple[date, time]]:
    """Return the days and hours at which an office posts in a week, in order."""
    days = [day for day in _days(week) if office.exists_on(day)]
    working = [day for day in days if day in _working_days(week)]
    halves = [(day, hours) for day in working for hours in (MORNING, AFTERNOON)]
    wanted = min(_count(office.abbreviation, back, rng), len(halves))
    slots = [(day, rng.choice(hours)) for day, hours in rng.sample(halves, wanted)]
    if slots:  # a greeting comes on top: it does not count for the target
        slots += [(day, GREETING_HOUR) for day in days if _greeting(office, day, GREETING_HOUR)]
    return sorted(slots)


def _count(abbreviation: str, back: int, rng: Random) -> int:
    if abbreviation in SILENT:
        if back < SILENT[abbreviation]:
            return 0
        rhythm = RHYTHMS["silent"]
    elif abbreviation == LEADING:
        rhythm = RHYTHMS["leading"]
    elif abbreviation in LAGGING:
        rhythm = RHYTHMS["lagging"]
    else:
        rhythm = RHYTHMS["diligent" if abbreviation in DILIGENT else "usual"]
    return rng.choices(list(rhythm), list(rhythm.values()))[0]


def _days(week: Week) -> list[date]:
    return [week.monday + timedelta(days=number) for number in range(7)]


def _working_days(week: Week) -> list[date]:
    return [day for day in _days(week)[:5] if day not in national_holidays(day.year)]


def _working_day_before(day: date) -> date:
    return day - timedelta(days=3 if day.weekday() == 0 else 1)


def _greeting(office: Office, day: date, hour: time) -> texts.Template | None:
    if hour != GREETING_HOUR:
        return None
    return next((one for one in texts.templates_for(office) if one.greets(day)), None)


def _choose(office: Office, day: date, told: dict[str, date], rng: Random) -> texts.Template:
    """Return something new to tell, rather of the office's own work than of anybody's."""
    possible = [one for one in texts.templates_for(office) if one.fits(day)]
    rested = [one for one in possible if _rested(one, day, told)]
    own = [one for one in rested if one.is_own]
    choice = own if own and rng.random() < 0.8 else rested
    return rng.choice(choice or _longest_untold(possible, told))


def _rested(template: texts.Template, day: date, told: dict[str, date]) -> bool:
    return template.title not in told or day - told[template.title] >= REST


def _longest_untold(
    possible: Sequence[texts.Template], told: dict[str, date]
) -> list[texts.Template]:
    return [min(possible, key=lambda one: told.get(one.title, date.min))]
