"""The week as tables, for files: which columns there are, and the value in each cell.

A cell is what it means, a number or a moment; how it is written is the business of each file.
The columns are those leaders and inspectors ask for by name: they are not translated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from publisher import clock
from publisher.reports.snapshot import Content, OfficeWeek, Proof, Trouble, WeekReport
from publisher.reports.words import (
    KIND,
    STATUS,
    TROUBLE,
    not_counted,
    platform_word,
    remarks,
)

Cell = str | int | float | datetime | None


class Shape(Enum):
    """How a column is written, and aligned."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"  # 1 is all of it
    MOMENT = "moment"
    LINK = "link"


@dataclass(frozen=True)
class Column:
    """A column. `width` in characters."""

    title: str
    shape: Shape = Shape.TEXT
    width: int = 14


def rekap_columns(report: WeekReport) -> tuple[Column, ...]:
    channels = (
        Column(f"Tayang {platform_word(platform)}", Shape.NUMBER, 10)
        for platform in report.platforms
    )
    return (
        Column("No", Shape.NUMBER, 6),
        Column("Perangkat Daerah", width=44),
        Column("Target", Shape.NUMBER, 8),
        Column("Wajib setelah penyesuaian", Shape.NUMBER, 13),
        *channels,
        Column("Dihitung", Shape.NUMBER, 10),
        Column("Tidak dihitung (alasan)", width=30),
        Column("Capaian %", Shape.SHARE, 11),
        Column("Status", width=18),
        Column("Minggu berturut-turut terpenuhi", Shape.NUMBER, 15),
        Column("Unggahan terakhir", Shape.MOMENT, 18),
        Column("Keterangan", width=60),
    )


def rekap_rows(report: WeekReport) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each office, in the order of the report."""
    for number, row in enumerate(report.rows, start=1):
        yield rekap_row(report, number, row)


def rekap_row(report: WeekReport, number: int, row: OfficeWeek) -> tuple[Cell, ...]:
    tally = row.tally
    return (
        number,
        row.office.name,
        tally.obligation.minimum,
        tally.required if tally.share is not None else 0,
        *(row.on_channel(platform) for platform in report.platforms),
        tally.counted,
        "; ".join(remark.text() for remark in not_counted(row)),
        tally.share,
        STATUS[tally.status],
        row.streak,
        row.last_at or "Belum pernah",
        " ".join(_notes(row)),
    )


def _notes(row: OfficeWeek) -> Iterator[str]:
    for remark in remarks(row):
        yield remark.text()
    if row.streak_open:
        yield f"Terpenuhi {row.streak} minggu berturut-turut atau lebih."


def detail_columns(report: WeekReport) -> tuple[Column, ...]:
    zone = clock.zone_name(report.zone)
    return (
        Column(f"Tanggal tayang ({zone})", Shape.MOMENT, 18),
        Column("Perangkat Daerah", width=40),
        Column("Kanal", width=12),
        Column("Akun", width=24),
        Column("Judul", width=48),
        Column("Jenis", width=16),
        Column("Dihitung", width=10),
        Column("Tautan", Shape.LINK, 48),
        Column("Diajukan oleh", width=24),
        Column(f"Diajukan ({zone})", Shape.MOMENT, 18),
        Column("Disetujui oleh", width=24),
        Column(f"Disetujui ({zone})", Shape.MOMENT, 18),
        Column("Otomatis/manual", width=16),
    )


def detail_rows(report: WeekReport) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each proof of each content that is out, office by office."""
    for row in report.rows:
        for content in row.contents:
            for proof in content.proofs:
                yield _detail(row, content, proof)


def _detail(row: OfficeWeek, content: Content, proof: Proof) -> tuple[Cell, ...]:
    return (
        proof.published_at,
        row.office.name,
        platform_word(proof.platform),
        proof.account,
        content.title or "Tanpa judul",
        KIND.get(content.kind, content.kind),
        "Ya" if content.counts else "Tidak",
        proof.permalink or ("Bukti: tangkapan layar" if proof.screenshot else ""),
        content.submitted_by,
        content.submitted_at,
        content.approved_by,
        content.approved_at,
        _way(proof),
    )


def _way(proof: Proof) -> str:
    """Return how it came to be out."""
    if proof.claimed:
        return "Klaim"
    return "Manual" if proof.by_hand else "Otomatis"


def trouble_columns(report: WeekReport) -> tuple[Column, ...]:
    return (
        Column(f"Jadwal ({clock.zone_name(report.zone)})", Shape.MOMENT, 18),
        Column("Perangkat Daerah", width=40),
        Column("Kanal", width=12),
        Column("Akun", width=24),
        Column("Judul", width=48),
        Column("Keadaan", width=16),
        Column("Alasan", width=60),
        Column("Karena platform", width=16),
    )


def trouble_rows(report: WeekReport) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each approved delivery of the week that is not out."""
    for row in report.rows:
        for trouble in row.troubles:
            yield _trouble(row, trouble)


def _trouble(row: OfficeWeek, trouble: Trouble) -> tuple[Cell, ...]:
    return (
        trouble.due_at,
        row.office.name,
        platform_word(trouble.platform),
        trouble.account,
        trouble.title or "Tanpa judul",
        TROUBLE.get(trouble.status, trouble.status),
        trouble.reason,
        "Ya" if trouble.by_platform else "Tidak",
    )
