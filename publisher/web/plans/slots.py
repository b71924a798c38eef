"""Times that are suggested to an office, for the pages on which one is chosen."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from publisher import clock
from publisher.clock import Week
from publisher.models.places import Office
from publisher.models.posts import Post
from publisher.web.current import spacing
from publisher.web.filters import kalimat
from publisher.workflow import planning
from publisher.workflow.planning import Slot
from publisher.workflow.reporting.workdays import national_holidays

#: So far ahead working days are looked for when no week is asked for.
AHEAD = timedelta(days=14)
#: And so many of them are taken.
DAYS = 5


def free_slots(
    office: Office, week: Week | None = None, *, post: Post | None = None
) -> list[dict[str, Any]]:
    """Return times worth suggesting, each with the form's own writing of it and its reason.

    :param week: None: the next working days
    :param post: what is to be planned
    """
    today = clock.in_zone(clock.now(), office.region.zone).date()
    first, last = today, today + AHEAD
    if week is not None:
        first, last = max(week.monday, today), week.sunday + timedelta(days=1)
    days = _working_days(office, first, last)[: DAYS if week is None else None]
    found = planning.free_slots(
        office,
        days,
        at=clock.now(),
        spacing=spacing(),
        post=post,
    )
    return [{"slot": slot, "local": _local(slot, office), "why": reason(slot)} for slot in found]


def reason(slot: Slot) -> str:
    """Write why a time is suggested, as one sentence."""
    about_others, about_own = (kalimat(half, slot.values) for half in slot.reasons)
    return _("%(others)s; %(own)s.", others=about_others, own=about_own)


def _working_days(office: Office, first: date, last: date) -> list[date]:
    if first >= last:
        return []
    special = planning.special_days(office.region, first, last, national_holidays)
    return planning.working_days(first, last, special)


def _local(slot: Slot, office: Office) -> str:
    """Write a time as the fields of a form do: 2026-11-23T09:00."""
    return clock.in_zone(slot.at, office.region.zone).strftime("%Y-%m-%dT%H:%M")
