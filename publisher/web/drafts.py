"""The pages on which an office writes, looks up and hands over its posts.

Everything works as plain forms. The script of the page only makes it quicker: it saves by itself,
asks for the check while one types, and adds photos one by one.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db, read_only
from publisher.errors import Outdated
from publisher.models.people import Role
from publisher.models.posts import EDITABLE, Post, PostStatus
from publisher.models.themes import ThemeDay
from publisher.web import access, beside, draft_steps
from publisher.web.access import allow, form_version, me
from publisher.web.current import store
from publisher.web.draft_steps import Outcome
from publisher.web.filters import pukul
from publisher.web.forms_drafts import LANGUAGE_WORDS, control_values, draft_form, fields_of
from publisher.web.plans.slots import free_slots
from publisher.workflow import drafting, planning
from publisher.workflow.drafting import Group

bp = Blueprint("drafts", __name__, url_prefix="/konten")


@bp.get("")
@allow(Role.DRAFTER, Role.HEAD)
def index() -> str:
    words = request.args.getlist("status")
    group = Group(words[0]) if words and words[0] in set(Group) else Group.ALL
    search = request.args.get("cari", "")[:100]
    number = request.args.get("page", 1, type=int)
    office_id = me().office_id or 0
    listing = drafting.page(office_id, group=group, search=search, number=min(number, 10_000))
    front = group is Group.ALL and listing.page == 1 and not search
    return render_template(
        "drafts/index.html",
        listing=listing,
        group=group,
        search=search,
        returned=drafting.returned(office_id) if front else [],
        may_write=me().role is Role.DRAFTER,
    )


@bp.post("")
@allow(Role.DRAFTER)
def create() -> Any:
    post = drafting.start(actor=me(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".edit", post_id=post.id))


@bp.get("/<int:post_id>")
@allow(Role.DRAFTER, Role.HEAD)
def show(post_id: int) -> str:
    post = access.get_post(post_id)
    drafting.prefetch(post)
    deliveries = drafting.deliveries(post)
    history = drafting.history(post)
    return render_template(
        "drafts/show.html",
        post=post,
        deliveries=deliveries,
        outcome=drafting.outcome([delivery.status for delivery in deliveries]),
        history=history,
        returned=_last_return(post, history),
        checks=drafting.check(post, store(), at=clock.now()),
        **beside.returned(post),
        languages=LANGUAGE_WORDS,
        user_id=me().id,
        may_write=me().role is Role.DRAFTER,
    )


@bp.get("/<int:post_id>/ubah")
@allow(Role.DRAFTER)
def edit(post_id: int) -> Any:
    post = access.get_post(post_id)
    if post.status not in EDITABLE:
        flash(_("Konten ini sedang tidak dapat disunting."), "info")
        return redirect(url_for(".show", post_id=post.id))
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=False)
    return _page(post, form, Outcome())


@bp.post("/<int:post_id>/ubah")
@allow(Role.DRAFTER)
def update(post_id: int) -> Any:
    """Save the whole form, and take the step of the button that was pressed."""
    post = access.get_post(post_id)
    drafting.check_editable(post)
    if form_version() != post.version:
        return _both_versions(post)
    outcome = draft_steps.take(post)
    db.session.commit()
    if outcome.onward:
        if outcome.message:
            flash(outcome.message, "success")
        return redirect(outcome.onward)
    return _page(post, outcome.form, outcome), outcome.status


@bp.post("/<int:post_id>/foto")
@allow(Role.DRAFTER)
def pictures(post_id: int) -> Any:
    """The same for the photos alone: saves, takes the step, and sends their part of the page."""
    post = access.get_post(post_id, version=form_version())
    drafting.check_editable(post)
    outcome = draft_steps.take(post)
    db.session.commit()
    part = render_template("drafts/_photos.html", post=post, form=outcome.form, outcome=outcome)
    told = {"X-Siar-Version": str(post.version), "X-Siar-Saved": _saved_at(post)}
    return Response(part, headers=told)


@bp.post("/<int:post_id>/autosimpan")
@allow(Role.DRAFTER)
def autosave(post_id: int) -> Any:
    """Save what is typed so far. 409 tells what is saved instead, so that the page can see
    whether that was its own save whose answer got lost."""
    post = access.get_post(post_id)
    drafting.check_editable(post)
    if form_version() != post.version:
        return _newer(post), 409
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=True)
    form.validate()
    now = clock.now()
    drafting.save(post, fields_of(form, post), actor=me(), at=now, version=form_version())
    db.session.commit()
    answer = jsonify(
        version=post.version,
        message=_saved_at(post),
        errors={name: str(errors[0]) for name, errors in form.errors.items() if name},
    )
    return answer, 422 if form.errors else 200


@bp.post("/<int:post_id>/cek")
@allow(Role.DRAFTER)
def check(post_id: int) -> str:
    """Say what each platform would show, count and refuse, of what is typed but not saved."""
    db.session.rollback()  # nothing is written here: do not make writers wait
    read_only()
    post = access.get_post(post_id)
    drafting.prefetch(post)
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=True)
    form.validate()
    sketch = drafting.sketch(post, fields_of(form, post))
    checks = drafting.check(sketch, store(), at=clock.now())
    advice = drafting.advice(sketch)
    return render_template(
        "drafts/_check.html",
        post=sketch,
        checks=checks,
        advice=advice,
        **beside.checked(sketch, at=clock.now()),
        live=True,
        themes=_themes(sketch.planned_at, post),
    )


@bp.post("/<int:post_id>/usulan")
@allow(Role.DRAFTER)
def proposal(post_id: int) -> Any:
    """Propose a caption from what is typed; the page decides what becomes of it."""
    db.session.rollback()
    read_only()
    post = access.get_post(post_id)
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=True)
    form.validate()
    proposed = draft_steps.proposal(post, fields_of(form, post))
    return jsonify(caption=proposed.caption, hashtags=proposed.hashtags, texts=proposed.texts)


@bp.post("/<int:post_id>/tarik")
@allow(Role.DRAFTER)
def withdraw(post_id: int) -> Any:
    post = access.get_post(post_id, version=form_version())
    drafting.withdraw(post, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Konten ditarik kembali. Isinya tetap dapat disalin menjadi draf baru."), "success")
    return redirect(url_for(".show", post_id=post.id))


@bp.post("/<int:post_id>/salin")
@allow(Role.DRAFTER)
def copy(post_id: int) -> Any:
    new = drafting.copy(access.get_post(post_id), actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Salinan dibuat. Sesuaikan isinya dan pilih waktu tayang."), "success")
    return redirect(url_for(".edit", post_id=new.id))


@bp.post("/<int:post_id>/buka-kembali")
@allow(Role.DRAFTER)
def reopen(post_id: int) -> Any:
    post = access.get_post(post_id, version=form_version())
    drafting.reopen(post, actor=me(), at=clock.now())
    db.session.commit()
    flash(_("Penayangan yang belum berjalan dibatalkan. Ubah, lalu ajukan kembali."), "success")
    return redirect(url_for(".edit", post_id=post.id))


def _saved_at(post: Post) -> str:
    return _("Tersimpan %(time)s", time=pukul(post.edited_at, post.office.region.zone))


def _newer(post: Post) -> Response:
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=False)
    message = _(Outdated.message)
    return jsonify(
        message=message, version=post.version, saved=_saved_at(post), values=control_values(form)
    )


def _page(post: Post, form: Any, outcome: Outcome, **more: Any) -> str:
    zone, now = post.office.region.zone, clock.now()
    drafting.prefetch(post)
    return render_template(
        "drafts/edit.html",
        post=post,
        form=form,
        outcome=outcome,
        page_errors=outcome.problems,
        accounts=drafting.publishable_accounts(post.office_id),
        checks=drafting.check(post, store(), at=now),
        advice=drafting.advice(post),
        **{**beside.returned(post), **beside.checked(post, at=now)},
        themes=_themes(post.planned_at, post),
        returned=_last_return(post, drafting.history(post)),
        slots=free_slots(post.office, post=post),
        zone_name=clock.zone_name(zone),
        user_id=me().id,
        **more,
    )


def _themes(planned_at: datetime | None, post: Post) -> list[ThemeDay]:
    """Return what the region asks for on the day for which a post is planned."""
    if planned_at is None:
        return []
    region = post.office.region
    day = clock.in_zone(planned_at, region.zone).date()
    return planning.themes(region, day, day + timedelta(days=1)).get(day, [])


def _both_versions(post: Post) -> Any:
    """Show what was typed beside what somebody else has saved meanwhile; overwrite nothing."""
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=True)
    form.validate()
    form.version.data = post.version  # saving again is then a decision
    differences = draft_steps.differences(post, form)
    page = _page(post, form, Outcome(form=form), differences=differences)
    return page, 409


def _last_return(post: Post, history: list[Any]) -> Any:
    if post.status is not PostStatus.CHANGES_REQUESTED:
        return None
    return next((event for event in history if event.step == "request_changes"), None)
