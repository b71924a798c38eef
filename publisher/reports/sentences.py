"""What a report says in sentences: the same in the nota dinas, the picture and the message.

Numbers come from the snapshot. Names are kept on one line, whatever an office is called.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.clock import in_zone
from publisher.reports import words
from publisher.reports.snapshot import OfficeWeek, WeekReport, WeekStatus
from publisher.reports.words import CLUSTER, day, platform_word, remarks

_BEHIND = (WeekStatus.AT_RISK, WeekStatus.NOT_MET)
_HEADS = {"Kabupaten": "Bupati", "Kota": "Wali Kota", "Provinsi": "Gubernur"}


@dataclass(frozen=True)
class Standing:
    """An office that is named: its figure, and why.

    :ivar plain: whether the figure itself says why
    """

    name: str
    figure: str
    why: str
    plain: bool


@dataclass(frozen=True)
class ClusterLine:
    """How many offices of a cluster met what they owed."""

    name: str
    met: int
    owed: int

    @property
    def percent(self) -> int:
        return percent(self.met, self.owed)


def percent(met: int, owed: int) -> int:
    """Return whole percents, rounded down: 100 only when it is all of them."""
    return met * 100 // owed if owed else 0


def one_line(text: str) -> str:
    return " ".join(text.split())


def region(report: WeekReport) -> str:
    return one_line(report.region_name)


def head_of_region(report: WeekReport) -> str:
    """Return whom the report is for, such as "Bupati Blora"."""
    kind, _, name = region(report).partition(" ")
    return f"{_HEADS[kind]} {name}" if kind in _HEADS else f"Pimpinan {region(report)}"


def unit(report: WeekReport) -> str:
    """Return the office that answers for communication, by its name; "" if none is called so."""
    names = (one_line(row.office.name) for row in report.rows)
    return next((name for name in names if "komunikasi" in name.casefold()), "")


def week_words(report: WeekReport) -> str:
    """Write minggu ke-47 (16–22 November 2026)."""
    return words.week_words(report.week)


def nothing_owed(report: WeekReport) -> str:
    """Return why there is no figure this week; "" if there is one."""
    if report.totals.obliged:
        return ""
    if report.totals.holiday:
        return "Libur: tidak ada hari kerja, sehingga tidak ada target minggu ini."
    return "Belum ada target yang berlaku minggu ini."


def met_words(report: WeekReport) -> str:
    """Return what follows "27 dari 34"."""
    already = "sudah " if report.running else ""
    return f"perangkat daerah {already}memenuhi target"


def change(report: WeekReport) -> str:
    way, count = report.change_words
    before = f"{report.previous.met} dari {report.previous.obliged}"
    if report.running and way != "up":  # a week that has just begun is behind one that is over
        return f"minggu lalu berakhir dengan {before}"
    before = f"({before})"
    if way == "same":
        return f"sama dengan minggu lalu {before}"
    return f"{'naik' if way == 'up' else 'turun'} {count} dari minggu lalu {before}"


def clusters(report: WeekReport) -> list[ClusterLine]:
    """Return the clusters in which anything was owed."""
    found = []
    for cluster, rows in report.clusters():
        owed = [row for row in rows if row.tally.share is not None]
        met = sum(row.tally.status is WeekStatus.MET for row in owed)
        if owed:
            found.append(ClusterLine(CLUSTER[cluster], met, len(owed)))
    return found


def behind_title(report: WeekReport) -> str:
    return "Perlu perhatian" if report.running else "Belum memenuhi target"


def behind(report: WeekReport) -> list[Standing]:
    """Return who did not meet the target: cluster by cluster, who is furthest behind first."""
    return [
        _standing(report, row)
        for _, rows in report.clusters()
        for row in sorted(rows, key=lambda row: (row.tally.share or 0, row.office.name))
        if row.tally.status in _BEHIND
    ]


def _standing(report: WeekReport, row: OfficeWeek) -> Standing:
    tally = row.tally
    said = " ".join(remark.text() for remark in remarks(row))
    so_far = "Belum ada" if report.running else "Tidak ada"
    short = (
        f"Kurang {tally.missing} konten." if tally.counted else f"{so_far} konten yang dihitung."
    )
    return Standing(
        name=one_line(row.office.name),
        figure=f"{tally.counted} dari {tally.required}",
        why=said or short,
        plain=not said,
    )


def dormant(report: WeekReport) -> list[str]:
    """Return who is silent, and since when."""
    return [f"{one_line(row.office.name)} ({_since(report, row)})" for row in report.dormant]


def _since(report: WeekReport, row: OfficeWeek) -> str:
    if row.last_at is None:
        return "belum pernah tayang"
    return f"terakhir {day(in_zone(row.last_at, report.zone).date())}"


def decisions(report: WeekReport) -> list[str]:
    """Return what waits for a person, most urgent first; nothing that is none."""
    return list(_decisions(report))


def _decisions(report: WeekReport) -> Iterator[str]:
    waiting = report.decisions
    if waiting.reviews:
        parts = (
            f"{waiting.reviews_overdue} lewat tenggat" if waiting.reviews_overdue else "",
            f"{waiting.reviews_soon} dijadwalkan dalam 24 jam" if waiting.reviews_soon else "",
        )
        detail = ", ".join(part for part in parts if part)
        yield f"{waiting.reviews} konten menunggu telaah" + (f" ({detail})" if detail else "")
    if waiting.deliveries:
        yield f"{waiting.deliveries} penayangan gagal, terlewat, atau perlu dicek"
    if waiting.unconnected_offices:
        yield f"{waiting.unconnected_offices} perangkat daerah tanpa akun tersambung"


def channels(report: WeekReport) -> str:
    """Write Facebook, Instagram, dan X."""
    names = [platform_word(platform) for platform in report.platforms]
    if len(names) < 3:
        return " dan ".join(names)
    return f"{', '.join(names[:-1])}, dan {names[-1]}"


def holidays(report: WeekReport) -> str:
    """Return why the targets of the week are lower; "" if they are not."""
    if not report.holidays:
        return ""
    named = "; ".join(f"{day(of)}: {one_line(name)}" for of, name in report.holidays)
    return f"Minggu ini {report.working_days} hari kerja, target disesuaikan ({named})."


def standing_not_judged(report: WeekReport) -> str:
    """Return how many offices owe nothing and why; "" if all of them do."""
    totals = report.totals
    parts = (
        (totals.exempt, "dikecualikan"),
        (totals.holiday if totals.obliged else 0, "libur"),
        (totals.urged, "berupa imbauan"),
        (totals.watched, "dipantau"),
        (totals.no_rule, "belum memiliki target"),
    )
    said = [f"{count} {word}" for count, word in parts if count]
    return f"Tidak dinilai: {', '.join(said)}." if said else ""
