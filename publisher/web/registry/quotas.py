"""Weekly targets: what holds now, what is planned, what was; a change, and an end."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.people import Role
from publisher.models.places import OfficeKind
from publisher.models.quotas import QuotaRule
from publisher.platforms import PLATFORM_NAMES
from publisher.web.access import allow, me
from publisher.web.filters import minggu
from publisher.web.forms_drafts import KIND_WORDS
from publisher.web.registry.common import (
    MANAGERS,
    answer,
    blueprint,
    chosen_office,
    kept,
    office_words,
    region,
)
from publisher.web.registry.forms import options
from publisher.web.registry.forms_quotas import (
    BINDING_WORDS,
    EVERY_KIND,
    KIND,
    QuotaForm,
    whom,
    whose_words,
)
from publisher.workflow import registering

bp = blueprint("quotas", "target")
WEEKS_OFFERED = 14


@bp.get("")
@allow(*MANAGERS)
def index() -> str:
    targets = registering.targets(region(), at=clock.now())
    return render_template(
        "registry/quotas/index.html",
        targets=targets,
        week_of=Week.of_day,
        sets=me().role is Role.REVIEWER,
        every_kind=EVERY_KIND,
        bindings=BINDING_WORDS,
        channel_words=PLATFORM_NAMES,
        kind_words=KIND_WORDS,
        key_of=_key,
    )


@bp.route("/ubah", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def change() -> Any:
    form = QuotaForm(data=_present())
    form.office.choices = options(whose_words(office_words()))
    form.week.choices = options(week_words())
    if form.validate_on_submit() and kept(form, lambda: _set(form)):
        flash(_("Target mingguan disimpan."), "success")
        return redirect(url_for(".index"))
    return answer(render_template("registry/quotas/form.html", form=form), form)


@bp.post("/akhiri")
@allow(Role.REVIEWER)
def end() -> Response:
    """Let the next wider target hold again, as soon as it may."""
    whose, now = whom(_known(request.form.get("untuk", "")), chosen_office), clock.now()
    week = registering.earliest_change(region(), whose, now)
    registering.end_quota(region(), whose, week=week, actor=me(), at=now)
    db.session.commit()
    flash(_("Target itu berakhir mulai %(week)s.", week=minggu(week)), "success")
    return redirect(url_for(".index"))


def week_words() -> dict[str, str]:
    """Return this week and the following ones; what is too early is refused with the reason."""
    first = Week.of(clock.now(), region().zone)
    weeks = (first.shifted(number) for number in range(WEEKS_OFFERED))
    return {str(week): minggu(week) for week in weeks}


def _present() -> dict[str, Any]:
    """Return what the form shows at first: the target that holds for whom it was opened."""
    chosen = _known(request.args.get("untuk", ""))
    whose = whom(chosen, chosen_office)
    now = clock.now()
    earliest = registering.earliest_change(region(), whose, now)
    shown: dict[str, Any] = {"office": chosen, "week": str(earliest)}
    rule = registering.rules_on(region().id, earliest.monday).get(whose.key)
    if rule is None:
        return shown | {"binding": "wajib", "holidays": "prorata"}
    return shown | {
        "minimum": rule.minimum,
        "binding": rule.binding.value,
        "channels": rule.channels or [],
        "kinds": rule.kinds or [],
        "holidays": "prorata" if rule.prorated else "penuh",
    }


def _known(whom_for: str) -> str:
    kind = whom_for.removeprefix(KIND)
    if whom_for.startswith(KIND) and kind not in frozenset(OfficeKind):
        abort(404)
    return whom_for


def _key(rule: QuotaRule) -> str:
    if rule.office_kind:
        return f"{KIND}{rule.office_kind.value}"
    return str(rule.office_id or "")


def _set(form: QuotaForm) -> QuotaRule:
    return registering.set_quota(
        region(),
        whose=whom(form.office.data, chosen_office),
        minimum=form.minimum.data,
        week=Week.parse(form.week.data),
        asks=form.asks(),
        actor=me(),
        at=clock.now(),
    )
