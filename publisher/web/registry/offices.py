"""Offices: the list, one office with all that hangs on it, add, edit, end and reopen."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.models.places import OfficeKind
from publisher.web.access import allow, get_office, me
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    chosen_office,
    filters,
    kept,
    office_words,
    page_number,
    region,
    search_text,
)
from publisher.web.registry.forms import (
    OFFICE_KINDS,
    OfficeForm,
    RetireOfficeForm,
    office_data,
    options,
)
from publisher.workflow import registering

bp = blueprint("offices", "perangkat-daerah")


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    kind = request.args.get("jenis", "")
    found = registering.find_offices(
        region(),
        at=clock.now(),
        search=search_text(),
        kind=OfficeKind(kind) if kind in list(OfficeKind) else None,
        ended=request.args.get("keadaan") == "berakhir",
        page=page_number(),
    )
    return render_template(
        "registry/offices/index.html",
        found=found,
        kinds=OFFICE_KINDS,
        args=filters("jenis", "keadaan"),
    )


@bp.get("/<int:office_id>")
@allow(*MANAGERS)
def show(office_id: int) -> str:
    office = get_office(office_id)
    now = clock.now()
    return render_template(
        "registry/offices/show.html",
        office=office,
        overview=registering.office_overview(office, at=now),
        exists=office.exists_on(registering.today(office.region, now)),
        kinds=OFFICE_KINDS,
        state_of=registering.state_of,
    )


@bp.route("/baru", methods=["GET", "POST"])
@allow(*MANAGERS)
def new() -> Any:
    form = OfficeForm()
    if form.validate_on_submit():
        office = kept(
            form,
            lambda: registering.add_office(region(), office_data(form), actor=me(), at=clock.now()),
        )
        if office:
            flash(_("%(name)s sudah didaftarkan.", name=office.name), "success")
            return redirect(url_for(".show", office_id=office.id))
    return answer(render_template("registry/offices/form.html", form=form, office=None), form)


@bp.route("/<int:office_id>/ubah", methods=["GET", "POST"])
@allow(*MANAGERS)
def edit(office_id: int) -> Any:
    office = get_office(office_id)
    form = OfficeForm(obj=office, seen=registering.stamp(office))
    if form.validate_on_submit():

        def step() -> bool:
            seen = form.seen.data or ""
            data = office_data(form)
            registering.edit_office(office, data, seen=seen, actor=me(), at=clock.now())
            return True

        if kept(form, step):
            flash(_("Perubahan disimpan."), "success")
            return redirect(url_for(".show", office_id=office_id))
    return answer(render_template("registry/offices/form.html", form=form, office=office), form)


@bp.route("/<int:office_id>/akhiri", methods=["GET", "POST"])
@allow(*MANAGERS)
def retire(office_id: int) -> Any:
    office = get_office(office_id)
    form = RetireOfficeForm()
    others = {key: name for key, name in office_words().items() if key != str(office_id)}
    form.successor.choices = options({"": _("Tidak ada"), **others})
    if form.validate_on_submit():

        def step() -> bool:
            registering.retire_office(
                office,
                last_day=form.last_day.data,
                successor=chosen_office(form.successor.data),
                actor=me(),
                at=clock.now(),
            )
            return True

        if kept(form, step):
            flash(_("Hari terakhir %(name)s sudah dicatat.", name=office.name), "success")
            return redirect(url_for(".show", office_id=office_id))
    overview = registering.office_overview(office, at=clock.now())
    page = render_template(
        "registry/offices/retire.html", form=form, office=office, overview=overview
    )
    return answer(page, form)


@bp.post("/<int:office_id>/buka-lagi")
@allow(*MANAGERS)
def reopen(office_id: int) -> Any:
    office = get_office(office_id)
    registering.reopen_office(office, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("%(name)s berlaku kembali.", name=office.name), "success")
    return redirect(url_for(".show", office_id=office_id))
