"""The studio's page: form and preview side by side, as plain forms.

The script of the page only makes it quicker: it asks for the preview while one types, and each
such question saves what was typed.
"""

import base64
import secrets
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.models.media import MediaKind
from publisher.models.people import Role
from publisher.models.posters import Poster
from publisher.models.posts import EDITABLE, Post
from publisher.posters import contents
from publisher.posters.contents import Problem
from publisher.posters.studio import Drawn
from publisher.posters.templates import FORMATS, templates
from publisher.posters.themes import Theme
from publisher.web import access
from publisher.web.access import allow, me
from publisher.web.current import store
from publisher.web.failures import sentence
from publisher.web.filters import pukul
from publisher.web.studio import actions
from publisher.web.studio.actions import Outcome, size_asked
from publisher.web.studio.blueprint import bp, get_poster, may_edit, theme_of
from publisher.web.studio.forms import ROW_WORDS, SIZE_WORDS, TEXTS, form_of, sent_form, typed
from publisher.web.studio.words import TEMPLATE_WORDS
from publisher.workflow import designing, drafting, library
from publisher.workflow.designing import ROWS, SIZES, Design, PosterOutdated

#: Photos of the library that the page offers at once; words find the others.
OFFERED = 18


@bp.get("")
@allow(Role.DRAFTER, Role.HEAD)
def index(post_id: int) -> Any:
    """Lead to the first poster of a post, or to the templates if there is none."""
    post = access.get_post(post_id)
    posters = designing.posters_of(post)
    if posters:
        return redirect(url_for(".edit", post_id=post.id, poster_id=posters[0].id))
    return _gallery(post, posters)


@bp.get("/baru")
@allow(Role.DRAFTER, Role.HEAD)
def gallery(post_id: int) -> Any:
    post = access.get_post(post_id)
    return _gallery(post, designing.posters_of(post))


def _gallery(post: Post, posters: list[Poster]) -> Any:
    if me().role is not Role.DRAFTER or post.status not in EDITABLE:
        flash(_("Konten ini sedang tidak dapat disunting."), "info")
        return redirect(url_for("drafts.show", post_id=post.id))
    theme, suited = theme_of(post.office), designing.suited(post)
    offered = sorted(templates().values(), key=lambda one: one.name != suited)
    return render_template(
        "studio/gallery.html",
        post=post,
        posters=posters,
        templates=offered,
        suited=suited,
        template_words=TEMPLATE_WORDS,
        theme_key=designing.theme_key(theme),
    )


@bp.post("")
@allow(Role.DRAFTER)
def create(post_id: int) -> Any:
    post = access.get_post(post_id)
    template = request.form.get("template", designing.suited(post))
    theme = theme_of(post.office)
    poster = designing.start(post, template, theme, actor=me(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".edit", post_id=post_id, poster_id=poster.id))


@bp.get("/<int:poster_id>")
@allow(Role.DRAFTER, Role.HEAD)
def edit(post_id: int, poster_id: int) -> Any:
    poster = get_poster(post_id, poster_id)
    theme, design = theme_of(poster.post.office), Design.of(poster)
    form = form_of(design, designing.alt_text(design, theme))
    if not may_edit(poster):
        return _page(poster, design, theme, Outcome(form=form), template="studio/show.html")
    return _page(poster, design, theme, Outcome(form=form))


@bp.post("/<int:poster_id>")
@allow(Role.DRAFTER)
def update(post_id: int, poster_id: int) -> Any:
    """Save the whole form, and take the step of the button that was pressed."""
    try:
        outcome = actions.take(post_id, poster_id)
    except PosterOutdated as error:
        return _both_versions(post_id, poster_id, error)
    if outcome.failed:
        poster = get_poster(post_id, poster_id)
        return _page(poster, Design.of(poster), theme_of(poster.post.office), outcome), 422
    if outcome.message:
        flash(outcome.message, "success")
    return redirect(outcome.onward or _back(post_id, poster_id))


def _back(post_id: int, poster_id: int) -> str:
    """Return the address of the same page, at the place the button was at."""
    size, rows = size_asked(), request.form.get("aksi", "")
    more: dict[str, Any] = {}
    if rows.startswith("tambah-"):
        more["baris"] = rows.removeprefix("tambah-")
    words = request.form.get("cari", "").strip()
    if words:
        more["cari"] = words[:100]
    if size != designing.DEFAULT_SIZE:
        more["ukuran"] = size
    anchor = {"tambah": "isi", "hapus": "isi", "fokus": "foto", "cari": "foto"}.get(
        rows.partition("-")[0], "pratinjau"
    )
    return url_for(".edit", post_id=post_id, poster_id=poster_id, _anchor=anchor, **more)


@bp.post("/<int:poster_id>/pratinjau")
@allow(Role.DRAFTER)
def live(post_id: int, poster_id: int) -> Any:
    """Save what is typed so far and send the one size that is looked at."""
    outcome, undone = Outcome(), request.form.get("aksi") == "urungkan"
    poster = actions.store_sent(post_id, poster_id, outcome)
    if undone:
        designing.undo(poster, actor=me(), at=clock.now(), page=actions.page_sent())
    db.session.commit()
    design = Design.of(poster)
    theme, size = theme_of(poster.post.office), size_asked()
    proposed = designing.alt_text(design, theme)
    told = {
        "version": poster.version,
        "state": _saved_at(poster),
        "undo": bool(poster.steps),
        "use": _use_state(poster, design, theme),
        "proposed": proposed,
        "values": _values(design, proposed) if undone or outcome.uploaded else None,
        "photo_errors": outcome.photo_errors,
        "errors": {name: str(texts[0]) for name, texts in outcome.form.errors.items() if name},
    }
    db.session.rollback()  # no transaction is open while a poster is drawn
    drawn = designing.preview(design, theme, size, store())
    told["image"] = _inline(drawn)
    told["problems"] = [_told(problem) for problem in drawn.problems]
    return jsonify(told)


def _inline(drawn: Drawn) -> str:
    """Return the one picture that was drawn as an address of its own; empty if there is none."""
    picture = next(iter(drawn.pictures.values()), b"")
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}" if picture else ""


@bp.post("/<int:poster_id>/geser")
@allow(Role.DRAFTER)
def shift(post_id: int, poster_id: int) -> Any:
    poster = get_poster(post_id, poster_id)
    by = -1 if request.form.get("ke") == "depan" else 1
    designing.shift(poster, by, actor=me(), at=clock.now())
    actions.arrange(poster)
    db.session.commit()
    flash(_("Urutan poster diubah."), "success")
    return redirect(url_for(".edit", post_id=post_id, poster_id=poster_id))


@bp.post("/<int:poster_id>/hapus")
@allow(Role.DRAFTER)
def discard(post_id: int, poster_id: int) -> Any:
    """Delete a poster, and take its pictures off the post."""
    poster = get_poster(post_id, poster_id)
    post = poster.post
    digests = set(poster.rendered.values())
    designing.discard(poster)
    drafting.take_poster_off(post, digests, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Poster dihapus."), "success")
    if designing.posters_of(post):
        return redirect(url_for(".index", post_id=post_id))
    return redirect(url_for("drafts.edit", post_id=post_id, _anchor="foto"))


def _page(
    poster: Poster,
    design: Design,
    theme: Theme,
    outcome: Outcome,
    *,
    template: str = "studio/edit.html",
    **more: Any,
) -> str:
    size = size_asked()
    problems = outcome.problems or designing.problems(design, theme, (size,))
    for name in (one.field for one in outcome.problems if one.field in outcome.form):
        said = [_(one.message, **one.values) for one in outcome.problems if one.field == name]
        outcome.form[name].errors = [*outcome.form[name].errors, *said]
    return render_template(
        template,
        poster=poster,
        post=poster.post,
        posters=designing.posters_of(poster.post),
        design=design,
        look=design.look,
        templates=templates(),
        template_words=TEMPLATE_WORDS,
        shows=_shows(),
        form=outcome.form,
        outcome=outcome,
        problems=[_told(problem) for problem in problems],
        size=size,
        sizes=[(name, SIZE_WORDS[name], FORMATS[name]) for name in SIZES],
        use=_use_state(poster, design, theme),
        proposed=designing.alt_text(design, theme),
        theme_key=designing.theme_key(theme),
        page_name=secrets.token_hex(8),
        **_choices(poster),
        **more,
    )


def _choices(poster: Poster) -> dict[str, Any]:
    """Return what the form offers beside texts."""
    words = request.values.get("cari", "").strip()[:100]
    found = library.search(
        poster.post.office,
        library.Wanted(words=words, kinds=(MediaKind.PHOTO,)),
        size=OFFERED,
    )
    own = [each.media for each in poster.post.pictures if each.media.kind is MediaKind.PHOTO]
    rest = [entry.media for entry in found.rows if entry.media not in own]
    return {
        "texts": TEXTS,
        "row_words": ROW_WORDS,
        "rows": ROWS,
        "more_rows": request.args.get("baris", ""),
        "slots": designing.slots,
        "own_photos": own,
        "library_photos": rest,
        "search": words,
    }


def _shows() -> dict[str, dict[str, Any]]:
    """Return which fields each template shows and how many photos, for the page's script."""
    return {
        one.name: {"fields": one.shows, "photos": designing.slots(one)}
        for one in templates().values()
    }


def _told(problem: Problem) -> dict[str, Any]:
    """Return a problem in the reader's words, with the place where it is mended."""
    names = {"photos": "foto", "figures": "figures-0-value", "agenda": "agenda-0-title"}
    here = problem.field in TEXTS or problem.field in names
    return {
        "field": problem.field,
        "href": f"#{names.get(problem.field, problem.field)}" if here else url_for("looks.index"),
        "label": _label(problem.field),
        "text": _(problem.message, **problem.values),
        "empty": problem.message in (contents.NEEDED, contents.PHOTOS_NEEDED),
    }


def _label(name: str) -> str:
    more = {"photos": _("Foto"), "figures": _("Angka"), "agenda": _("Agenda")}
    if name in TEXTS:
        return str(TEXTS[name][0])
    return more.get(name, _("Tampilan poster"))


def _use_state(poster: Poster, design: Design, theme: Theme) -> str:
    """Return whether the post shows the poster: "none", "same", or "changed" since."""
    shown = {each.media.digest for each in poster.post.pictures}
    if not poster.rendered or not set(poster.rendered.values()) & shown:
        return "none"
    same = poster.rendered_key == designing.key(design, theme)
    return "same" if same and set(poster.rendered) == set(design.shapes) else "changed"


def _saved_at(poster: Poster) -> str:
    return _("Tersimpan %(time)s", time=pukul(poster.edited_at, poster.post.office.region.zone))


def _values(design: Design, proposed: str) -> dict[str, str]:
    """Return what each control of the form holds, by its name."""
    values = {**design.texts, "template": design.template}
    values["alt_text"] = design.alt_text or proposed
    for name, (most, columns) in ROWS.items():
        for number in range(most):
            row = design.rows[name][number] if number < len(design.rows[name]) else ()
            for place, column in enumerate(columns):
                values[f"{name}-{number}-{column}"] = row[place] if row else ""
    for slot in range(designing.max_photos()):
        chosen = design.photos[slot] if slot < len(design.photos) else None
        values[f"foto_{slot}"] = chosen.digest if chosen else ""
        x, y = chosen.focus if chosen else (0.5, 0.4)
        values[f"fokus_x_{slot}"], values[f"fokus_y_{slot}"] = f"{x * 100:.0f}", f"{y * 100:.0f}"
    return values


def _both_versions(post_id: int, poster_id: int, error: PosterOutdated) -> Any:
    """Show what was typed and say that somebody else has saved meanwhile; overwrite nothing."""
    db.session.rollback()
    poster = get_poster(post_id, poster_id)
    form = sent_form()
    design = designing.without_foreign(poster, typed(form, poster))
    theme, size = theme_of(poster.post.office), size_asked()
    page = _page(
        poster,
        design,
        theme,
        Outcome(form=form),
        conflict=sentence(error),
        inline=_inline(designing.preview(design, theme, size, store())),
        saved_is_whole=not designing.problems(Design.of(poster), theme, ("portrait",)),
    )
    return page, 409
