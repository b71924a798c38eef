"""The leaders' page, and how each number on it came about.

Every form of a week is rendered from one snapshot. A drafter and a head see their own office
alone; the comparison of offices is for those who answer for the region.
"""

import dataclasses
from collections.abc import Callable
from functools import cache

from flask import (
    Blueprint,
    abort,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from publisher import clock
from publisher.clock import Week, last_weeks
from publisher.models.people import OFFICE_ROLES, Role
from publisher.models.weeks import ClosedWeek
from publisher.reports import areas, heatmap, message, words
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import MatrixRow, OfficeWeek, WeekReport
from publisher.web import explaining, filters
from publisher.web.access import allow, get_office, me, my_area, of_an_area, signed_in
from publisher.workflow import adopting, closing, registering, reporting
from publisher.workflow.closing import preparing
from publisher.workflow.reporting import OfficeDetail

REGION_ROLES = (Role.LEADER, Role.REVIEWER, Role.OPERATOR)
#: How many weeks the list to choose from goes back: half a year.
CHOICES = 26

bp = Blueprint("reports", __name__, url_prefix="/laporan")


@bp.get("")
@signed_in
def index() -> str | AnyResponse:
    """Show this week, or go to the week that was chosen from the list."""
    if me().role in OFFICE_ROLES:
        return redirect(url_for(".office", office_id=me().office_id))
    if chosen := request.args.get("minggu"):
        return redirect(url_for(".week", week=str(read_week(chosen, me().region.zone))))
    return _week_page(_this_week(me().region.zone))


@bp.get("/<week>")
@of_an_area
@allow(*REGION_ROLES)
def week(week: str) -> str:
    """Show the region's week."""
    return _week_page(read_week(week, me().region.zone))


@bp.get("/perangkat-daerah/<int:office_id>")
@signed_in
def office(office_id: int) -> str:
    """Show the last weeks of one office."""
    office = get_office(office_id)
    g.zone = office.region.zone
    now = clock.now()
    matrix = reporting.office_matrix(office, _this_week(g.zone), at=now)
    return render_template(
        "reports/office.html",
        office=office,
        row=matrix.rows[0] if matrix.rows else None,
        weeks=matrix.weeks,
        made_at=now,
        strip=lambda row: heatmap.strip(row, url_for(".office", office_id=office.id), _),
        week_line=heatmap.week_line(matrix.weeks),
        compares=me().role not in OFFICE_ROLES,
    )


@bp.get("/perangkat-daerah/<int:office_id>/<week>")
@signed_in
def office_week(office_id: int, week: str) -> str:
    """Show how the number of an office in a week came about, with every proof."""
    office = get_office(office_id)
    g.zone = office.region.zone
    of_week = read_week(week, g.zone)
    now = clock.now()
    detail = reporting.office_detail(office, of_week, at=now)
    closed = closing.latest(office.region, of_week)
    if detail is not None and closed is not None:
        detail = _as_closed(detail, closed)
    if detail is None:
        abort(404)
    return render_template(
        "reports/office_week.html",
        office=office,
        detail=detail,
        row=detail.row,
        week=of_week,
        sentences=explaining.sentences(office, of_week, detail),
        reasons=explaining.REASONS,
        takes_down=me().role is Role.REVIEWER,
        remarks=_remarks(detail.row),
        is_last=of_week == _this_week(g.zone),
        seal=None if closed is None else closing.read(closed, newest=closed.version).seal,
        objections=closing.objections_of(office, of_week),
        found=adopting.count_found(office, of_week),
        objects=me().role in OFFICE_ROLES and closing.may_object(office, of_week, at=now) is None,
        objects_until=closing.objects_until(office.region, of_week),
        compares=me().role not in OFFICE_ROLES,
    )


def _week_page(week: Week) -> str:
    region = me().region
    g.zone = region.zone
    report, _closed, versions = report_of(week)
    current, address = _this_week(region.zone), addresses()
    return render_template(
        "reports/week.html",
        report=report,
        cluster_words=words.CLUSTER,
        remarks={row.office.id: _remarks(row) for row in report.rows},
        not_counted={
            row.office.id: [_written(r) for r in words.not_counted(row)] for row in report.rows
        },
        last_days=_last_days(report),
        percent=cache(filters.persen),
        strip=lambda row: heatmap.strip(row, address(row), _),
        table_cells=lambda row: heatmap.table_cells(row, address(row)),
        week_line=heatmap.week_line(report.matrix.weeks),
        is_current=week == current,
        choices=[*reversed(last_weeks(current, CHOICES))],
        decides=me().role is Role.REVIEWER,
        versions=versions,
        closes_at=closing.closes_by_clock(region, week),
        held=closing.hold(region, week) if not versions else [],
        forms=() if my_area() else FORMS.values(),
        large=not my_area() and preparing.is_large(region),
        message=message.render(report),
    )


def report_of(
    week: Week, *, outline: bool = False
) -> tuple[WeekReport, ClosedWeek | None, list[ClosedWeek]]:
    """Return the report to show, the version that it is, and all versions, the newest first.

    An open week is counted now; a closed one is what was frozen, in the version asked for. A
    camat is shown their own area of it.

    :param outline: without the contents of an open week
    """
    chosen, versions = version_of(week)
    if chosen is None:
        found = reporting.week_outline if outline else reporting.week_report
        report = found(me().region, week, at=clock.now())
    else:
        report = closing.read(chosen, newest=versions[0].version)
    return _mine(report), chosen, versions


def version_of(week: Week) -> tuple[ClosedWeek | None, list[ClosedWeek]]:
    """Return the version asked for, else the newest, and all of them; None while it is open."""
    versions = closing.versions(me().region, week)
    if not versions:
        return None, []
    number = request.args.get("versi", versions[0].version, type=int)
    chosen = next((row for row in versions if row.version == number), None)
    if chosen is None:
        abort(404)
    return chosen, versions


def _mine(report: WeekReport) -> WeekReport:
    area = my_area()
    if area is None:
        return report
    return areas.report_of(report, area.name, registering.office_ids_in(area))


def _as_closed(detail: OfficeDetail, closed: ClosedWeek) -> OfficeDetail | None:
    """Return how an office stood when its week was closed; None if it was not there then."""
    report = closing.read(closed, newest=closed.version)
    row = next((row for row in report.rows if row.office.id == detail.row.office.id), None)
    if row is None:
        return None
    return dataclasses.replace(detail, row=row, made_at=report.made_at, running=False)


def _remarks(row: words.OfficeWeek) -> list[str]:
    return [_written(remark) for remark in words.remarks(row)]


def _written(remark: words.Remark) -> str:
    return remark.text(_, filters.tanggal_pendek)


def _last_days(report: WeekReport) -> dict[int, str]:
    """Return the day of each office's last publication; each day is written once."""
    write = cache(filters.tanggal_pendek)
    return {
        row.office.id: write(clock.in_zone(row.last_at, report.zone).date())
        for row in report.rows
        if row.last_at is not None
    }


def addresses() -> Callable[[MatrixRow | OfficeWeek], str]:
    """Return what tells below which address an office's weeks lie; built once, not per cell."""
    base = url_for("reports.index")
    return lambda row: f"{base}/perangkat-daerah/{row.office.id}"


def _this_week(zone: str) -> Week:
    return Week.of(clock.now(), zone)


def read_week(text: str, zone: str) -> Week:
    """Read a week from an address; one that is not, or that has not begun, does not exist."""
    try:
        week = reporting.read_week(text)
    except ValueError:
        abort(404)
    if week > _this_week(zone):
        abort(404)
    return week
