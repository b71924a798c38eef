"""People: the list, let in, edit, new password, end and restore access.

A password made up by Siar is on the page that answers the click, and nowhere else: not in a
message, a cookie, a log or a mail.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db
from publisher.models.people import Role, User
from publisher.models.places import Office
from publisher.web.access import allow, get_user, me
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
from publisher.web.registry.forms import UserForm, options
from publisher.workflow import registering

bp = blueprint("users", "pengguna")


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    args = filters("peran", "keadaan")
    role = args.get("peran", "")
    found = registering.find_users(
        region(),
        search=search_text(),
        role=Role(role) if role in list(Role) else None,
        ended=args.get("keadaan") == "berakhir",
        page=page_number(),
    )
    return render_template("registry/users/index.html", found=found, args=args, roles=list(Role))


@bp.get("/<int:user_id>")
@allow(*MANAGERS)
def show(user_id: int) -> str:
    return render_template("registry/users/show.html", user=get_user(user_id), me=me())


@bp.route("/baru", methods=["GET", "POST"])
@allow(*MANAGERS)
def new() -> Any:
    form = _form(None, office=request.args.get("perangkat"), role=request.args.get("peran"))
    if form.validate_on_submit():
        password = registering.one_time_password()
        user = kept(
            form,
            lambda: registering.add_user(
                region(), _data(form), password=password, actor=me(), at=clock.now()
            ),
        )
        if user:
            return _show_password(user, password)
    return answer(render_template("registry/users/form.html", form=form, user=None), form)


@bp.route("/<int:user_id>/ubah", methods=["GET", "POST"])
@allow(*MANAGERS)
def edit(user_id: int) -> Any:
    user = get_user(user_id)
    form = _form(
        user.office or user.area,
        name=user.name,
        email=user.email,
        position=user.position,
        acts_from=user.acts_from,
        acts_until=user.acts_until,
        role=user.role.value,
        office=str(user.office_id or user.area_id or ""),
        seen=registering.stamp(user),
    )
    if form.validate_on_submit():

        def step() -> bool:
            seen = form.seen.data or ""
            registering.edit_user(user, _data(form), seen=seen, actor=me(), at=clock.now())
            return True

        if kept(form, step):
            flash(_("Perubahan disimpan."), "success")
            return redirect(url_for(".show", user_id=user_id))
    return answer(render_template("registry/users/form.html", form=form, user=user), form)


@bp.post("/<int:user_id>/kata-sandi")
@allow(*MANAGERS)
def password(user_id: int) -> str:
    user = get_user(user_id)
    made_up = registering.one_time_password()
    registering.renew_password(user, password=made_up, actor=me(), at=clock.now())
    db.session.commit()
    return _show_password(user, made_up)


@bp.post("/<int:user_id>/akhiri")
@allow(*MANAGERS)
def end(user_id: int) -> Response:
    user = get_user(user_id)
    registering.end_user(user, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Akses %(name)s diakhiri di semua peramban.", name=user.name), "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/pulihkan")
@allow(*MANAGERS)
def restore(user_id: int) -> str:
    user = get_user(user_id)
    made_up = registering.one_time_password()
    registering.restore_user(user, password=made_up, actor=me(), at=clock.now())
    db.session.commit()
    return _show_password(user, made_up)


def _form(present: Office | None, /, **values: Any) -> UserForm:
    form = UserForm(data=values)
    form.office.choices = options({"": _("Tidak ada"), **office_words(present)})
    return form


def _data(form: UserForm) -> registering.UserData:
    role, office = Role(form.role.data), chosen_office(form.office.data)
    leads = role is Role.LEADER  # of a kecamatan, as its camat
    return registering.UserData(
        name=registering.tidy(form.name.data or ""),
        email=registering.tidy(form.email.data or ""),
        position=registering.tidy(form.position.data or ""),
        acts_from=form.acts_from.data,
        acts_until=form.acts_until.data,
        role=role,
        office=None if leads else office,
        area=office if leads else None,
    )


def _show_password(user: User, made_up: str) -> str:
    return render_template("registry/users/password.html", user=user, password=made_up)
