"""The week in plain lines, for the command line and for a log."""

from collections.abc import Iterator

from publisher.reports.snapshot import OfficeWeek, WeekReport, WeekStatus
from publisher.reports.words import (
    CLUSTER,
    STATUS,
    as_of,
    days,
    platform_word,
    region_label,
    remarks,
)


def render(report: WeekReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: WeekReport) -> Iterator[str]:
    totals, previous = report.totals, report.previous
    yield f"{region_label(report)} - minggu {report.week} ({days(report.week)})"
    since = as_of(report)
    yield since[0].upper() + since[1:]
    yield f"{totals.met} dari {totals.obliged} perangkat daerah memenuhi target"
    yield f"Minggu lalu: {previous.met} dari {previous.obliged} ({report.change:+d})"
    counts = ((status, getattr(totals, status.value)) for status in WeekStatus)
    yield ", ".join(f"{STATUS[status].lower()} {count}" for status, count in counts if count)
    for cluster, rows in report.clusters():
        yield ""
        yield CLUSTER[cluster]
        yield from (_line(report, row) for row in rows)


def _line(report: WeekReport, row: OfficeWeek) -> str:
    tally = row.tally
    channels = " ".join(f"{platform_word(p)} {row.on_channel(p)}" for p in report.platforms)
    owed = tally.required if tally.share is not None else "-"
    notes = " ".join(remark.text() for remark in remarks(row))
    figures = f"{tally.counted:>3}/{owed:<3}"
    line = f"  {figures} {STATUS[tally.status]:<16} {row.office.name} [{channels}] {notes}"
    return line.rstrip()
