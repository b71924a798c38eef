"""What a person posts: the page to copy from, the form for the proof, the reviewer's queue.

Everything works without a script: texts stand in fields that can be selected, pictures are links.
A screenshot that was sent once is kept, whatever else was wrong with the form.
"""

import io
import zipfile
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, FileField, HiddenField, StringField, TimeField
from wtforms.validators import InputRequired, Length

from publisher import clock
from publisher.db import db
from publisher.errors import Invalid, PublisherError
from publisher.models.deliveries import Delivery
from publisher.models.media import Media, MediaKind
from publisher.models.people import Role
from publisher.storage import Unreachable
from publisher.web.access import allow, get_delivery, get_proof, me
from publisher.web.current import store
from publisher.web.filters import kalimat
from publisher.workflow.composing import content
from publisher.workflow.composing.contents import Content
from publisher.workflow.composing.keeping import find_media, keep, media_of
from publisher.workflow.delivering import finishing, proving
from publisher.workflow.delivering.people import LINK_CHARS

bp = Blueprint("proofs", __name__)

READERS = (Role.DRAFTER, Role.HEAD, Role.REVIEWER, Role.OPERATOR)
_REQUIRED = InputRequired(_l("Wajib diisi."))


class ProofForm(FlaskForm):
    """Where it can be seen, or a picture of it, and since when."""

    link = StringField(
        _l("Tautan unggahan"),
        [Length(max=LINK_CHARS, message=_l("Terlalu panjang: paling banyak %(max)d karakter."))],
    )
    screenshot = FileField(_l("Tangkapan layar"))
    #: The digest of one that was sent before.
    kept = HiddenField()
    posted_date = DateField(_l("Tanggal tayang"), [_REQUIRED])
    posted_time = TimeField(_l("Jam tayang"), [_REQUIRED])


@bp.route("/penayangan/<int:delivery_id>/sendiri", methods=["GET"])
@allow(*READERS)
def show(delivery_id: int) -> str:
    """Show what to post and where, and what was filed so far."""
    delivery = get_delivery(delivery_id)
    local = clock.in_zone(clock.now(), delivery.office.region.zone)
    form = ProofForm(formdata=None, posted_date=local.date(), posted_time=local.time())
    return _page(delivery, form)


@bp.post("/penayangan/<int:delivery_id>/sendiri")
@allow(Role.DRAFTER)
def file(delivery_id: int) -> Any:
    """File a proof."""
    get_delivery(delivery_id)
    form = ProofForm()
    screenshot = _screenshot(delivery_id, form)
    delivery = get_delivery(delivery_id)
    if form.validate_on_submit():
        try:
            proving.file(
                delivery, link=form.link.data or "", screenshot=screenshot,
                posted_at=_posted_at(form, delivery), actor=me(), at=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            db.session.rollback()
            form.form_errors.append(kalimat(error.message, error.values))
        else:
            db.session.commit()
            flash(_("Bukti tayang tercatat. Kominfo akan memeriksanya."), "success")
            return redirect(url_for(".show", delivery_id=delivery_id))
    return _page(get_delivery(delivery_id), form), 422


@bp.get("/penayangan/<int:delivery_id>/sendiri/foto.zip")
@allow(*READERS)
def pictures(delivery_id: int) -> Response:
    """Send all pictures of a post, as its channel wants them, with the texts beside them."""
    delivery = get_delivery(delivery_id)
    if not proving.is_current(delivery):
        raise Invalid(_CHANGED)
    try:
        packed = _packed(_content_of(delivery))
    except OSError as error:
        abort(503 if isinstance(error, Unreachable) else 404)
    name = f"siar-{delivery.id}.zip"
    response = Response(packed, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/bukti")
@allow(Role.REVIEWER)
def queue() -> str:
    """List the proofs that wait to be verified."""
    page = max(1, request.args.get("page", 1, type=int))
    proofs, has_more = proving.queue(me(), page=page)
    return render_template("proofs/queue.html", proofs=proofs, page=page, has_more=has_more)


@bp.post("/bukti/<int:proof_id>/verifikasi")
@allow(Role.REVIEWER)
def verify(proof_id: int) -> Any:
    """It is what it says."""
    proving.verify(get_proof(proof_id), reviewer=me(), at=clock.now())
    return _decided(_("Bukti tayang diverifikasi. Penayangan ini dihitung."))


@bp.post("/bukti/<int:proof_id>/kembalikan")
@allow(Role.REVIEWER)
def send_back(proof_id: int) -> Any:
    """It does not prove it."""
    reason = request.form.get("alasan", "")
    proving.send_back(get_proof(proof_id), reason=reason, reviewer=me(), at=clock.now())
    return _decided(_("Bukti tayang dikembalikan kepada kantornya, beserta alasannya."))


def _decided(message: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(".queue"))


# -- inside ------------------------------------------------------------------------------------

_CHANGED = _l("Isi konten ini berubah sejak disetujui, jadi tidak dapat ditayangkan begitu saja.")


def _page(delivery: Delivery, form: ProofForm) -> str:
    current = proving.is_current(delivery)
    kept = find_media(delivery.office_id, form.kept.data) if form.kept.data else None
    return render_template(
        "proofs/show.html",
        delivery=delivery,
        form=form,
        kept=kept,
        content=_content_of(delivery) if current else None,
        in_app=finishing.is_in_app(delivery),
        proofs=proving.proofs_of(delivery),
        may_file=me().role is Role.DRAFTER and proving.may_file(delivery),
    )


def _content_of(delivery: Delivery) -> Content:
    account = delivery.account
    return content(delivery.post.public, account.platform, account.driver)


def _screenshot(delivery_id: int, form: ProofForm) -> Media | None:
    """Return the picture that was sent, now or with an earlier try; keep it for the next one."""
    file = form.screenshot.data
    office_id = me().office_id or 0
    if not (file and file.filename):
        return find_media(office_id, form.kept.data or "")
    db.session.rollback()
    try:
        kept = keep(file.read(), store())
    except PublisherError as error:
        form.screenshot.process_errors.append(kalimat(error.message, error.values))
        return None
    get_delivery(delivery_id)
    media = media_of(
        office_id, kept, actor=me(), at=clock.now(), kind=MediaKind.PROOF, file_name=file.filename
    )
    db.session.commit()
    form.kept.data = media.digest
    return media


def _posted_at(form: ProofForm, delivery: Delivery) -> datetime:
    local = datetime.combine(form.posted_date.data, form.posted_time.data)
    return clock.from_local(local, delivery.office.region.zone)


def _packed(whole: Content) -> bytes:
    outgoing = whole.read(store())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("teks.txt", outgoing.text)
        for picture in outgoing.pictures:
            archive.writestr(picture.name, picture.content)
            if picture.alt_text:
                archive.writestr(f"{picture.name}.teks-alternatif.txt", picture.alt_text)
    return packed.getvalue()
