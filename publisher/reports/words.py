"""The words of a report: statuses, clusters, and why an office stands where it stands.

Pages translate them (`translate` is gettext); files and the command line are Indonesian, as
the documents of a region are.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import dates

from publisher import clock
from publisher.clock import Week
from publisher.errors import N_
from publisher.reports.snapshot import (
    Cluster,
    Excuse,
    OfficeWeek,
    Uncounted,
    WeekReport,
    WeekStatus,
)

STATUS: dict[WeekStatus, str] = {
    WeekStatus.MET: N_("Terpenuhi"),
    WeekStatus.ON_TRACK: N_("Sesuai target"),
    WeekStatus.AT_RISK: N_("Perlu perhatian"),
    WeekStatus.NOT_MET: N_("Belum terpenuhi"),
    WeekStatus.EXEMPT: N_("Dikecualikan"),
    WeekStatus.HOLIDAY: N_("Libur"),
    WeekStatus.URGED: N_("Imbauan"),
    WeekStatus.WATCHED: N_("Dipantau"),
    WeekStatus.NO_RULE: N_("Belum ada target"),
}

CLUSTER: dict[Cluster, str] = {
    Cluster.DINAS: N_("Dinas"),
    Cluster.AGENCIES: N_("Sekretariat, inspektorat, badan, dan satuan"),
    Cluster.KECAMATAN: N_("Kecamatan"),
    Cluster.KELURAHAN: N_("Kelurahan"),
    Cluster.DESA: N_("Desa"),
}

PLATFORM = {
    "x": "X",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "threads": "Threads",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "telegram": "Telegram",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "whatsapp": "WhatsApp",
    "website": "Situs web",
    "lainnya": "Kanal lain",
}

KIND = {
    "layanan": "Layanan",
    "kegiatan": "Kegiatan",
    "program": "Program",
    "tanggapan_aduan": "Tanggapan aduan",
    "audiensi": "Audiensi",
    "siaran_langsung": "Siaran langsung",
    "ucapan": "Ucapan",
}

#: How a delivery stands that is not out.
TROUBLE = {"unknown": "Perlu dicek", "failed": "Gagal tayang", "missed": "Terlewat"}

_EXCUSE = {
    Excuse.BEGAN: N_("Mulai ada %(day)s, belum satu minggu kerja penuh."),
    Excuse.ENDED: N_("Berakhir %(day)s, tidak satu minggu kerja penuh."),
    Excuse.DISPENSATION: N_("Dispensasi: %(reason)s"),
    Excuse.PLATFORM: N_("Target tidak tercapai hanya karena platform; tidak dibebankan."),
}

_NOT_BINDING = {
    WeekStatus.URGED: N_("Imbauan %(required)s konten; tidak dibebankan."),
    WeekStatus.WATCHED: N_("Dipantau, acuan %(required)s konten; tidak dibebankan."),
}

#: What does not count, as a heading or after a figure.
UNCOUNTED: dict[Uncounted, str] = {
    Uncounted.OUTSIDE: N_("%(count)s di luar minggu ini"),
    Uncounted.NO_OFFICE: N_("%(count)s saat perangkat daerah belum ada atau sudah berakhir"),
    Uncounted.UNPROVED: N_("%(count)s tanpa bukti tayang"),
    Uncounted.NOT_UTAMA: N_("%(count)s hanya di akun yang bukan akun utama"),
    Uncounted.TAKEN_DOWN: N_("%(count)s diturunkan sebelum minggu berakhir"),
    Uncounted.CHANNEL: N_("%(count)s hanya di kanal yang tidak dihitung"),
    Uncounted.GREETING: N_("%(count)s ucapan"),
    Uncounted.KIND: N_("%(count)s berjenis yang tidak dihitung"),
    Uncounted.REPEAT: N_("%(count)s mengulang konten sebelumnya"),
}

Translate = Callable[..., str]


@dataclass(frozen=True)
class Remark:
    """A sentence: a gettext message id with its values. Values are numbers and days."""

    message: str
    values: dict[str, Any]

    def text(
        self, translate: Translate | None = None, write_day: Callable[[date], str] | None = None
    ) -> str:
        """Return it in Indonesian, or as `translate` and `write_day` say."""
        write = write_day or day
        values = {k: write(v) if isinstance(v, date) else v for k, v in self.values.items()}
        return translate(self.message, **values) if translate else self.message % values


def remarks(row: OfficeWeek) -> list[Remark]:
    """Return what must be known beside an office's figure, most important first."""
    return [Remark(message, values) for message, values in _remarks(row)]


def _remarks(row: OfficeWeek) -> Iterator[tuple[str, dict[str, Any]]]:
    tally = row.tally
    if tally.excuse is not None:
        yield _EXCUSE[tally.excuse], _why_exempt(tally.excuse, row)
    if tally.status in (WeekStatus.URGED, WeekStatus.WATCHED):
        yield _NOT_BINDING[tally.status], {"required": tally.required}
    if tally.stranded:
        yield (
            N_("%(count)s konten disetujui, gagal tayang karena platform."),
            {"count": tally.stranded},
        )
    if doubtful := sum(trouble.status == "unknown" for trouble in row.troubles):
        yield N_("%(count)s penayangan perlu dicek."), {"count": doubtful}
    if failed := sum(
        trouble.status != "unknown" and not trouble.by_platform for trouble in row.troubles
    ):
        yield N_("%(count)s penayangan gagal atau terlewat."), {"count": failed}
    if tally.planned and tally.status in (WeekStatus.ON_TRACK, WeekStatus.AT_RISK):
        yield N_("%(count)s konten lagi terjadwal minggu ini."), {"count": tally.planned}
    if row.dormant:
        yield N_("Tidak aktif %(days)s hari atau lebih."), {"days": row.dormant_days}


def _why_exempt(excuse: Excuse, row: OfficeWeek) -> dict[str, Any]:
    match excuse:
        case Excuse.BEGAN:
            return {"day": row.office.valid_from}
        case Excuse.ENDED:
            return {"day": row.office.valid_to}
        case Excuse.DISPENSATION:
            return {"reason": row.exemption.reason if row.exemption else "–"}
        case _:
            return {}


def not_counted(row: OfficeWeek) -> list[Remark]:
    """Return what was shown or approved and does not count, with the reason."""
    reasons = Counter(content.reason for content in row.uncounted)
    found = (
        (N_("%(count)s ucapan"), row.tally.greetings),
        *((UNCOUNTED[reason], count) for reason, count in reasons.items() if reason is not None),
        (N_("%(count)s gagal tayang karena platform"), row.tally.stranded),
    )
    return [Remark(message, {"count": count}) for message, count in found if count]


def platform_word(platform: str) -> str:
    return PLATFORM.get(platform, platform)


def region_label(report: WeekReport) -> str:
    """Return the region's name; demo data say that they are."""
    return f"{report.region_name} (contoh)" if report.is_example else report.region_name


def day(of: date) -> str:
    """Write 21 Nov 2026, in Indonesian."""
    return dates.format_date(of, "d MMM y", locale="id")


def long_days(week: Week) -> str:
    """Write 16–22 November 2026, as much of the first day as differs from the last."""
    first, last = week.monday, week.sunday
    pattern = "d MMMM y" if first.year != last.year else "d MMMM"
    start = str(first.day) if first.month == last.month else ""
    return f"{start or dates.format_date(first, pattern, locale='id')}–{clock.day_words(last)}"


def week_words(week: Week) -> str:
    """Write minggu ke-47 (16–22 November 2026)."""
    return f"minggu ke-{week.number} ({long_days(week)})"


def days(week: Week) -> str:
    """Write 16 Nov 2026–22 Nov 2026, in Indonesian."""
    return f"{day(week.monday)}–{day(week.sunday)}"


def moment(at: datetime, zone: str) -> str:
    """Write 21 Nov 2026 pukul 09.05 WIB, in Indonesian."""
    local = clock.in_zone(at, zone)
    return f"{day(local.date())} pukul {local:%H.%M} {clock.zone_name(zone)}"


def as_of(report: WeekReport) -> str:
    """Return since when the numbers hold, for the middle of a line: data per 21 Nov 2026 pukul
    09.05 WIB; or by which closing, with as much of its digest as is compared by eye."""
    return sealed(report) or f"data per {moment(report.made_at, report.zone)}"


def sealed(report: WeekReport) -> str:
    """Return when the week was closed, and as which version; "" while it is open."""
    if (seal := report.seal) is None:
        return ""
    old = f" (sudah dikoreksi, versi terbaru {seal.newest})" if seal.is_old else ""
    when = moment(seal.closed_at, report.zone)
    what = "ditutup" if seal.version == 1 else "dikoreksi"
    return f"{what} {when}, versi {seal.version}{old}, sidik {seal.short_digest}"


def percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
