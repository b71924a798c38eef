"""The plan in one's own calendar program: an address that is shown once, and what it answers.

Whoever holds the address needs no account here; therefore it can be ended at any time, and names
no person.
"""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from limits import RateLimitItemPerMinute
from limits.strategies import RateLimiter
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db, read_only
from publisher.models.people import Role
from publisher.models.series import CalendarFeed
from publisher.platforms import PLATFORM_NAMES
from publisher.reports import ics
from publisher.web.access import allow, get_calendar_feed, me, public
from publisher.workflow.planning import State, subscribing
from publisher.workflow.planning.subscribing import Entry

bp = Blueprint("subscriptions", __name__, url_prefix="/langganan-kalender")

KEEPERS = (Role.DRAFTER, Role.REVIEWER)
#: Programs ask once an hour or less often; people behind one address may be many.
OFTEN = RateLimitItemPerMinute(120)
REFRESH = timedelta(hours=1)
#: How long a program may keep a feed without asking again, in seconds.
FRESH_S = 300
#: A post is a moment; without a length programs draw it as a line.
LASTS = timedelta(minutes=15)
STATES = {
    State.DRAFT: _l("Draf"),
    State.WAITING: _l("Menunggu telaah"),
    State.RETURNED: _l("Perlu perbaikan"),
    State.APPROVED: _l("Disetujui"),
    State.PUBLISHED: _l("Tayang"),
    State.PROBLEM: _l("Bermasalah"),
}
#: Nobody has to decide about these any more.
CERTAIN = (State.APPROVED, State.PUBLISHED, State.PROBLEM)


@bp.get("")
@allow(*KEEPERS)
def index() -> str:
    return _page()


@bp.post("")
@allow(*KEEPERS)
def create() -> Response:
    """Make an address, or another one in the place of the old, and show it this once."""
    token = subscribing.open_feed(actor=me(), at=clock.now())
    db.session.commit()
    address = urljoin(current_app.config["PUBLIC_URL"], url_for(".feed", token=token))
    response = Response(_page(address), mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:feed_id>/cabut")
@allow(*KEEPERS)
def revoke(feed_id: int) -> Response:
    subscribing.revoke(get_calendar_feed(feed_id), actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Alamat kalender dicabut. Program yang memakainya tidak mendapat apa-apa lagi."),
          "success")  # fmt: skip
    return redirect(url_for(".index"))


@bp.get("/<token>.ics")
@public
def feed(token: str) -> Response:
    """Send what is planned and out, from 30 days ago to 90 days ahead."""
    _not_too_often()
    read_only()
    found = subscribing.find(token)
    if found is None:
        abort(404)
    now = clock.now()
    response = Response(content_type=ics.MIME)
    response.set_etag(subscribing.feed_sign(found, at=now))
    response.headers["Cache-Control"] = f"private, max-age={FRESH_S}"
    response.headers["Content-Disposition"] = 'inline; filename="siar.ics"'
    # By the tag alone: what was taken out of a plan leaves no later date behind.
    if response.make_conditional(request.environ).status_code == 304:
        return response
    entries = list(subscribing.entries(found, at=now))
    response.last_modified = max([found.made_at, *(entry.changed_at for entry in entries)])
    with force_locale("id"):
        response.data = ics.written(_calendar(found, entries))
    return response


def _not_too_often() -> None:
    limiter: RateLimiter | None = current_app.extensions.get("sign_in_limits")
    if limiter is not None and not limiter.hit(OFTEN, "langganan", request.remote_addr or ""):
        abort(429)


def _calendar(found: CalendarFeed, entries: list[Entry]) -> ics.Calendar:
    whose = found.office.name if found.office else found.region.full_name
    words = {state: str(word) for state, word in STATES.items()}
    host, own = _host(), found.office_id is not None
    return ics.Calendar(
        name=_("Siar: %(name)s", name=whose),
        description=_("Konten yang direncanakan, disetujui, dan tayang."),
        zone=found.region.zone,
        refresh=REFRESH,
        events=[_event(entry, words, host, own=own) for entry in entries],
    )


def _event(entry: Entry, words: dict[State, str], host: str, *, own: bool) -> ics.Event:
    title = _(entry.hidden) if entry.hidden else entry.title
    word, links = words[entry.state], [link for link in entry.links if link[1]]
    return ics.Event(
        uid=f"konten-{entry.post_id}@{host}",
        starts_at=entry.starts_at,
        lasts=LASTS,
        changed_at=entry.changed_at,
        sequence=entry.version,
        certain=entry.state in CERTAIN,
        summary=title if own else f"{entry.office}: {title}",
        description="\n".join(
            [word, *(f"{PLATFORM_NAMES[platform]}: {link}" for platform, link in links)]
        ),
        category=word,
        url=links[0][1] if links else "",
    )


def _host() -> str:
    """Return a name of this installation that stays."""
    address = current_app.config["PUBLIC_URL"]
    return f"{hashlib.sha256(address.encode()).hexdigest()[:12]}.siar"


def _page(address: str = "") -> Any:
    person = me()
    region_wide = person.office_id is None
    return render_template(
        "subscriptions/index.html",
        address=address,
        feed=subscribing.feed_of(person),
        office_feeds=subscribing.office_feeds(person.region_id) if region_wide else [],
        region_wide=region_wide,
        days=(subscribing.BACK.days, subscribing.AHEAD.days),
    )
