"""What the pages of the week's plan share."""

from datetime import datetime

from flask import Blueprint, abort

from publisher import clock
from publisher.clock import Week
from publisher.web.access import me
from publisher.workflow import reporting

bp = Blueprint("plans", __name__, url_prefix="/rencana")


def week_of(text: str) -> Week:
    """Read a week from an address, a later one too; what is none does not exist."""
    try:
        return reporting.read_week(text)
    except ValueError:
        abort(404)


def this_week() -> Week:
    return Week.of(clock.now(), me().region.zone)


def moments(week: Week) -> tuple[datetime, datetime]:
    """Return when a week begins and ends in the region of the person."""
    return week.starts(me().region.zone), week.ends(me().region.zone)
