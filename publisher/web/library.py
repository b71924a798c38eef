"""The library of an office: its photos, logos and posters, to find, tell of, and put away.

Those who review see the libraries of their region and change nothing. Files are cleaned before
anything is written, so that no transaction waits for a decoder.
"""

from contextlib import suppress
from typing import Any

from flask import (
    Blueprint,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.media import Consent, Media, MediaKind
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.places import Office, Region
from publisher.web.access import allow, by_script, get_media, get_office, me
from publisher.web.current import store
from publisher.web.failures import sentence
from publisher.web.forms_library import CompletingForm, EntryForm, UploadForm
from publisher.workflow import library
from publisher.workflow.composing.keeping import Kept, keep
from publisher.workflow.library import Wanted
from publisher.workflow.registering import current_offices

bp = Blueprint("library", __name__, url_prefix="/pustaka")

SEES = (Role.DRAFTER, Role.HEAD, Role.REVIEWER)
FILES_AT_ONCE = 10
_LONGEST_NAME = 100


@bp.get("")
@allow(*SEES)
def index() -> str:
    kind, consent = request.args.get("jenis", ""), request.args.get("persetujuan", "")
    wanted = Wanted(
        words=request.args.get("cari", "")[:100],
        kinds=[MediaKind(kind)] if kind in set(library.KINDS) else library.KINDS,
        consent=Consent(consent) if consent in set(Consent) else None,
        unused="belum-dipakai" in request.args,
        archived="arsip" in request.args,
    )
    at = clock.now()
    return render_template(
        "library/index.html",
        found=library.search(_place(), wanted, page=_page_number()),
        wanted=wanted,
        kind=wanted.kinds[0] if len(wanted.kinds) == 1 else None,
        offices=[] if _in_office() else current_offices(me().region, at),
        office_id=request.args.get("perangkat_daerah", type=int),
        put_away=request.args.get("diarsipkan", type=int),
        may_write=me().role is Role.DRAFTER,
    )


@bp.get("/unggah")
@allow(Role.DRAFTER)
def choose_files() -> str:
    return render_template("library/upload.html", form=UploadForm(formdata=None), errors=[])


@bp.post("/unggah")
@allow(Role.DRAFTER)
def upload() -> Any:
    """Put files into the library. A script sends one at a time and is answered in JSON."""
    form = UploadForm()
    if not form.validate():
        return _not_uploaded(form, [])
    kind = form.fields().kind
    kept, errors = _kept([file for file in form.files.data if file.filename], kind)
    new: list[Media] = []
    known: list[Media] = []
    for name, one in kept:
        media, is_new = library.add(
            _own_office(), one, form.fields(), file_name=name, actor=me(), at=clock.now()
        )
        (new if is_new else known).append(media)
    db.session.commit()
    return _uploaded(form, new, known, errors)


@bp.get("/lengkapi")
@allow(Role.DRAFTER)
def complete() -> Any:
    """Ask what each of some new pictures shows."""
    new = library.pending(_own_office(), request.args.getlist("id", type=int))
    known = library.pending(_own_office(), request.args.getlist("sudah", type=int))
    forms = [(media, CompletingForm.of(media, typed=False)) for media in new]
    return render_template("library/complete.html", forms=forms, known=known, page_errors=False)


@bp.post("/lengkapi")
@allow(Role.DRAFTER)
def completed() -> Any:
    new = library.pending(_own_office(), request.form.getlist("id", type=int))
    forms = [(media, CompletingForm.of(media, typed=True)) for media in new]
    bad = [form for _media, form in forms if not form.validate()]  # each says what is wrong
    if bad:
        page = render_template("library/complete.html", forms=forms, known=[], page_errors=True)
        return page, 422
    for media, form in forms:
        library.edit(media, form.fields(media), version=form.version.data or 0)
    db.session.commit()
    flash(_("Keterangan gambar tersimpan."), "success")
    return redirect(url_for(".index"))


@bp.get("/<int:media_id>")
@allow(*SEES)
def show(media_id: int) -> str:
    media = get_media(media_id)
    return _page(media, EntryForm.of(media, typed=False))


@bp.post("/<int:media_id>")
@allow(Role.DRAFTER)
def edit(media_id: int) -> Any:
    media = get_media(media_id)
    form = EntryForm.of(media, typed=True)
    if not form.validate():
        return _page(media, form), 422
    try:
        changed = library.edit(media, form.fields(media), version=form.version.data or 0)
    except PublisherError as error:
        db.session.rollback()
        media = get_media(media_id)
        form.version.data = media.version  # saving again is then a decision
        return _page(media, form, stopped_by=error), error.status
    db.session.commit()
    flash(_("Keterangan gambar tersimpan.") if changed else _("Tidak ada yang berubah."), "success")
    return redirect(url_for(".show", media_id=media_id))


@bp.post("/<int:media_id>/arsipkan")
@allow(Role.DRAFTER)
def archive(media_id: int) -> Any:
    library.archive(get_media(media_id), at=clock.now())
    db.session.commit()
    return redirect(url_for(".index", diarsipkan=media_id))


@bp.post("/<int:media_id>/pulihkan")
@allow(Role.DRAFTER)
def restore(media_id: int) -> Any:
    library.restore(get_media(media_id))
    db.session.commit()
    flash(_("Gambar kembali ke pustaka."), "success")
    return redirect(url_for(".show", media_id=media_id))


@bp.post("/<int:media_id>/hapus")
@allow(Role.DRAFTER)
def forget(media_id: int) -> Any:
    digest = library.forget(get_media(media_id))
    db.session.commit()
    if digest is not None:
        with suppress(OSError):  # nobody can reach it any more; an operator may tidy up
            store().delete(digest)
    flash(_("Gambar dihapus selamanya."), "success")
    return redirect(url_for(".index", arsip=""))


def _in_office() -> bool:
    return me().role in OFFICE_ROLES


def _place() -> Office | Region:
    """Return whose library is asked for: the own office's, or the region's or one of its offices'.

    Another region's office does not exist.
    """
    if _in_office():
        return _own_office()
    office_id = request.args.get("perangkat_daerah", type=int)
    return get_office(office_id) if office_id else me().region


def _own_office() -> Office:
    return get_office(me().office_id or 0)


def _page_number() -> int:
    return min(request.args.get("page", 1, type=int), 100_000)


def _kept(files: list[FileStorage], kind: MediaKind) -> tuple[list[tuple[str, Kept]], list[str]]:
    """Clean and keep files while nothing is written; return them by name, and what went wrong."""
    db.session.rollback()
    media = store()
    kept, errors = [], []
    for file in files[:FILES_AT_ONCE]:
        name = (file.filename or "")[-_LONGEST_NAME:]
        try:
            kept.append((name, keep(file.read(), media, kind=kind)))
        except PublisherError as error:
            errors.append(f"{name}: {sentence(error)}")
    if len(files) > FILES_AT_ONCE:
        errors.append(_("Paling banyak %(count)s berkas sekaligus.", count=FILES_AT_ONCE))
    return kept, errors


def _not_uploaded(form: UploadForm, errors: list[str]) -> Any:
    if by_script():
        told = [str(text) for texts in form.errors.values() for text in texts]
        return jsonify(message=" ".join([*told, *errors])), 422
    return render_template("library/upload.html", form=form, errors=errors), 422


def _uploaded(form: UploadForm, new: list[Media], known: list[Media], errors: list[str]) -> Any:
    onward = url_for(".complete", id=[one.id for one in new], sudah=[one.id for one in known])
    if errors and (by_script() or not (new or known)):
        return _not_uploaded(form, errors)
    if by_script():
        return jsonify(id=(new or known)[0].id, known=not new)
    for text in errors:
        flash(text, "danger")
    if new:
        told = ngettext("%(num)s gambar masuk pustaka.", "%(num)s gambar masuk pustaka.", len(new))
        flash(told, "success")
    return redirect(onward)


def _page(media: Media, form: EntryForm, stopped_by: PublisherError | None = None) -> str:
    found = library.uses(media)
    return render_template(
        "library/show.html",
        media=media,
        form=form,
        uses=found,
        obstacle=library.obstacle(found),
        stopped_by=stopped_by,
        may_write=me().role is Role.DRAFTER,
        in_office=_in_office(),
    )
