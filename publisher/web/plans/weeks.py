"""The plan of a week: all offices for the reviewer, one office for whoever works there."""

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField

from publisher import clock
from publisher.clock import Week
from publisher.db import db, read_only
from publisher.errors import PublisherError
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.places import Office
from publisher.models.posts import Post
from publisher.reports import plan_reminders
from publisher.web.access import allow, get_office, get_post, me
from publisher.web.closing import HOURS
from publisher.web.current import store
from publisher.web.explaining import REASONS
from publisher.web.failures import sentence
from publisher.web.plans.blueprint import bp, moments, this_week, week_of
from publisher.web.plans.slots import free_slots
from publisher.web.registry.common import answer, kept
from publisher.web.registry.forms import REQUIRED, options
from publisher.web.registry.forms_quotas import WEEKDAYS
from publisher.workflow import closing, drafting, planning, reporting, reviewing
from publisher.workflow.planning import Scope, Settings, Wanted
from publisher.workflow.reporting import OfficePlan, PlanState

#: As many drafts as one request hands in.
MOST_DRAFTS = 50
#: Who lacks something comes first.
_ORDER = [
    PlanState.LATE,
    PlanState.NOTHING,
    PlanState.SHORT,
    PlanState.COMPLETE,
    PlanState.NOT_ASKED,
]


class DeadlineForm(FlaskForm):
    day = SelectField(
        _l("Rencana ditunggu sampai hari"),
        [REQUIRED],
        choices=options(WEEKDAYS),
        description=_l("Di minggu sebelumnya."),
    )
    hour = SelectField(_l("Pukul"), [REQUIRED], choices=options(HOURS))
    slots_from = SelectField(
        _l("Waktu tayang disarankan mulai pukul"),
        [REQUIRED],
        choices=options(HOURS),
    )
    slots_to = SelectField(
        _l("sampai pukul"),
        [REQUIRED],
        choices=options({str(n): f"{n:02d}.00" for n in range(1, 25)}),
        description=_l("Jam kerja, agar konten tersebar dan ada yang menjawab komentar warga."),
    )


@bp.get("")
@allow(Role.DRAFTER, Role.HEAD, Role.REVIEWER)
def index() -> Response:
    """Go to the plan of next week."""
    week = this_week().next()
    if me().role in OFFICE_ROLES:
        return redirect(url_for(".office", office_id=me().office_id, week=week))
    return redirect(url_for(".overview", week=week))


@bp.get("/<week>")
@allow(Role.REVIEWER)
def overview(week: str) -> str:
    """Show how the plan of each office stands, with words for those who lack something."""
    read_only()
    region, of_week, now = me().region, week_of(week), clock.now()
    due_at = planning.deadline(region, of_week)
    plans = reporting.region_plans(region, of_week, at=now, late=now >= due_at)
    plans.sort(key=lambda plan: (_ORDER.index(plan.state), -plan.missing, plan.office.name))
    behind = [_gap(plan) for plan in plans if plan.missing]
    keepers = closing.keepers(region)
    asking = plan_reminders.Asking.of(region.full_name, of_week, due_at, region.zone, now)
    return render_template(
        "plans/overview.html",
        week=of_week,
        now=now,
        due_at=due_at,
        plans=plans,
        counts=Counter(plan.state for plan in plans),
        states=PlanState,
        waiting=reviewing.count_within(region, *moments(of_week)),
        reminders={
            gap.office_id: plan_reminders.for_office(asking, gap, keepers.get(gap.office_id, ()))
            for gap in behind
        },
        keepers=keepers,
        group=plan_reminders.for_the_group(asking, behind) if behind else "",
        this_week=this_week(),
    )


@bp.get("/perangkat-daerah/<int:office_id>/<week>")
@allow(Role.DRAFTER, Role.HEAD, Role.REVIEWER)
def office(office_id: int, week: str) -> str:
    read_only()
    return _office_page(get_office(office_id), week_of(week))


@bp.post("/perangkat-daerah/<int:office_id>/<week>/ajukan")
@allow(Role.DRAFTER)
def hand_in(office_id: int, week: str) -> Any:
    """Submit every draft of the week that is ready; each with its own outcome."""
    get_office(office_id)
    of_week = week_of(week)
    ticked = [value.partition(":") for value in request.form.getlist("konten")[:MOST_DRAFTS]]
    outcomes = {
        int(post_id): _hand_in(int(post_id), int(version))
        for post_id, _colon, version in ticked
        if post_id.isdecimal() and version.isdecimal()
    }
    db.session.commit()
    done = sum(said is None for said in outcomes.values())
    return _office_page(get_office(office_id), of_week, outcomes=outcomes, handed_in=done)


def _hand_in(post_id: int, version: int) -> str | None:
    """Submit one draft, or nothing of it; return why it was not."""
    post = get_post(post_id)
    try:
        with db.session.begin_nested():
            drafting.submit(post, actor=me(), at=clock.now(), store=store(), version=version)
    except PublisherError as error:
        return sentence(error)
    return None


@bp.route("/tenggat", methods=["GET", "POST"])
@allow(Role.REVIEWER)
def deadline() -> Any:
    """Say until when the week's plan is handed in, and at which hours times are suggested."""
    region = me().region
    shown = {
        "day": region.plan_day, "hour": region.plan_hour,
        "slots_from": region.slots_from, "slots_to": region.slots_to,
    }  # fmt: skip
    form = DeadlineForm(data={name: str(value) for name, value in shown.items()})

    def step() -> bool:
        data = Settings(**{name: int(form[name].data) for name in shown})
        planning.set_deadline(region, data, actor=me(), at=clock.now())
        return True

    if form.validate_on_submit() and kept(form, step):
        flash(_("Tenggat rencana disimpan."), "success")
        return redirect(url_for(".index"))
    return answer(render_template("plans/deadline.html", form=form), form)


def _office_page(office: Office, week: Week, **given: Any) -> str:
    """Render the plan of an office.

    :param given: `outcomes`: by post, why it was not handed in; None: it was
    """
    region, now = office.region, clock.now()
    due_at = planning.deadline(region, week)
    start, end = moments(week)
    scope = Scope(region_id=region.id, office_id=office.id)
    planned = planning.planned(scope, Wanted(), start, end)
    details = planning.details([row.id for row in planned])
    plan = reporting.office_plan(office, week, at=now, late=now >= due_at)
    drafts = me().role is Role.DRAFTER and week >= this_week()
    ready = _ready_drafts([row.id for row in planned]) if drafts else []
    unplanned = planning.unplanned(office.id) if drafts else []
    return render_template(
        "plans/office.html",
        office=office,
        week=week,
        now=now,
        due_at=due_at,
        planned=planned,
        details=details,
        plan=plan,
        faults=_faults(plan),
        ready=ready,
        unplanned=unplanned,
        slots=free_slots(office, week) if drafts else [],
        this_week=this_week(),
        outcomes=given.get("outcomes"),
        handed_in=given.get("handed_in", 0),
    )


def _ready_drafts(post_ids: list[int]) -> list[Post]:
    """Return the drafts of which nothing is missing, as far as is known before they are tried."""
    now, media = clock.now(), store()
    drafts = drafting.drafts_among(post_ids, limit=MOST_DRAFTS)
    return [post for post in drafts if not drafting.gaps(post, store=media, at=now)]


def _faults(plan: OfficePlan | None) -> dict[int, str]:
    """Return, by post, why it would not count; "" if it would."""
    if plan is None or not plan.asked:
        return {}
    return {one.post_id: REASONS[one.fault] if one.fault else "" for one in plan.intended}


def _gap(plan: OfficePlan) -> plan_reminders.Gap:
    return plan_reminders.Gap(
        office_id=plan.office.id,
        name=plan.office.name,
        missing=plan.missing,
        required=plan.tally.required,
        drafts=plan.drafts,
    )
