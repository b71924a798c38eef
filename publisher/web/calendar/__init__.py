"""The calendar: a week, a month or a list of what is planned, and moving it.

A move is a form. Dragging and the keys send the same form, and what comes back is the calendar
itself, with a button that undoes the move.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from flask import (
    Blueprint,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from publisher import clock
from publisher.clock import Week
from publisher.db import db, read_only
from publisher.errors import N_, Invalid, PublisherError
from publisher.models.neutrality import Neutrality
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.platforms import PLATFORM_NAMES
from publisher.web import failures
from publisher.web.access import allow, by_script, form_version, get_post, me
from publisher.web.calendar.asked import FILTERS, Asked, View, asked
from publisher.web.calendar.grids import Card, Grid, Place, lay_out
from publisher.web.current import catch_up, spacing
from publisher.web.filters import jam, waktu
from publisher.web.onward import own_page, referring_page
from publisher.web.plans.slots import free_slots
from publisher.web.registry.forms import OFFICE_KINDS
from publisher.workflow import planning, signing
from publisher.workflow.planning import Details, Planned, Scope, State
from publisher.workflow.reporting.workdays import national_holidays

bp = Blueprint("calendar", __name__, url_prefix="/kalender")

READERS = (Role.DRAFTER, Role.HEAD, Role.REVIEWER)
MOVERS = (Role.DRAFTER, Role.REVIEWER)
#: Where the last move waits to be undone.
UNDO = "kalender_urungkan"
#: Stands for a day in an address that is made once.
DAY = "DAY"
WHEN = N_("Isi tanggal dan jamnya.")


@bp.get("")
@allow(*READERS)
def index() -> str:
    read_only()
    now = clock.now()
    today = clock.in_zone(now, g.zone).date()
    part, scope = asked(today), Scope.of(me())
    first, last = part.moments(g.zone)
    rows = planning.planned(scope, part.wanted, first, last)
    grid = _grid(part, rows)
    offices = {office.id: office for office in planning.offices(scope)}
    _fill(grid, offices)
    return render_template(
        "calendar/index.html",
        part=part,
        grid=grid,
        totals=Counter([row.state for row in rows]),
        offices=offices,
        day_page=url_for(".index", **part.link(tampil=View.AGENDA.value, pada=DAY)),
        more_word=cache(lambda more: ngettext("%(num)s lagi", "%(num)s lagi", more)),
        sign=planning.sign_of(rows),
        unplanned=_unplanned(part),
        moments=part.moments(g.zone),
        undo=session.pop(UNDO, None),
        week=Week.of_day(part.day),
        today=today,
        now=now,
        **_words(),
    )


@bp.get("/perubahan")
@allow(*READERS)
def changes() -> Any:
    """Say whether what an open page shows has changed since; nothing, if it has not."""
    read_only()
    part = asked(clock.in_zone(clock.now(), g.zone).date())
    now = planning.sign(Scope.of(me()), part.wanted, *part.moments(g.zone))
    if now == request.args.get("tanda"):
        return "", 204
    return render_template("calendar/_stale.html", part=part)


@bp.get("/<int:post_id>/pindahkan")
@allow(*MOVERS)
def choose(post_id: int) -> str:
    """Ask for the new time."""
    return _form(get_post(post_id))


@bp.post("/<int:post_id>/pindahkan")
@allow(*MOVERS)
def move(post_id: int) -> Response:
    post = get_post(post_id)
    made = planning.move(
        post,
        _time_in_form(),
        actor=me(),
        at=clock.now(),
        version=form_version(),
        spacing=spacing(),
        catch_up=catch_up(),
    )
    said = _said(post, made, undone="urungkan" in request.form) + _what_it_needs(post)
    db.session.commit()
    flash(said, "success")
    if "urungkan" not in request.form and planning.may_undo(post, made, at=clock.now()):
        session[UNDO] = {
            "post_id": made.post_id,
            "version": made.version,
            "ke": made.before.isoformat() if made.before else "",
        }
    return redirect(_onward(made), code=303)


@bp.errorhandler(PublisherError)
def show_what_stopped_it(error: PublisherError) -> Any:
    """Show the form with the post as it is now, and why it was not moved."""
    if by_script() or "post_id" not in (request.view_args or {}):
        return failures.on_publisher_error(error)
    db.session.rollback()
    post = get_post((request.view_args or {})["post_id"])
    return _form(post, stopped_by=error), error.status


# -- the parts of a page -----------------------------------------------------------------


def _grid(part: Asked, rows: list[Planned]) -> Grid:
    state = part.wanted.state
    return lay_out(
        part.view,
        [row for row in rows if state in (None, row.state)],
        first=part.first,
        last=part.last,
        start=part.moments(g.zone)[0],
        special=planning.special_days(me().region, part.first, part.last, national_holidays),
        themes=planning.themes(me().region, part.first, part.last),
        page=request.args.get("page", 1, type=int),
    )


def _fill(grid: Grid, offices: dict[int, Any]) -> None:
    """Let cards say what they are about, as far as it is for the reader."""
    found = planning.details([place.row.id for place in grid.shown])
    write = _writer(found, offices)
    for day in grid.days:
        for hour, (places, _more) in day.hours.items():
            # What is gone since the rows were read is left out.
            day.cards[hour] = [write(place) for place in places if place.row.id in found]


def _writer(found: dict[int, Details], offices: dict[int, Any]) -> Callable[[Place], Card]:
    """Return what makes a card of a post; what hundreds of cards share is worked out once."""
    role, own = me().role, me().role in OFFICE_ROLES
    untitled, hidden = _("Tanpa judul"), _("Draf, judul tampak setelah diajukan")
    pages = "/konten" if own else "/telaah"
    movable = {state for state in State if planning.may_move(role, state)}
    times: dict[int, str] = {}

    def write(place: Place) -> Card:
        row, day, hour, minute = place
        title, submitted = found[row.id]
        visible = own or submitted
        office, clock_time = offices[row.office_id], hour * 60 + minute
        return Card(
            row.id,
            row.state,
            f"{day}T{hour:02}:{minute:02}",
            times.get(clock_time) or times.setdefault(clock_time, jam(row.at)),
            "" if own else office.abbreviation,
            office.name,
            (title or untitled) if visible else hidden,
            f"{pages}/{row.id}" if visible else "",
            row.version if row.state in movable else None,
        )

    return write


def _unplanned(part: Asked) -> list[Post]:
    office_id = me().office_id
    if office_id is None or part.view is not View.WEEK:
        return []
    return planning.unplanned(office_id)


def _words() -> dict[str, Any]:
    """Return what the page says of everything it may show."""
    return {
        "own": me().role in OFFICE_ROLES,
        "views": View,
        "states": State,
        "office_kinds": OFFICE_KINDS,
        "kinds": list(PostKind),
        "platforms": PLATFORM_NAMES,
        "filtered": any(request.args.get(name) for name in FILTERS),
    }


# -- moving ------------------------------------------------------------------------------


def _form(post: Post, *, stopped_by: PublisherError | None = None) -> str:
    return render_template(
        "calendar/move.html",
        post=post,
        now=clock.now(),
        today=clock.in_zone(clock.now(), g.zone).date(),
        allowed=planning.may_move(me().role, post.status),
        stopped_by=failures.sentence(stopped_by) if stopped_by else "",
        day=request.form.get("tanggal", _local(post, "%Y-%m-%d")),
        hour=request.form.get("jam", _local(post, "%H:%M")),
        slots=_slots(post),
        election_ahead=_election(),
        onward=_home_page(request.form.get("kembali") or referring_page(), post.id)
        or url_for(".index"),
    )


def _slots(post: Post) -> list[dict[str, Any]]:
    """Return free times: in the week of the post, or, if none is left there, soon."""
    week = Week.of(post.planned_at, g.zone) if post.planned_at else None
    return (week and free_slots(post.office, week, post=post)) or free_slots(post.office, post=post)


def _election() -> Neutrality | None:
    """Return the time before an election into which somebody may move a post."""
    time = signing.time_of(me().region)
    return time if time and time.ends_at and time.ends_at > clock.now() else None


def _local(post: Post, pattern: str) -> str:
    return clock.in_zone(post.planned_at, g.zone).strftime(pattern) if post.planned_at else ""


def _time_in_form() -> datetime | None:
    """Return the time that was asked for: a moment, or a day and a time of the region's clock.

    :raises Invalid: if there is none
    """
    moment = request.form.get("ke")
    if moment == "":
        return None
    try:
        if moment is not None:
            at = datetime.fromisoformat(moment).replace(second=0, microsecond=0)
            return at if at.tzinfo else clock.from_local(at, g.zone)
        day, hour = request.form.get("tanggal", ""), request.form.get("jam", "")
        return clock.from_local(datetime.fromisoformat(f"{day}T{hour}"), g.zone)
    except (ValueError, OverflowError) as error:
        raise Invalid(WHEN) from error


def _said(post: Post, made: planning.Move, *, undone: bool) -> str:
    title = post.title or _("Tanpa judul")
    if made.after is None:
        return _("“%(title)s” dikeluarkan dari kalender.", title=title)
    if undone:
        return _(
            "Diurungkan: “%(title)s” kembali ke %(time)s.", title=title, time=waktu(made.after)
        )
    return _("“%(title)s” dipindahkan ke %(time)s.", title=title, time=waktu(made.after))


def _what_it_needs(post: Post) -> str:
    """Say what follows of it where a post was moved to a time before an election."""
    if post.planned_at is None or not planning.lacks_second(post, at=clock.now()):
        return ""
    if post.status is PostStatus.APPROVED:
        return " " + _(
            "Waktu itu dalam masa netralitas pemilihan: penayangannya ditahan sampai penelaah "
            "kedua menyetujuinya."
        )
    return " " + _(
        "Waktu itu dalam masa netralitas pemilihan: konten ini perlu disetujui dua penelaah."
    )


def _onward(made: planning.Move) -> str:
    """Return the page they came from, or the week in which the post is now."""
    if page := _home_page(request.form.get("kembali"), made.post_id):
        return page
    at = made.after or clock.now()
    return url_for(".index", pada=clock.in_zone(at, g.zone).date().isoformat())


def _home_page(address: str | None, post_id: int) -> str | None:
    """Return an address if it is one of the pages from which this post is moved."""
    page = own_page(address)
    homes = (url_for(".index"), url_for("plans.index"), url_for("reviews.show", post_id=post_id))
    return page if page and page.partition("?")[0].startswith(homes) else None
