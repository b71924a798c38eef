"""Dispensations: who owes nothing in which weeks, why, and by whose decision.

A copy of the letter that was sent once is kept, whatever else was wrong with the form.
"""

from typing import Any

from flask import Response as Answer
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response
from wtforms import FileField

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.people import Role
from publisher.models.places import Office
from publisher.models.quotas import Dispensation
from publisher.storage import Unreachable
from publisher.typed import tidy
from publisher.web.access import allow, get_office, me, of_an_area, sees_office
from publisher.web.current import store
from publisher.web.filters import kalimat, minggu
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    kept,
    office_words,
    region,
)
from publisher.web.registry.forms import options
from publisher.web.registry.forms_quotas import DispensationForm, LetterForm, typed
from publisher.workflow import registering
from publisher.workflow.registering import documents
from publisher.workflow.registering.documents import Document

bp = blueprint("dispensations", "dispensasi")
#: A letter often comes after the week it is about.
WEEKS_BACK, WEEKS_AHEAD = 8, 26


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    rows = registering.dispensations(region())
    return render_template(
        "registry/dispensations/index.html",
        rows=rows,
        to_correct=registering.to_correct(region(), rows),
        week_of=Week.of_day,
        sets=me().role is Role.REVIEWER,
    )


@bp.route("/beri", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def give() -> Any:
    this_week = Week.of(clock.now(), region().zone)
    shown = {"first": str(this_week), "last": str(this_week)}
    form = DispensationForm(data={**shown, "office": request.args.get("perangkat", "")})
    form.office.choices = options(office_words())
    numbers = range(-WEEKS_BACK, WEEKS_AHEAD + 1)
    weeks = {str(week): minggu(week) for week in map(this_week.shifted, numbers)}
    form.first.choices = form.last.choices = options(weeks)
    letter = _letter(form.file, form.kept.data) if request.method == "POST" else None
    if letter is not None:
        form.kept.data = _signed(letter)
    if form.validate_on_submit():
        office = get_office(int(form.office.data))
        if row := kept(form, lambda: _granted(office, form, letter)):
            return _done(row)
    page = render_template("registry/dispensations/form.html", form=form, letter=letter)
    return answer(page, form)


@bp.route("/<int:dispensation_id>/surat/unggah", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def attach(dispensation_id: int) -> Any:
    """Put a copy of the letter to a dispensation."""
    row, form = registering.get_dispensation(region(), dispensation_id), LetterForm()
    letter = _letter(form.file, "") if request.method == "POST" else None
    if form.validate_on_submit() and letter is not None:
        row = registering.get_dispensation(region(), dispensation_id)
        documents.attach(row, letter, actor=me(), at=clock.now())
        db.session.commit()
        flash(_("Salinan surat disimpan."), "success")
        return redirect(url_for(".index"))
    row = registering.get_dispensation(region(), dispensation_id)
    return answer(render_template("registry/dispensations/attach.html", form=form, row=row), form)


@bp.get("/<int:dispensation_id>/surat")
@of_an_area
@allow(Role.REVIEWER, Role.LEADER, Role.DRAFTER, Role.HEAD)
def letter(dispensation_id: int) -> Answer:
    """Send the copy of the letter, to be saved and not to be opened here."""
    row = db.session.get(Dispensation, dispensation_id)
    if row is None or row.file is None or not sees_office(row.office):
        abort(404)
    try:
        content = store().get(row.file.digest)
    except OSError as error:
        abort(503 if isinstance(error, Unreachable) else 404)
    response = Answer(content, mimetype=row.file.mime)
    ending = "pdf" if row.file.mime == documents.PDF else row.file.mime.rpartition("/")[2]
    name = f"surat-dispensasi-{row.id}.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/<int:dispensation_id>/cabut")
@allow(Role.REVIEWER)
def revoke(dispensation_id: int) -> Response:
    row = registering.get_dispensation(region(), dispensation_id)
    because = tidy(request.form.get("alasan", ""))
    registering.revoke_dispensation(row, because=because, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Dispensasi dicabut."), "success")
    return redirect(url_for(".index"))


def _granted(office: Office, form: DispensationForm, letter: Document | None) -> Dispensation:
    row = registering.grant(office, _data(form), actor=me(), at=clock.now())
    if letter is not None:
        documents.attach(row, letter, actor=me(), at=clock.now())
    return row


def _done(row: Dispensation) -> Response:
    """Say that it is granted; and if its week is closed, lead to the correction."""
    late = registering.to_correct(region(), [row])[row.id]
    flash(_("Dispensasi untuk %(name)s dicatat.", name=row.office.name), "success")
    if not late:
        return redirect(url_for(".index"))
    flash(
        _("%(week)s sudah ditutup: dispensasi ini berlaku di sana bila Anda mengoreksinya.",
          week=minggu(late[0])), "warning",
    )  # fmt: skip
    return redirect(url_for("closing.correct", week=late[0], dispensasi=row.id))


def _letter(field: FileField, kept: str | None) -> Document | None:
    """Return the letter that was sent, now or with an earlier try; None without one."""
    file = field.data
    if not (file and file.filename):
        return _unsigned(kept or "")
    content, name = file.read(documents.MOST_BYTES + 1), file.filename
    db.session.rollback()
    try:
        return documents.keep(content, name, store())
    except PublisherError as error:
        field.process_errors.append(kalimat(error.message, error.values))
        return None


def _signer() -> URLSafeSerializer:
    """Sign what is kept between two tries: nobody names a file that they have not given."""
    return URLSafeSerializer(str(current_app.secret_key), salt=f"letter-of-{me().id}")


def _signed(letter: Document) -> str:
    return str(_signer().dumps([letter.digest, letter.mime, letter.name, letter.size_bytes]))


def _unsigned(kept: str) -> Document | None:
    try:
        digest, mime, name, size = _signer().loads(kept)
    except (BadSignature, ValueError):
        return None
    return Document(digest=digest, mime=mime, name=name, size_bytes=size)


def _data(form: DispensationForm) -> registering.Grant:
    return registering.Grant(
        first=Week.parse(form.first.data),
        last=Week.parse(form.last.data),
        reason=typed(form.reason.data),
        document=typed(form.document.data),
        link=typed(form.link.data),
    )
