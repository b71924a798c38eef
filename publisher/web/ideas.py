"""The idea bank: posters that worked elsewhere in the region, to adapt with credit."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from publisher import clock
from publisher.db import db
from publisher.errors import Outdated
from publisher.models.ideas import Idea
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.posters import Poster
from publisher.models.posts import PostKind
from publisher.storage import Unreachable
from publisher.web import access
from publisher.web.access import allow, form_version, me
from publisher.web.current import store
from publisher.web.forms_drafts import KIND_WORDS
from publisher.web.registry.common import answer, kept
from publisher.workflow import branding, designing, drafting, sharing
from publisher.workflow.designing import Design

bp = Blueprint("ideas", __name__, url_prefix="/ide")

SEES = (Role.DRAFTER, Role.HEAD, Role.REVIEWER)
SHARES = (Role.DRAFTER, Role.HEAD)
PICTURE_PX = 480


class ShareForm(FlaskForm):
    worked = TextAreaField(
        _l("Apa yang berhasil"),
        description=_l("Satu atau dua kalimat untuk perangkat daerah lain, misalnya hasilnya."),
    )
    kind = SelectField(
        _l("Jenis"),
        choices=[SelectChoice(value=kind, label=word) for kind, word in KIND_WORDS.items()],
    )
    with_photos = BooleanField(_l("Fotonya boleh dipakai perangkat daerah lain"))


@bp.get("")
@allow(*SEES)
def index() -> str:
    kind, words = request.args.get("jenis", ""), request.args.get("cari", "")[:100]
    found = sharing.search(
        me().region_id,
        words=words,
        kind=PostKind(kind) if kind in set(PostKind) else None,
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "ideas/index.html",
        found=found,
        words=words,
        kind=kind,
        kinds=KIND_WORDS,
        shares=_in_office(),
    )


@bp.get("/<int:idea_id>")
@allow(*SEES)
def show(idea_id: int) -> str:
    idea = _idea(idea_id)
    mine = me().office_id == idea.office_id
    takes = me().role is Role.DRAFTER and not mine and idea.ended_at is None
    return render_template(
        "ideas/show.html",
        idea=idea,
        uses=sharing.uses_of(idea),
        kinds=KIND_WORDS,
        mine=mine,
        takes=takes,
        posts=sharing.open_posts(me().office_id or 0) if takes else [],
        decides=me().role is Role.REVIEWER and idea.ended_at is None,
    )


@bp.get("/<int:idea_id>.jpg")
@allow(*SEES)
def picture(idea_id: int) -> Response:
    """Send the picture of an idea, in the look of the office that shares it."""
    idea = _idea(idea_id)
    theme = branding.theme_of(idea.office, store())
    db.session.expunge(idea)
    db.session.rollback()  # no transaction is open while a poster is drawn
    try:
        drawn = sharing.picture(idea, theme, store(), PICTURE_PX)
    except Unreachable:
        abort(503)
    except OSError:
        drawn = None
    if drawn is None:
        abort(404)
    response = Response(drawn, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@bp.post("/<int:idea_id>/tiru")
@allow(Role.DRAFTER)
def take(idea_id: int) -> Any:
    """Make a poster of an idea: for a draft of the person's office, or for a new one."""
    idea, now = _idea(idea_id), clock.now()
    sharing.check_takeable(idea, me())
    chosen = request.form.get("konten", type=int)
    post = access.get_post(chosen) if chosen else drafting.start(actor=me(), at=now)
    theme = branding.theme_of(post.office, store())
    poster = designing.start(post, idea.template, theme, actor=me(), at=now)
    sharing.take_photos(idea, actor=me(), at=now)
    content = sharing.adapted(idea, poster.content)
    design = Design.read(idea.template, content, shapes=tuple(poster.shapes))
    designing.save(poster, design, actor=me(), at=now, version=poster.version)
    sharing.credit(idea, poster, actor=me(), at=now)
    db.session.commit()
    flash(
        _(
            "Poster diadaptasi dari %(name)s. Isi waktu, tempat, dan angkanya dengan milik Anda.",
            name=idea.office.name,
        ),
        "success",
    )
    return redirect(url_for("studio.edit", post_id=poster.post_id, poster_id=poster.id))


@bp.post("/<int:idea_id>/tarik")
@allow(*SHARES)
def take_back(idea_id: int) -> Any:
    sharing.take_back(_idea(idea_id), actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Ide ditarik dari bank ide. Poster yang sudah dibuat darinya tetap ada."), "success")
    return redirect(url_for(".offer"))


@bp.post("/<int:idea_id>/pilihan")
@allow(Role.REVIEWER)
def feature(idea_id: int) -> Any:
    on = request.form.get("pilih") == "1"
    sharing.feature(_idea(idea_id, form_version()), on=on, actor=me(), at=clock.now())
    db.session.commit()
    told = _("Ide ini tampil paling depan.") if on else _("Ide ini tampil seperti biasa.")
    flash(told, "success")
    return redirect(url_for(".show", idea_id=idea_id))


@bp.post("/<int:idea_id>/keluarkan")
@allow(Role.REVIEWER)
def remove(idea_id: int) -> Any:
    idea, reason = _idea(idea_id), request.form.get("alasan", "")
    if not reason.strip():
        flash(_("Tulis alasannya agar perangkat daerah tahu apa yang perlu diperbaiki."), "warning")
        return redirect(url_for(".show", idea_id=idea_id))
    sharing.remove(idea, reason=reason, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Ide dikeluarkan dari bank ide."), "success")
    return redirect(url_for(".index"))


@bp.get("/bagikan")
@allow(*SHARES)
def offer() -> str:
    """Show what the person's office has shared, and what it could."""
    office = me().office
    assert office is not None  # noqa: S101 - these roles have one
    return render_template(
        "ideas/offer.html",
        own=sharing.own(office.id),
        posters=sharing.shareable(office.id),
        theme_key=designing.theme_key(branding.theme_of(office, store())),
    )


@bp.route("/bagikan/<int:poster_id>", methods=["GET", "POST"])
@allow(*SHARES)
def share(poster_id: int) -> Any:
    poster = db.session.get(Poster, poster_id)
    if poster is None or poster.office_id != me().office_id:
        abort(404)
    if (shared := sharing.shared_as(poster)) is not None:
        return redirect(url_for(".show", idea_id=shared.id))
    form = ShareForm(kind=poster.post.kind)
    if form.validate_on_submit():
        idea = kept(form, lambda: _share(form, poster))
        if idea:
            flash(_("Poster dibagikan. Terima kasih sudah menularkan praktik baik."), "success")
            return redirect(url_for(".show", idea_id=idea.id))
    page = render_template(
        "ideas/share.html",
        form=form,
        poster=poster,
        can=sharing.can_share(poster, me()),
        theme_key=designing.theme_key(branding.theme_of(poster.office, store())),
        longest=sharing.WORKED_CHARS,
    )
    return answer(page, form)


def _share(form: ShareForm, poster: Poster) -> Idea:
    return sharing.share(
        poster,
        worked=form.worked.data or "",
        kind=PostKind(form.kind.data),
        with_photos=bool(form.with_photos.data),
        actor=me(),
        at=clock.now(),
    )


@bp.app_template_global("credit_of")
def credit_of(poster: Poster) -> Idea | None:
    """Return the idea a poster was made of, for the line that says so."""
    return sharing.credit_of(poster)


def _idea(idea_id: int, version: int | None = None) -> Idea:
    idea = db.session.get(Idea, idea_id)
    if idea is None or not sharing.visible(idea, me()):
        abort(404)
    if version is not None and version != idea.version:
        raise Outdated
    return idea


def _in_office() -> bool:
    return me().role in OFFICE_ROLES
