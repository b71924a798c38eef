"""Which part of the calendar an address asks for, and the addresses around it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from publisher import clock
from publisher.clock import Week
from publisher.models.places import OfficeKind
from publisher.models.posts import PostKind
from publisher.platforms import PLATFORM_NAMES
from publisher.workflow.planning import State, Wanted

FIRST_YEAR, LAST_YEAR = 2020, 2100
ID_DIGITS = 9
E_ = TypeVar("E_", bound=StrEnum)
#: The filters of an address, as they are named there.
FILTERS = ("jenis_pd", "perangkat_daerah", "kanal", "status", "jenis")


class View(StrEnum):
    WEEK = "minggu"
    MONTH = "bulan"
    AGENDA = "agenda"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A part of the calendar. Its days are `first` up to, but without, `last`."""

    view: View
    day: date
    wanted: Wanted

    @property
    def first(self) -> date:
        match self.view:
            case View.WEEK:
                return Week.of_day(self.day).monday
            case View.MONTH:
                return Week.of_day(self.day.replace(day=1)).monday
            case View.AGENDA:
                return self.day

    @property
    def last(self) -> date:
        if self.view is View.MONTH:
            return Week.of_day(_month_after(self.day) - timedelta(days=1)).next().monday
        return self.first + timedelta(days=7)

    @property
    def previous(self) -> date:
        if self.view is View.MONTH:
            return (self.day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.first - timedelta(days=7)

    @property
    def following(self) -> date:
        return _month_after(self.day) if self.view is View.MONTH else self.last

    def moments(self, zone: str) -> tuple[datetime, datetime]:
        """Return when it begins and ends, in UTC."""
        return _midnight(self.first, zone), _midnight(self.last, zone)

    def link(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments of the address of this part, with changes; None leaves out."""
        now = {name: value for name in FILTERS if (value := request.args.get(name))}
        given = {"tampil": self.view.value, "pada": self.day.isoformat(), **now, **changes}
        return {name: value for name, value in given.items() if value is not None}


def asked(today: date) -> Asked:
    """Read the present request; what makes no sense there is left out."""
    given = request.args
    return Asked(
        view=_one_of(View, given.get("tampil")) or View.WEEK,
        day=_day(given.get("pada", ""), today),
        wanted=Wanted(
            office_id=_number(given.get("perangkat_daerah", "")),
            office_kind=_one_of(OfficeKind, given.get("jenis_pd")),
            platform=given.get("kanal") if given.get("kanal") in PLATFORM_NAMES else None,
            state=_one_of(State, given.get("status")),
            kind=_one_of(PostKind, given.get("jenis")),
        ),
    )


def _one_of(kind: type[E_], text: str | None) -> E_ | None:
    return kind(text) if text in list(kind) else None


def _number(text: str) -> int | None:
    """Return the id in an address; one that no row can have finds nothing."""
    if not text.isdecimal():
        return None
    return int(text) if len(text) <= ID_DIGITS else 0


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else today


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _midnight(day: date, zone: str) -> datetime:
    return clock.from_local(datetime.combine(day, datetime.min.time()), zone)
