"""Approving what waits for a week: all of it, or what is ticked, each with its own outcome.

The boxes carry the version that was on the page, and whether it said that two reviewers are
needed and this would be the first. The answer is the list of outcomes; sent once
more, by a reload or an impatient finger, it changes nothing.
"""

from typing import Any

from flask import abort, render_template, request

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.neutrality import Neutrality
from publisher.models.people import Role
from publisher.web import approving
from publisher.web.access import allow, get_office, me
from publisher.web.current import store
from publisher.web.failures import sentence
from publisher.web.plans.blueprint import bp, moments, week_of
from publisher.workflow import reviewing
from publisher.workflow.delivering import stopping
from publisher.workflow.reviewing import Chosen, Result

#: Stands in a box behind the version where two reviewers are needed and none has approved yet.
FIRST = "pertama"


@bp.get("/<week>/setujui")
@allow(Role.REVIEWER)
def choose(week: str) -> str:
    return _choices(week_of(week))


@bp.post("/<week>/setujui")
@allow(Role.REVIEWER)
def approve(week: str) -> Any:
    of_week = week_of(week)
    chosen = _chosen("tampil" if request.form.get("aksi") == "semua" else "pilih")
    if not chosen:
        return _choices(of_week, nothing_chosen=True), 422
    results = approving.approve_all(chosen, request.form.getlist("periksa"))
    return render_template(
        "plans/approved.html",
        week=of_week,
        results=sorted(results, key=_place),
        approved=[one for one in results if one.approved],
        first=[one for one in results if one.first],
        sentences={one.post_id: sentence(one.stopped_by) for one in results if one.stopped_by},
        problems={one.post_id: _problems(one.stopped_by) for one in results if one.stopped_by},
        stopped=stopping.current(me().region_id),
    )


def _choices(week: Week, *, nothing_chosen: bool = False) -> str:
    office = _office()
    rows, total = reviewing.within(
        me().region,
        *moments(week),
        reviewer=me(),
        limit=reviewing.MOST,
        office_id=office.id if office else None,
    )
    media, now = store(), clock.now()
    time = db.session.get(Neutrality, me().region_id)
    return render_template(
        "plans/approve.html",
        week=week,
        rows=rows,
        total=total,
        office=office,
        now=now,
        refused={row.post.id for row in rows if reviewing.is_refused(row.post, media)},
        late={row.post.id for row in rows if reviewing.late(row.post, now)},
        twice={row.post.id for row in rows if time and time.governs(row.post, now)},
        checklist=time.checklist if time else [],
        nothing_chosen=nothing_chosen,
        stopped=stopping.current(me().region_id),
        page_errors=nothing_chosen,
    )


def _office() -> Any:
    office_id = request.args.get("perangkat_daerah", type=int)
    return get_office(office_id) if office_id else None


def _chosen(name: str) -> list[Chosen]:
    """Read the boxes of the form: `12:3` is post 12 in version 3, `12:3:pertama` the same as the
    first of two reviewers. Nobody else writes others."""
    values = request.form.getlist(name)
    if len(values) > reviewing.MOST:
        abort(413)
    try:
        return [_read(*value.split(":")) for value in values]
    except (TypeError, ValueError):
        abort(400)


def _read(post_id: str, version: str, stage: str = "") -> Chosen:
    if stage not in ("", FIRST):
        raise ValueError(stage)
    return Chosen(post_id=int(post_id), version=int(version), first=stage == FIRST)


def _problems(error: PublisherError) -> list[str]:
    return list(getattr(error, "problems", ()))


def _place(result: Result) -> tuple[bool, str, str]:
    """What needs the reviewer comes first."""
    return result.approved or result.first, result.office, result.title
