"""Notices: what happened that asks for this person, with a way to the thing itself."""

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from publisher import clock
from publisher.db import begin_writing, db
from publisher.models.notices import RECIPIENTS, TO_ALL_OFFICES, Notice, NoticeKind
from publisher.models.people import Role
from publisher.web.access import allow, me
from publisher.workflow.delivering import pulse
from publisher.workflow.delivering.board import Group
from publisher.workflow.watching import inbox

bp = Blueprint("notices", __name__, url_prefix="/pemberitahuan")

#: Told about the proof of a delivery, not about the delivery itself.
_OF_WEEKS = (NoticeKind.OBJECTION_FILED, NoticeKind.OBJECTION_ANSWERED, NoticeKind.CLOSING_HELD)
_OF_CLAIMS = (NoticeKind.CLAIM_FILED, NoticeKind.CLAIM_ANSWERED)
_OF_SIGN_OFFS = (
    NoticeKind.SIGN_OFF_ASKED,
    NoticeKind.SIGN_OFF_ANSWERED,
    NoticeKind.SIGN_OFF_LATE,
)
_OF_PLANS = (NoticeKind.PLAN_DUE, NoticeKind.PLAN_LATE)
_OF_PROOFS = (NoticeKind.HANDED_OVER, NoticeKind.PROOF_WAITING, NoticeKind.PROOF_RETURNED)


@bp.get("")
@allow(*RECIPIENTS)
def index() -> str:
    """List what was not read yet, or everything."""
    everything = "semua" in request.args
    page = request.args.get("page", 1, type=int)
    found = inbox.inbox(me(), everything=everything, page=page)
    return render_template("notices/index.html", inbox=found, everything=everything)


@bp.get("/<int:notice_id>")
@allow(*RECIPIENTS)
def follow(notice_id: int) -> Any:
    """Go to what a notice is about, from a letter; it counts as read from then on."""
    begin_writing()
    return visit(notice_id)


@bp.post("/<int:notice_id>/buka")
@allow(*RECIPIENTS)
def visit(notice_id: int) -> Any:
    """Go to what a notice is about; it counts as read from then on."""
    notice = _mark_read(notice_id)
    return redirect(target(notice))


@bp.post("/<int:notice_id>/dibaca")
@allow(*RECIPIENTS)
def read(notice_id: int) -> Any:
    """Mark one as read."""
    _mark_read(notice_id)
    return redirect(url_for(".index"))


@bp.post("/dibaca")
@allow(*RECIPIENTS)
def read_all() -> Any:
    """Mark as read all that were there when the page was made."""
    up_to = request.form.get("sampai", 0, type=int)
    inbox.mark_all_read(me(), up_to=up_to, at=clock.now())
    db.session.commit()
    flash(_("Semua pemberitahuan ditandai sudah dibaca."), "success")
    return redirect(url_for(".index"))


def target(notice: Notice) -> str:
    """Return the page of what a notice is about."""
    if notice.kind in _OF_PROOFS:
        return url_for("proofs.show", delivery_id=notice.delivery_id)
    if notice.kind in _OF_CLAIMS:
        return _claims_page(notice)
    if notice.kind in _OF_PLANS:
        week = notice.details["week"]
        return url_for("plans.office", office_id=notice.office_id, week=week)
    if notice.kind in _OF_WEEKS:
        return _week_page(notice)
    if notice.kind is NoticeKind.WEEK_CLOSED:
        return url_for("reports.week", week=notice.details["week"])
    if notice.kind is NoticeKind.RETURNED:
        return url_for("drafts.show", post_id=notice.post_id)
    if notice.kind in _OF_SIGN_OFFS:
        return _signing_page(notice)
    if notice.delivery_id:
        return url_for("deliveries.show", delivery_id=notice.delivery_id)
    if notice.kind in TO_ALL_OFFICES:
        return url_for("stops.index")
    if notice.kind is NoticeKind.INCIDENT:
        return url_for("deliveries.index", kelompok=Group.WAITING)
    if notice.account_id:
        return url_for("accounts.show", account_id=notice.account_id)
    return url_for("deliveries.index")


def _week_page(notice: Notice) -> str:
    if notice.kind is NoticeKind.CLOSING_HELD:
        return url_for("closing.objections")
    week = notice.details["week"]
    page = url_for("reports.office_week", office_id=notice.office_id, week=week)
    return f"{page}#sanggahan"


def _claims_page(notice: Notice) -> str:
    if notice.kind is NoticeKind.CLAIM_FILED:
        return url_for("claims.queue")
    week = notice.details["week"]
    return url_for("claims.found", office_id=notice.office_id, week=week)


def _signing_page(notice: Notice) -> str:
    page = {Role.HEAD: "signing.show", Role.REVIEWER: "reviews.show"}
    return url_for(page.get(me().role, "drafts.show"), post_id=notice.post_id)


def _mark_read(notice_id: int) -> Notice:
    notice = inbox.get(me(), notice_id)
    if notice is None:
        abort(404)
    inbox.mark_read(me(), notice, at=clock.now())
    db.session.commit()
    return notice


def init_app(app: Flask) -> None:
    @app.context_processor
    def watch() -> dict[str, Any]:
        """Tell those who can act, on every page, what waits for them and if nobody is at work."""
        if not current_user.is_authenticated or current_user.role not in RECIPIENTS:
            return {}
        if current_user.password_is_temporary:  # they may go nowhere yet
            return {}
        if me().role in (Role.LEADER, Role.HEAD):  # can do nothing about the rest
            return {"watch": inbox.Summary(unread=inbox.summary(me()).unread)}
        at = clock.now()
        last = pulse.last_heartbeat(at=at)
        fresh = last is not None and at - last <= pulse.HEARTBEAT_STALE
        return {
            "watch": inbox.summary(me()),
            "worker_stopped": None if fresh else {"since": last},
            "risky_group": Group.RISKY,
        }
