"""How well the registry is, and what is planned for accounts that are not well.

Leaders read it; plans are made by those who manage the registry.
"""

from datetime import timedelta
from math import ceil
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.people import Role
from publisher.models.plans import PlanAim
from publisher.web.access import allow, get_account, get_user, me
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    filters,
    kept,
    manages,
    page_number,
    region,
    search_text,
)
from publisher.web.registry.forms import options
from publisher.web.registry.forms_health import PlanForm, ThresholdForm
from publisher.workflow import registering
from publisher.workflow.registering import Ailment

bp = blueprint("health", "kesehatan")
READERS = (*MANAGERS, Role.LEADER)
OFFICES_A_PAGE = 20
#: Of the filter by plan: what is sent, and what it means to `Health.only`.
PLANNED = {"ada": True, "belum": False}
USUAL_WEEKS = 2


@bp.get("")
@allow(*READERS)
def index() -> str:
    at = clock.now()
    health = registering.health(region(), at=at)
    args = filters("temuan", "rencana")
    chosen = args.get("temuan", "")
    found = health.only(
        ailment=Ailment(chosen) if chosen in list(Ailment) else None,
        search=search_text(),
        planned=PLANNED.get(args.get("rencana", "")),
    )
    pages = max(1, ceil(len(found) / OFFICES_A_PAGE))
    page = min(max(page_number(), 1), pages)
    return render_template(
        "registry/health/index.html",
        health=health,
        found=found[(page - 1) * OFFICES_A_PAGE : page * OFFICES_A_PAGE],
        total=len(found),
        page=page,
        pages=pages,
        args=args,
        kinds=registering.AILMENTS,
        aims=registering.AIMS,
        region=region(),
        message_to=registering.message_to,
        manages=manages(),
    )


@bp.get("/temuan.csv")
@allow(*READERS)
def table() -> Response:
    health = registering.health(region(), at=clock.now())
    response = Response(registering.csv_of(health), content_type="text/csv; charset=utf-8")
    name = f"kesehatan-registri-{region().code}-{health.day.isoformat()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.route("/ambang", methods=["GET", "POST"])
@allow(*MANAGERS)
def threshold() -> Any:
    form = ThresholdForm(days=region().dormant_days)
    if form.validate_on_submit():

        def step() -> bool:
            registering.set_dormant_days(region(), form.days.data, actor=me(), at=clock.now())
            return True

        if kept(form, step):
            flash(_("Perubahan disimpan."), "success")
            return redirect(url_for(".index"))
    return answer(render_template("registry/health/threshold.html", form=form), form)


@bp.get("/rencana")
@allow(*READERS)
def plans() -> str:
    return render_template(
        "registry/health/plans.html",
        running=registering.open_plans(region()),
        past=registering.past_plans(region()),
        day=registering.today(region(), clock.now()),
        aims=registering.AIMS,
        manages=manages(),
    )


@bp.route("/akun/<int:account_id>/rencana", methods=["GET", "POST"])
@allow(*MANAGERS)
def plan(account_id: int) -> Any:
    account = get_account(account_id)
    usual = registering.today(region(), clock.now()) + timedelta(weeks=USUAL_WEEKS)
    form = PlanForm(due_on=usual, aim=PlanAim.REVIVE.value, responsible=str(account.keeper_id))
    people = registering.possible_keepers(account)
    words = {str(one.id): f"{one.name} ({one.email})" for one in people}
    form.responsible.choices = options({"": _("Pilih orangnya"), **words})
    if form.validate_on_submit() and kept(form, lambda: _plan(account, form)):
        flash(_("Rencana untuk %(label)s dicatat.", label=account.label), "success")
        return redirect(url_for(".plans"))
    account = get_account(account_id)
    return answer(render_template("registry/health/plan.html", form=form, account=account), form)


@bp.post("/rencana/<int:plan_id>/selesai")
@allow(*MANAGERS)
def done(plan_id: int) -> AnyResponse:
    return _ended(plan_id, done=True, message=_("Rencana selesai."))


@bp.post("/rencana/<int:plan_id>/tarik")
@allow(*MANAGERS)
def withdraw(plan_id: int) -> AnyResponse:
    return _ended(plan_id, done=False, message=_("Rencana ditarik."))


def _plan(account: Account, form: PlanForm) -> bool:
    data = registering.PlanData(
        aim=PlanAim(form.aim.data),
        responsible=get_user(int(form.responsible.data)),
        due_on=form.due_on.data,
        note=registering.tidy(form.remark.data or ""),
    )
    registering.make_plan(account, data, actor=me(), at=clock.now())
    return True


def _ended(plan_id: int, *, done: bool, message: str) -> AnyResponse:
    row = registering.get_plan(region(), plan_id)
    remark = registering.tidy(request.form.get("catatan", ""))
    registering.end_plan(row, done=done, remark=remark, actor=me(), at=clock.now())
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(".plans"))
