"""How posters look: of the region, and of each office, with examples that change as one chooses.

Kominfo and operators choose for the region and for any of its offices; Admin OPD and head for
their own. The examples' addresses hold the whole choice, so nothing is kept to show one.
"""

from dataclasses import asdict, dataclass
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.looks import Logo
from publisher.models.media import Media
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.places import Office, Region
from publisher.posters.swatches import swatch
from publisher.storage import Unreachable
from publisher.typed import Unacceptable
from publisher.web.access import allow, get_office, me
from publisher.web.current import store
from publisher.web.failures import sentence
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    chosen_office,
    kept,
    office_words,
    region,
    show_faults,
)
from publisher.web.registry.forms_looks import PALETTES, LookForm, choice_of, filled
from publisher.workflow import branding, designing
from publisher.workflow.branding import Choice, Tried

bp = blueprint("looks", "tampilan")

CHOOSERS = (*MANAGERS, Role.DRAFTER, Role.HEAD)
EXAMPLE_PX = 480
_IMMUTABLE = "private, max-age=604800, immutable"


@dataclass(frozen=True)
class Place:
    """For whom is chosen: an office, or (None) the region."""

    region: Region
    office: Office | None

    @property
    def office_id(self) -> int | None:
        return self.office.id if self.office else None


@bp.get("")
@allow(*CHOOSERS)
def index() -> Any:
    """Show the region's look and which offices have their own; an office goes to its own."""
    if me().role in OFFICE_ROLES:
        return redirect(url_for(".edit", office_id=me().office_id))
    if chosen := chosen_office(request.args.get("perangkat")):
        return redirect(url_for(".edit", office_id=chosen.id))
    tried = _tried(_choice_now(Place(region(), None)), Place(region(), None))
    return render_template(
        "registry/looks/index.html",
        look=branding.looks_of(region(), None).region,
        tried=tried,
        pictures=_pictures(Place(region(), None), tried),
        looks=branding.own_looks(region()),
        offices=office_words(),
    )


@bp.route("/daerah", methods=["GET", "POST"], defaults={"office_id": None})
@bp.route("/<int:office_id>", methods=["GET", "POST"])
@allow(*CHOOSERS)
def edit(office_id: int | None) -> Any:
    place = _place(office_id)
    looks = branding.looks_of(place.region, place.office)
    look = looks.office if place.office else looks.region
    form = LookForm(data=filled(_choice_now(place), look.version if look else 0))
    fault = _upload(form, place)
    if palette := PALETTES.get(request.form.get("palet", "")):
        form.brand.data, form.accent.data = palette.colours
        form.own_colours.data = True
    wants = request.form.get("aksi") == "simpan" and not fault
    if wants and form.validate() and kept(form, _save(form, place)):
        flash(_("Tampilan poster disimpan dan berlaku untuk poster berikutnya."), "success")
        return redirect(url_for(".edit", office_id=place.office_id))
    tried = _tried(choice_of(form), place)
    if form.is_submitted() and not form.errors:
        show_faults(form, Unacceptable(tried.faults))
    if fault:
        form.file.errors = [fault]
    page = render_template("registry/looks/form.html", form=form, **_shown(place, tried))
    return answer(page, form)


@bp.get("/daerah/contoh", defaults={"office_id": None})
@bp.get("/<int:office_id>/contoh")
@allow(*CHOOSERS)
def examples(office_id: int | None) -> str:
    """Return the examples for what is on the page at the moment."""
    place = _place(office_id)
    tried = _tried(choice_of(LookForm(request.args, meta={"csrf": False})), place)
    return render_template("registry/looks/_examples.html", **_shown(place, tried))


@bp.get("/daerah/contoh/<template>.jpg", defaults={"office_id": None})
@bp.get("/<int:office_id>/contoh/<template>.jpg")
@allow(*CHOOSERS)
def example(office_id: int | None, template: str) -> Response:
    """Send one example. Its address holds the choice."""
    place = _place(office_id)
    if template not in branding.SHOWN:
        abort(404)
    tried = _tried(choice_of(LookForm(request.args, meta={"csrf": False})), place)
    db.session.rollback()  # no transaction is open while a poster is drawn
    drawn = branding.sample(template, tried.theme, EXAMPLE_PX)
    response = Response(drawn, mimetype="image/jpeg")
    if request.args.get("v") == designing.theme_key(tried.theme):
        response.headers["Cache-Control"] = _IMMUTABLE
    return response


@bp.get("/motif/<motif>.png")
@allow(*CHOOSERS)
def motif(motif: str) -> Response:
    """Send a piece of a motif, to choose by eye."""
    if motif not in branding.MOTIFS:
        abort(404)
    response = Response(swatch(motif), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@bp.get("/logo/<int:logo_id>.png")
@allow(*CHOOSERS)
def logo(logo_id: int) -> Response:
    """Send an emblem to those who may choose it, or whose region has it."""
    found = db.session.get(Logo, logo_id)
    if found is None or found.region_id != me().region_id:
        abort(404)
    if found.office is not None and found.office is not get_office(found.office.id):
        abort(404)
    digest = found.digest
    db.session.rollback()
    try:
        response = Response(store().get(digest), mimetype="image/png")
    except Unreachable:
        abort(503)
    except OSError:
        abort(404)
    response.headers["Cache-Control"] = _IMMUTABLE
    return response


def _place(office_id: int | None) -> Place:
    place = Place(region(), get_office(office_id) if office_id is not None else None)
    if not branding.may_set(me(), place.region, place.office):
        abort(403)
    return place


def _choice_now(place: Place) -> Choice:
    """Return what is chosen now; the region's colours are shown where none were."""
    looks = branding.looks_of(place.region, place.office)
    look = looks.office if place.office else looks.region
    values = {name: getattr(look, name, None) for name in asdict(Choice())}
    return Choice(**{name: value for name, value in values.items() if value is not None})


def _tried(choice: Choice, place: Place) -> Tried:
    return branding.tried(choice, place.region, place.office, store())


def _shown(place: Place, tried: Tried) -> dict[str, Any]:
    """Return what the examples and the fields around them need."""
    looks = branding.looks_of(place.region, place.office)
    return {
        "place": place,
        "region_look": looks.region if place.office else None,
        "tried": tried,
        "shades": branding.shades(tried.theme),
        "pictures": _pictures(place, tried),
        "logos": branding.logos_of(place.region, place.office),
        "library_logos": _library(place),
        "palettes": PALETTES,
        "motifs": branding.MOTIFS,
        "manages": me().role in MANAGERS,
    }


def _pictures(place: Place, tried: Tried) -> dict[str, str]:
    """Return the address of each example: it changes with anything that is seen on it."""
    told = {name: value for name, value in filled(tried.choice, 0).items() if value}
    if "own_colours" not in told:
        told = {name: value for name, value in told.items() if name not in ("brand", "accent")}
    key = designing.theme_key(tried.theme)
    return {
        name: url_for(".example", office_id=place.office_id, template=name, v=key, **told)
        for name in branding.SHOWN
    }


def _upload(form: LookForm, place: Place) -> str:
    """Keep a logo that came along or was chosen in the library; return what is wrong with it.

    No transaction is open while a decoder works.
    """
    media_id, file = request.form.get("pustaka", type=int), form.file.data
    try:
        if media_id is not None:
            media = _logo_of(place, media_id)
            db.session.expunge(media)
            db.session.rollback()
            clean = branding.keep_from_library(media, store())
        elif isinstance(file, FileStorage) and file.filename:
            content = file.read()
            db.session.rollback()
            clean = branding.keep_logo(content, store())
        else:
            return ""
        added = branding.add_logo(place.region, place.office, clean, actor=me(), at=clock.now())
        db.session.commit()
    except PublisherError as error:
        db.session.rollback()
        return sentence(error)
    form.logo_id.data = str(added.id)
    return ""


def _logo_of(place: Place, media_id: int) -> Media:
    found = [one for one in _library(place) if one.id == media_id]
    return found[0] if found else abort(404)


def _library(place: Place) -> list[Media]:
    return branding.library_logos(place.office) if place.office else []


def _save(form: LookForm, place: Place) -> Any:
    def step() -> Any:
        return branding.set_look(
            place.region,
            place.office,
            choice_of(form),
            seen=int(form.version.data or 0),
            actor=me(),
            at=clock.now(),
        )

    return step
