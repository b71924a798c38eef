"""What a leader reads on a phone: one screen of the week, and below it what lies behind.

Everything stands on the report of the week, so no number here can differ from it. The year is a
page of its own, which this one fetches when somebody scrolls to it: nobody waits for 52 weeks to
read one.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from flask import Blueprint, abort, g, render_template, request
from flask_babel import format_date
from flask_babel import gettext as _

from publisher import clock
from publisher.clock import Week
from publisher.errors import N_
from publisher.models.places import RegionKind
from publisher.reports import areas, words, year
from publisher.reports.snapshot import (
    MatrixRow,
    OfficeWeek,
    WeekReport,
    WeekStatus,
)
from publisher.web import filters
from publisher.web.access import allow, me, my_area, of_an_area
from publisher.web.reports import REGION_ROLES, addresses, read_week, report_of
from publisher.workflow import registering, reporting
from publisher.workflow.reporting import leading, rolling_up
from publisher.workflow.reporting.leading import Held, Merit
from publisher.workflow.reporting.rolling_up import Shares

#: How many of those behind stand on the first screen; the others are one touch away.
FIRST = 3
YEAR = 52
STREAKS = 5
#: What makes a post well made, as the page says it.
MERITS = {
    Merit.COMPLETE: N_("5W1H lengkap"),
    Merit.BENEFIT: N_("manfaat bagi warga"),
    Merit.OWN_PHOTO: N_("foto sendiri"),
    Merit.ALT_TEXT: N_("teks alternatif"),
    Merit.IN_TIME: N_("tepat waktu"),
}

bp = Blueprint("leaders", __name__, url_prefix="/pimpinan")


@bp.get("")
@of_an_area
@allow(*REGION_ROLES)
def index() -> str:
    """Show this week."""
    return _page(Week.of(clock.now(), me().region.zone))


@bp.get("/<week>")
@of_an_area
@allow(*REGION_ROLES)
def week(week: str) -> str:
    """Show a week that has begun."""
    return _page(read_week(week, me().region.zone))


@bp.get("/setahun")
@of_an_area
@allow(*REGION_ROLES)
def the_year() -> str:
    """Show 52 weeks of every office, by cluster."""
    region, now = me().region, clock.now()
    latest = Week.of(now, region.zone)
    matrix = reporting.region_matrix(region, latest, at=now, weeks=YEAR)
    if (area := my_area()) is not None:
        matrix = areas.matrix_of(matrix, registering.office_ids_in(area))
    return render_template(
        "leaders/year.html",
        region=region,
        matrix=matrix,
        made_at=now,
        cluster_words=words.CLUSTER,
        strip=year.strip,
        months=year.months(matrix.weeks, lambda day: format_date(day, "MMM")),
        table_cells=year.table_cells,
    )


@bp.get("/wilayah")
@allow(*REGION_ROLES)
def counties() -> str:
    """Show how the kabupaten and kota of a province stand; elsewhere there is no such page."""
    region, now = me().region, clock.now()
    if region.kind is not RegionKind.PROVINSI:
        abort(404)
    current = Week.of(now, region.zone)
    chosen = request.args.get("minggu")
    week = read_week(chosen, region.zone) if chosen else current
    found = rolling_up.roll_up(region, week, at=now)
    return render_template(
        "leaders/counties.html",
        region=region,
        week=week,
        current=current,
        running=now < week.ends(region.zone),
        counties=sorted(found, key=lambda one: (-one.share.part, -one.share.obliged, one.code)),
        made_at=now,
        cluster_words=words.CLUSTER,
    )


@bp.get("/wilayah/<code>")
@allow(*REGION_ROLES)
def county(code: str) -> str:
    """Show the totals of one of them over 13 weeks: no office by name."""
    region = rolling_up.county(me().region, code)
    if region is None:
        abort(404)
    now = clock.now()
    matrix = reporting.region_matrix(region, Week.of(now, region.zone), at=now)
    return render_template(
        "leaders/county.html",
        region=region,
        weeks=[(week, _shares(matrix.rows, place)) for place, week in enumerate(matrix.weeks)],
        clusters=[cluster for cluster, _rows in matrix.ranked()],
        made_at=now,
        cluster_words=words.CLUSTER,
    )


def _shares(rows: Iterable[MatrixRow], place: int) -> Shares:
    """Return how many met it in one week, by cluster."""
    return rolling_up.shares_of(
        (row.office.cluster, cell.status, 1)
        for row in rows
        if (cell := row.cells[place]) is not None
    )


def _page(week: Week) -> str:
    region, now = me().region, clock.now()
    g.zone = region.zone
    report, _closed, _versions = report_of(week, outline=True)
    behind = _behind(report)
    held = leading.held(region) if report.running and behind else {}
    return render_template(
        "leaders/week.html",
        report=report,
        current=Week.of(now, region.zone),
        closed=region.has_closed(week),
        behind=[(row, why(row, held.get(row.office.id, Held()))) for row in behind],
        first=FIRST,
        best=leading.well_made(region, report),
        merits=MERITS,
        mix=_mix(report),
        streaks=_streaks(report),
        cluster_words=words.CLUSTER,
        counties=region.kind is RegionKind.PROVINSI and my_area() is None,
        decides=my_area() is None,
        address=addresses(),
    )


def _behind(report: WeekReport) -> list[OfficeWeek]:
    """Return who has not met it, who showed least first; of equals who has been silent longest."""
    rows = report.with_status(WeekStatus.AT_RISK, WeekStatus.NOT_MET)
    long_ago = datetime.min.replace(tzinfo=UTC)
    return sorted(
        rows, key=lambda row: (row.tally.counted, row.last_at or long_ago, row.office.name)
    )


def why(row: OfficeWeek, held: Held) -> str:
    """Return in one sentence why an office has not met its target, nearest cause first."""
    found = words.remarks(row)
    if len(found) > row.dormant:  # that it is silent, the last of them, is said below with the day
        return found[0].text(_, filters.tanggal_pendek)
    for message, count in (
        (N_("%(count)s konten menunggu telaah kominfo."), held.in_review),
        (N_("%(count)s konten dikembalikan, belum diperbaiki."), held.to_mend),
        (N_("%(count)s konten masih draf."), held.drafts),
        (N_("Kurang %(count)s konten."), row.tally.missing if row.tally.counted else 0),
    ):
        if count:
            return _(message, count=count)
    if row.last_at is None:
        return _("Belum pernah tayang.")
    return _("Terakhir tayang %(day)s.", day=filters.tanggal_pendek(row.last_at))


def _mix(report: WeekReport) -> list[tuple[str, int]]:
    """Return how many contents of each kind went out, most first; greetings, which do not count,
    last."""
    return sorted(report.mix.items(), key=lambda each: (each[0] == "ucapan", -each[1], each[0]))


def _streaks(report: WeekReport) -> list[OfficeWeek]:
    """Return who has met it longest without a break, two weeks at least."""
    rows = [row for row in report.rows if row.streak > 1]
    return sorted(rows, key=lambda row: (-row.streak, row.office.name))[:STREAKS]
