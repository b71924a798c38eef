"""The addresses below /siaran/: the page, earlier weeks, two feeds, and pictures that are out."""

from typing import Any
from urllib.parse import urljoin

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from publisher import clock
from publisher.clock import Week, last_weeks
from publisher.models.places import Region
from publisher.posters import photos as pictures
from publisher.storage import DIGEST, Unreachable
from publisher.web.access import public
from publisher.web.assets import OPEN_PAGES
from publisher.web.broadcasts import feeds
from publisher.web.broadcasts.answers import PAGES, PICTURES, answer, not_too_often
from publisher.web.broadcasts.feeds import Feed, Item
from publisher.web.current import store
from publisher.web.filters import language, tanggal_pendek
from publisher.web.locale import LANGUAGES
from publisher.workflow import reporting
from publisher.workflow.reporting import PublicContent, PublicOffice

#: How far back the page goes, and the feeds: a year, and a month.
PAGE_WEEKS, FEED_WEEKS = 52, 4
FEED_ITEMS = 100
WIDTH_PX = 480
DAY_S = 24 * 3600

bp = Blueprint("broadcasts", __name__, url_prefix=OPEN_PAGES.rstrip("/"))


@bp.get("/<code>")
@public
def region(code: str) -> Response:
    """Show this week."""
    found = _region(code)
    return _page(found, Week.of(clock.now(), found.zone))


@bp.get("/<code>/<week>")
@public
def week(code: str, week: str) -> Response:
    """Show an earlier week."""
    found = _region(code)
    try:
        wanted = reporting.read_week(week)
    except ValueError:
        abort(404)
    if wanted not in last_weeks(Week.of(clock.now(), found.zone), PAGE_WEEKS):
        abort(404)
    return _page(found, wanted)


@bp.get("/<code>/atom.xml")
@public
def atom(code: str) -> Response:
    return _feed(code, "atom", feeds.ATOM_MIME)


@bp.get("/<code>/feed.json")
@public
def json_feed(code: str) -> Response:
    return _feed(code, "json_feed", feeds.JSON_MIME)


@bp.get("/<code>/gambar/<digest>")
@public
def picture(code: str, digest: str) -> Response:
    """Send a small picture of something that is out; 404 for any other."""
    found = _region(code)
    media = reporting.public_picture(found, digest) if DIGEST.fullmatch(digest) else None
    if media is None:
        abort(404)
    response = Response(mimetype=media.mime)
    response.set_etag(f"{digest}-{WIDTH_PX}")
    response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # feeds name it elsewhere
    if response.make_conditional(request).status_code == 304:
        return response
    try:
        response.data = store().derived(
            digest,
            f"-{WIDTH_PX}.jpg",
            lambda master: pictures.thumbnail(master, WIDTH_PX, media.mime),
        )
    except Unreachable:
        abort(503)
    except OSError:  # lost or damaged
        abort(404)
    return response


@bp.errorhandler(404)
@bp.errorhandler(429)
@bp.errorhandler(503)
def missing(error: Any) -> tuple[str, int]:
    """Say so without a form: nothing here keeps anything about who asks."""
    return render_template("broadcasts/missing.html", code=error.code), error.code


def _region(code: str) -> Region:
    """Return the region of an address; one whose page is closed does not exist."""
    not_too_often(PICTURES if request.endpoint == "broadcasts.picture" else PAGES)
    found = reporting.public_region(code)
    if found is None:
        abort(404)
    g.zone = found.zone
    return found


def _page(region: Region, week: Week) -> Response:
    spoken = request.args.get("bahasa", "id")
    spoken = spoken if spoken in LANGUAGES else "id"
    current = Week.of(clock.now(), region.zone)
    state = reporting.last_change(region, [week])
    key = ("page", region.code, str(week), str(current), spoken)
    return answer(
        key, state, "text/html; charset=utf-8", lambda: _written(region, week, current, spoken)
    )


def _written(region: Region, week: Week, current: Week, spoken: str) -> bytes:
    offices = reporting.public_week(region, week)
    oldest = last_weeks(current, PAGE_WEEKS)[0]
    with force_locale(spoken):
        return render_template(
            "broadcasts/region.html",
            region=region,
            week=week,
            is_current=week == current,
            earlier=week.previous() if week > oldest else None,
            later=week.next() if week < current else None,
            busy=[office for office in offices if office.contents],
            quiet=[office for office in offices if not office.contents],
            contents=sum(len(office.contents) for office in offices),
            heading=heading,
            bahasa=None if spoken == "id" else spoken,
            other="en" if language() == "id" else "id",
        ).encode()


def _feed(code: str, kind: str, mime: str) -> Response:
    region = _region(code)
    weeks = last_weeks(Week.of(clock.now(), region.zone), FEED_WEEKS)
    state = reporting.last_change(region, weeks)

    def make() -> bytes:
        with force_locale("id"):
            told: bytes = getattr(feeds, kind)(_told(region, weeks, kind))
            return told

    response = answer((kind, code, str(weeks[-1])), state, mime, make)
    response.headers["Access-Control-Allow-Origin"] = "*"  # for the region's own web site
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _told(region: Region, weeks: list[Week], kind: str) -> Feed:
    offices: list[PublicOffice] = []
    for each in weeks:
        offices += reporting.public_week(region, each)
    contents = sorted(
        (content for office in offices for content in office.contents),
        key=lambda content: (content.first_at, content.post_id),
        reverse=True,
    )[:FEED_ITEMS]
    opened = region.public_since or clock.now()
    return Feed(
        code=region.code,
        title=_("Siaran %(region)s", region=region.full_name),
        home=_absolute(".region", code=region.code),
        own=_absolute(f".{kind}", code=region.code),
        updated=max([opened, *(content.first_at for content in contents)]),
        items=[_item(region, content) for content in contents],
    )


def _item(region: Region, content: PublicContent) -> Item:
    week = Week.of(content.first_at, region.zone)
    page = _absolute(".week", code=region.code, week=week, _anchor=f"konten-{content.post_id}")
    digest = content.picture
    return Item(
        content=content,
        title=f"{content.office}: {heading(content)}",
        url=page,
        picture=_absolute(".picture", code=region.code, digest=digest) if digest else "",
    )


def heading(content: PublicContent) -> str:
    """Return what a content is called: how it begins, or else when it went out."""
    return content.heading or _("Unggahan %(day)s", day=tanggal_pendek(content.first_at))


def _absolute(endpoint: str, **values: Any) -> str:
    """Return an address below the name by which people come, whatever name was asked by."""
    return urljoin(current_app.config["PUBLIC_URL"], url_for(endpoint, **values))
