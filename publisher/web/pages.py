"""The first page of each role, and what machines ask about our health."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from publisher import clock, storage
from publisher.db import db
from publisher.models.people import Role
from publisher.models.places import Office
from publisher.web.access import me, public, signed_in
from publisher.web.current import store
from publisher.workflow import reporting
from publisher.workflow.delivering import board, handing_over, pulse, stopping
from publisher.workflow.drafting import listing
from publisher.workflow.informing import trouble
from publisher.workflow.reviewing import queue
from publisher.workflow.watching import counting

bp = Blueprint("pages", __name__)

LOOPBACK = {"127.0.0.1", "::1"}


@bp.get("/")
@signed_in
def home() -> Any:
    """Show what this person should do next; leaders go straight to their page."""
    person, at = me(), clock.now()
    if person.role is Role.LEADER:
        return redirect(url_for("leaders.index"))
    shown: dict[str, Any] = {"week": clock.Week.of(at, person.region.zone)}
    if person.office is not None:
        shown |= _office_desk(person.office, at)
    else:
        this_week, last_week = reporting.region_progress(person.region, at=at)
        shown |= {"this_week": this_week, "last_week": last_week}
    if person.role is Role.REVIEWER:
        shown["queue"] = queue.waiting(person.region, reviewer=person, at=at)
    shown["troubled"] = board.board(person, board.Group.NEEDS_PERSON, at=at)
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
    """Tell a machine whether Siar is at work: 200, or 503 and what is wrong. A region that somebody
    stopped is named, and nothing is wrong with it."""
    wrong, at = [], clock.now()
    stopped: list[str] = []
    try:
        stopped = stopping.stopped_regions()
        if not pulse.worker_is_fresh(at=at):
            wrong.append("worker")
        if current_app.config.get("ENGINE_URL"):
            wrong += [f"sender {platform}" for platform in handing_over.without_sender(at=at)]
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        wrong = ["database"]
    if storage.fault(store()):
        wrong.append("media")
    answer = {"status": "ok" if not wrong else "gangguan", "wrong": wrong, "stopped": stopped}
    return jsonify(answer), 503 if wrong else 200


@bp.get("/metrik")
@public
def metrics() -> Response:
    """Tell Prometheus how many deliveries wait, ended, are late or at risk, and the heartbeat's
    age. The history is never counted, so that the answer costs the same at any size.

    Only to this machine: how much an office fails is nobody else's business.
    """
    if request.remote_addr not in LOOPBACK or "X-Forwarded-For" in request.headers:
        abort(404)
    at = clock.now()
    registry = CollectorRegistry()
    for name, about, label, counts in (
        ("siar_deliveries", "Open deliveries by status", "status", pulse.count_open()),
        ("siar_deliveries_24h", "Deliveries that ended in 24 h", "status",
         pulse.count_ended(at=at)),
        ("siar_sender_threads", "What the senders elsewhere can do at once", "platform",
         handing_over.capacity(at=at)),
    ):  # fmt: skip
        gauge = Gauge(name, about, [label], registry=registry)
        for labelled, count in counts.items():
            gauge.labels(labelled).set(count)
    for name, about, figure in (
        ("siar_late_seconds", "Age of the longest overdue delivery",
         pulse.longest_overdue(at=at).total_seconds()),
        ("siar_letter_wait_seconds", "How long the oldest letter that is due waits to be sent",
         trouble.oldest_waiting(at=at).total_seconds()),
        ("siar_incidents", "Open incidents", counting.open_incidents()),
        ("siar_stopped_regions", "Regions that somebody stopped", len(stopping.stopped_regions())),
        ("siar_risky", "Planned deliveries that a check found at risk", counting.risky()),
        ("siar_heartbeat_age_seconds", "Since a worker's last heartbeat", _age_s(at)),
    ):  # fmt: skip
        Gauge(name, about, registry=registry).set(figure)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _age_s(at: datetime) -> float:
    last = pulse.last_heartbeat(at=at)
    return (at - last).total_seconds() if last else float("inf")


def init_app(app: Flask) -> None:
    @app.before_request
    def use_the_zone_of_the_region() -> None:
        """Write times as in the region of whoever is signed in, unless a page says otherwise."""
        if current_user.is_authenticated:
            g.zone = current_user.region.zone
