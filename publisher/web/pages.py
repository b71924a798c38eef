"""The first page of each role, and what machines ask about our health."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from publisher import clock
from publisher.db import db
from publisher.models.people import Role
from publisher.models.places import Office
from publisher.web.access import me, public, signed_in
from publisher.workflow import reporting
from publisher.workflow.delivering import board
from publisher.workflow.drafting import listing
from publisher.workflow.reviewing import queue

bp = Blueprint("pages", __name__)

LOOPBACK = {"127.0.0.1", "::1"}
#: Those who can do something about a worker that stands still.
CAN_ACT = {Role.DRAFTER, Role.REVIEWER, Role.OPERATOR}


@bp.get("/")
@signed_in
def home() -> Any:
    """Show what this person should do next; leaders go straight to their report."""
    person, at = me(), clock.now()
    if person.role is Role.LEADER:
        return redirect(url_for("reports.index"))
    shown: dict[str, Any] = {"week": clock.Week.of(at, person.region.zone)}
    if person.office is not None:
        shown |= _office_desk(person.office, at)
    else:
        this_week, last_week = reporting.region_progress(person.region, at=at)
        shown |= {"this_week": this_week, "last_week": last_week}
    if person.role is Role.REVIEWER:
        shown["queue"] = queue.waiting(person.region, reviewer=person, at=at)
    shown["troubled"] = board.board(person, board.Group.NEEDS_PERSON)
    shown["next_deliveries"] = board.upcoming(person, limit=5)
    return render_template("pages/home.html", **shown)


def _office_desk(office: Office, at: datetime) -> dict[str, Any]:
    return {
        "tally": reporting.office_progress(office, at=at),
        "returned": listing.returned(office.id),
        "posts": listing.page(office.id),
    }


@bp.get("/sehat")
@public
def health() -> tuple[Response, int]:
    """Tell a machine whether Siar is at work: 200, or 503 and what is wrong."""
    wrong = []
    try:
        fresh = board.worker_is_fresh(at=clock.now())
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        wrong.append("database")
    else:
        if not fresh:
            wrong.append("worker")
    answer = {"status": "ok" if not wrong else "gangguan", "wrong": wrong}
    return jsonify(answer), 503 if wrong else 200


@bp.get("/metrik")
@public
def metrics() -> Response:
    """Tell Prometheus the counts of deliveries and the age of the heartbeat.

    Only to this machine: how much an office fails is nobody else's business.
    """
    if request.remote_addr not in LOOPBACK or "X-Forwarded-For" in request.headers:
        abort(404)
    registry = CollectorRegistry()
    deliveries = Gauge("siar_deliveries", "Deliveries by status", ["status"], registry=registry)
    for status, count in board.count_by_status().items():
        deliveries.labels(status).set(count)
    late = Gauge("siar_late_seconds", "Age of the longest overdue delivery", registry=registry)
    late.set(board.longest_overdue(at=clock.now()).total_seconds())
    age = Gauge("siar_heartbeat_age_seconds", "Since a worker's last heartbeat", registry=registry)
    last = board.last_heartbeat(at=clock.now())
    age.set((clock.now() - last).total_seconds() if last else float("inf"))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    @app.before_request
    def zone() -> None:
        if current_user.is_authenticated:
            g.zone = current_user.region.zone

    @app.context_processor
    def worker_warning() -> dict[str, Any]:
        """Warn on every page of those who can act while no worker is at work."""
        if not current_user.is_authenticated or current_user.role not in CAN_ACT:
            return {}
        if board.worker_is_fresh(at=clock.now()):
            return {}
        return {
            "worker_warning": _(
                "Penayangan otomatis sedang berhenti. Konten yang terjadwal aman dan dikirim "
                "begitu layanan berjalan lagi; beri tahu operator."
            )
        }
