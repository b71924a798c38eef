"""The week as a nota dinas: one page a leader reads, the rekap and the heat map as annexes.

Typst sets it by `nota.typ`; all that is said is handed over as JSON, so that no name of an office
is ever read as markup. Tagged for screen readers (PDF/UA-1), the font embedded, and the same
report gives the same bytes: nothing in it is of the machine or the hour it was made.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontpkg_plus_jakarta_sans import ROOT as FONT

from publisher import clock
from publisher.reports import heatmap, rekap, sentences, tables
from publisher.reports.letters import all_writable
from publisher.reports.logos import is_lost
from publisher.reports.snapshot import MatrixRow, OfficeWeek, Tally, WeekReport, WeekStatus
from publisher.reports.words import (
    CLUSTER,
    as_of,
    day,
    moment,
    platform_word,
    region_label,
    remarks,
)

TEMPLATE = Path(__file__).with_name("nota.typ")
#: A table of more offices than these nobody reads on paper; it is in the workbook.
MOST_OFFICES = 400
PAPER = "#ffffff"
_DOTS = {
    WeekStatus.MET: "#1b6f78",
    WeekStatus.ON_TRACK: "#96cbc6",
    WeekStatus.AT_RISK: "#d9902f",
    WeekStatus.NOT_MET: "#c8502a",
}
_LEGEND = (
    ("5", "target terpenuhi"),
    ("4", "75–99%"),
    ("3", "50–74%"),
    ("2", "1–49%"),
    ("1", "tidak ada"),
    ("exempt", "dikecualikan"),
    ("libur", "libur"),
    ("empty", "tanpa target"),
)


def render(report: WeekReport, logo: bytes | None = None) -> bytes:
    """Return the PDF, with the region's logo (a PNG) in its kop if there is one."""
    return compiled(report, logo, format="pdf", pdf_standards=["ua-1"])


def compiled(report: WeekReport, logo: bytes | None = None, **how: Any) -> Any:
    """Return what typst makes of the report: one document, or a picture of each page."""
    given = {"data": json.dumps(all_writable(told(report)), ensure_ascii=False)}
    if logo is not None:
        given |= {"logo": json.dumps([*logo]), "plate": "dark" if is_lost(logo, PAPER) else ""}
    return typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=_fonts(),
        sys_inputs=given,
        timestamp=int(report.made_at.timestamp()),
        **how,
    )


@cache
def _fonts() -> typst.Fonts:
    """Return our font alone: the fonts of the machine must make no difference."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT / "files"]
    )


def told(report: WeekReport) -> dict[str, Any]:
    """Return all that the nota dinas says."""
    made = clock.in_zone(report.made_at, report.zone)
    whole = len(report.rows) <= MOST_OFFICES
    return {
        "title": (
            f"Laporan publikasi mingguan {region_label(report)}, {sentences.week_words(report)}"
        ),
        "headline": _headline(report),
        "date": {"year": made.year, "month": made.month, "day": made.day},
        "year": str(made.year),
        "example": report.is_example,
        "region": sentences.region(report),
        "unit": sentences.unit(report),
        "week": sentences.week_words(report),
        "address": _address(report),
        "opening": _opening(report),
        "numbers": _numbers(report),
        "clusters": [
            {
                "name": line.name,
                "met": line.met,
                "owed": line.owed,
                "percent": line.percent,
                "share": line.met / line.owed,
            }
            for line in sentences.clusters(report)
        ],
        "judged": bool(report.totals.obliged),
        "behind_title": sentences.behind_title(report),
        "behind": [vars(one) for one in sentences.behind(report)],
        "dormant": sentences.dormant(report),
        "decisions": sentences.decisions(report),
        "closing": "Demikian dilaporkan. Atas perhatian dan arahan Bapak/Ibu, kami ucapkan "
        "terima kasih.",
        "signer": f"Kepala {sentences.unit(report)}" if sentences.unit(report) else "Kepala …………",
        "footer": f"{region_label(report)}, {sentences.week_words(report)}. {_since(report)}.",
        "rekap": _rekap(report, whole=whole),
        "heat": _heat(report, whole=whole),
    }


def _since(report: WeekReport) -> str:
    said = as_of(report)
    return said[0].upper() + said[1:]


def _headline(report: WeekReport) -> str:
    totals = report.totals
    return sentences.nothing_owed(report) or (
        f"{totals.met} dari {totals.obliged} {sentences.met_words(report)}"
    )


def _address(report: WeekReport) -> list[tuple[str, str]]:
    unit = sentences.unit(report)
    return [
        ("Yth.", sentences.head_of_region(report)),
        ("Dari", f"Kepala {unit}" if unit else ""),
        ("Tanggal", ""),
        ("Nomor", ""),
        ("Sifat", "Biasa"),
        ("Lampiran", "Rekap dan peta capaian"),
        (
            "Hal",
            f"Laporan publikasi mingguan perangkat daerah, {sentences.week_words(report)}",
        ),
    ]


def _opening(report: WeekReport) -> list[str]:
    """Return the paragraphs that a leader reads."""
    totals = report.totals
    begin = (
        f"Dengan hormat, kami laporkan publikasi kegiatan perangkat daerah {region_label(report)} "
        f"pada {sentences.week_words(report)}. "
    )
    if none := sentences.nothing_owed(report):
        said = none
    else:
        share = sentences.percent(totals.met, totals.obliged)
        said = (
            f"Dari {totals.obliged} perangkat daerah yang memiliki target, {totals.met} ({share}%) "
            f"{'sudah ' if report.running else ''}memenuhinya, {sentences.change(report)}."
        )
    state = (
        f"Minggu masih berjalan; angka ini per {moment(report.made_at, report.zone)}. "
        if report.running
        else ""
    )
    out = f"Yang tayang dan dihitung {totals.contents} konten"
    where = f" melalui {sentences.channels(report)}." if report.platforms else "."
    rest = (sentences.standing_not_judged(report), sentences.holidays(report))
    return [f"{begin}{said}", " ".join(filter(None, (f"{state}{out}{where}", *rest)))]


def _numbers(report: WeekReport) -> list[dict[str, str]]:
    totals = report.totals
    if not totals.obliged:
        return []
    late = totals.not_met + totals.at_risk
    silent = "tidak aktif" if totals.on_track else "tidak aktif (mati suri)"  # five are narrower
    boxes = [
        _number(totals.met, "memenuhi target", of=f"dari {totals.obliged}"),
        _number(late, sentences.behind_title(report).lower(), bad=late > 0),
        _number(len(report.dormant), silent, bad=bool(report.dormant)),
        _number(totals.contents, "konten dihitung"),
    ]
    if totals.on_track:
        boxes.insert(1, _number(totals.on_track, "sesuai target"))
    return boxes


def _number(figure: int, label: str, *, of: str = "", bad: bool = False) -> dict[str, str]:
    return {"figure": str(figure), "of": of, "label": label, "kind": "bad" if bad else ""}


def _rekap(report: WeekReport, *, whole: bool) -> dict[str, Any]:
    lead = "Konten tayang dengan bukti, per kanal. Wajib: target setelah penyesuaian hari kerja."
    groups = report.clusters()
    if not whole:
        named = {WeekStatus.NOT_MET, WeekStatus.AT_RISK}
        late = [row for _, rows in groups for row in rows if row.tally.status in named]
        lead = (
            f"Hanya yang belum memenuhi target, paling banyak {MOST_OFFICES}. Rekap lengkap "
            f"{len(report.rows)} perangkat daerah ada dalam berkas XLSX."
        )
        kept = {row.office.id for row in late[:MOST_OFFICES]}
        groups = tuple(
            (cluster, tuple(row for row in rows if row.office.id in kept))
            for cluster, rows in groups
        )
    return {
        "lead": lead,
        "channels": [platform_word(platform) for platform in report.platforms],
        "groups": [
            {"name": CLUSTER[cluster], "rows": [_line(report, n, row) for n, row in numbered]}
            for cluster, rows in groups
            if (numbered := list(enumerate(rows, start=1)))
        ],
    }


def _line(report: WeekReport, number: int, row: OfficeWeek) -> dict[str, Any]:
    """Return a line of the rekap: the cells of `tables`, as they are written."""
    columns = tables.rekap_columns(report)
    cells = tables.rekap_row(report, number, row)
    written = [
        str(rekap.written(cell, column, report))
        for cell, column in zip(cells, columns, strict=True)
    ]
    no, name, target, required, *channels = written[: 4 + len(report.platforms)]
    counted, not_counted, share, status, streak, _, _ = written[4 + len(report.platforms) :]
    local = clock.in_zone(row.last_at, report.zone) if row.last_at else None
    return {
        "number": no,
        "name": sentences.one_line(name),
        "target": target or "–",
        "required": required if row.tally.share is not None else "–",
        "channels": [figure if figure != "0" else "·" for figure in channels],
        "counted": counted,
        "not_counted": not_counted,
        "share": share or "–",
        "status": status,
        "colour": _DOTS.get(row.tally.status, "#b5bcbe"),
        "streak": f"{streak}+" if row.streak_open else streak,
        "last": day(local.date()) if local else "Belum pernah",
        "notes": " ".join(remark.text() for remark in remarks(row)),
    }


def _heat(report: WeekReport, *, whole: bool) -> dict[str, Any]:
    ranked = report.matrix.ranked() if whole else ()
    return {
        "lead": "Kolom: nomor minggu. Angka: konten yang dihitung. Urut menurut minggu yang "
        "terpenuhi.",
        "weeks": [str(week.number) for week in report.matrix.weeks],
        "legend": [{"kind": kind, "word": word} for kind, word in _LEGEND],
        "colours": {
            kind: {"fill": fill, "ink": ink, "edge": fill == "#ffffff"}
            for kind, (fill, ink) in heatmap.COLOURS.items()
        },
        "groups": [
            {"name": CLUSTER[cluster], "rows": [_strip(row) for row in rows]}
            for cluster, rows in ranked
        ],
    }


def _strip(row: MatrixRow) -> dict[str, Any]:
    met, owed = row.weeks_met
    return {
        "name": sentences.one_line(row.office.name),
        "cells": [cell and _cell(cell) for cell in row.cells],
        "met": f"{met} dari {owed}" if owed else "–",
    }


def _cell(tally: Tally) -> dict[str, Any]:
    return {
        "figure": heatmap.figure(tally),
        "kind": heatmap.kind(tally),
        "running": tally.status in heatmap.RUNNING,
    }
