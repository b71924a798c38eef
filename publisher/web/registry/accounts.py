"""Official accounts: the list, one account with its next step, add, edit, retire, resume.

An office's own people read the accounts of their office; managing them is the region's work.
"""

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account, Standing
from publisher.models.people import OFFICE_ROLES, Role
from publisher.web.access import allow, get_account, me
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    chosen_office,
    filters,
    kept,
    manages,
    office_words,
    page_number,
    region,
    search_text,
)
from publisher.web.registry.forms import STANDINGS, AccountForm, account_data, options
from publisher.workflow import registering
from publisher.workflow.registering import State

bp = blueprint("accounts", "akun")
bp.add_app_template_global(registering.NEXT.__getitem__, "next_of")
#: Of the filter by state: whatever waits for a person.
ATTENTION = "perlu"
READERS = (*MANAGERS, Role.DRAFTER, Role.HEAD)


@bp.get("")
@allow(*READERS)
def index() -> str:
    args = filters("kanal", "kedudukan", "keadaan")
    standing, state = args.get("kedudukan", ""), args.get("keadaan", "")
    at = clock.now()
    found = registering.find_accounts(
        region(),
        office_id=me().office_id if me().role in OFFICE_ROLES else None,
        search=search_text(),
        platform=args.get("kanal", ""),
        standing=Standing(standing) if standing in list(Standing) else None,
        state=State(state) if state in list(State) else None,
        where=registering.needs_a_person(at=at) if state == ATTENTION else None,
        page=page_number(),
    )
    return render_template(
        "registry/accounts/index.html",
        found=found,
        args=args,
        platforms={key: _(name) for key, name in registering.platform_names().items()},
        standings=list(Standing),
        states=list(State),
        state_of=registering.state_of,
        need_of=lambda account: registering.need_of(account, at=at),
        silent_days=lambda account: days_since(account.last_post_at, at),
        attention=ATTENTION,
        manages=manages(),
    )


@bp.get("/<int:account_id>")
@allow(*READERS)
def show(account_id: int) -> str:
    account = get_account(account_id)
    return render_template(
        "registry/accounts/show.html",
        account=account,
        state=registering.state_of(account),
        connectable=registering.connectable(account),
        ways=registering.ways(account),
        risks=registering.risks(account),
        standings=STANDINGS,
        need=registering.need_of(account, at=clock.now()),
        silent_days=days_since(account.last_post_at, clock.now()),
        handovers=registering.handovers(account),
        manages=manages(),
    )


@bp.route("/baru", methods=["GET", "POST"])
@allow(*MANAGERS)
def new() -> Any:
    form = AccountForm(office=request.args.get("perangkat"), standing=Standing.UTAMA.value)
    form.office.choices = options({"": _("Pilih perangkat daerah"), **office_words()})
    form.platform.choices = options(_platform_words())
    if form.validate_on_submit():
        account = kept(form, lambda: _add(form))
        if account:
            flash(_("Akun %(label)s sudah didaftarkan.", label=account.label), "success")
            return redirect(url_for(".show", account_id=account.id))
    return answer(render_template("registry/accounts/form.html", form=form, account=None), form)


@bp.route("/<int:account_id>/ubah", methods=["GET", "POST"])
@allow(*MANAGERS)
def edit(account_id: int) -> Any:
    account = get_account(account_id)
    form = AccountForm(obj=account, seen=registering.stamp(account))
    del form.office, form.platform  # an account keeps its office and platform: so does its history
    if form.validate_on_submit():

        def step() -> bool:
            seen = form.seen.data or ""
            data = account_data(form)
            registering.edit_account(account, data, seen=seen, actor=me(), at=clock.now())
            return True

        if kept(form, step):
            flash(_("Perubahan disimpan."), "success")
            return redirect(url_for(".show", account_id=account_id))
    return answer(render_template("registry/accounts/form.html", form=form, account=account), form)


@bp.post("/<int:account_id>/nonaktifkan")
@allow(*MANAGERS)
def retire(account_id: int) -> Response:
    registering.retire_account(get_account(account_id), actor=me(), at=clock.now())
    return _done(account_id, _("Akun dinonaktifkan dan kredensialnya dihapus."))


@bp.post("/<int:account_id>/pulihkan")
@allow(*MANAGERS)
def restore(account_id: int) -> Response:
    registering.restore_account(get_account(account_id), actor=me(), at=clock.now())
    return _done(account_id, _("Akun dipulihkan. Sambungkan kembali agar dapat menayangkan."))


@bp.post("/<int:account_id>/lanjutkan")
@allow(*MANAGERS)
def resume(account_id: int) -> Response:
    registering.resume_account(get_account(account_id), actor=me(), at=clock.now())
    return _done(account_id, _("Akun menayangkan kembali."))


def _add(form: AccountForm) -> Account:
    office = chosen_office(form.office.data)
    assert office is not None  # noqa: S101 - the form requires it
    return registering.add_account(
        office, form.platform.data, account_data(form), actor=me(), at=clock.now()
    )


def _platform_words() -> dict[str, str]:
    names = registering.platform_names().items()
    return {key: _(name) if registering.supported(key) else _listed(name) for key, name in names}


def _listed(name: str) -> str:
    return str(_("%(name)s (belum didukung, hanya dicatat)", name=_(name)))


def days_since(then: datetime | None, at: datetime) -> int | None:
    """Return how many days ago something was, by the calendar of the person's region."""
    if then is None:
        return None
    days = (clock.in_zone(each, g.zone).date() for each in (at, then))
    return (next(days) - next(days)).days


def _done(account_id: int, message: str) -> Response:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(".show", account_id=account_id))
