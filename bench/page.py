"""`docs/measurements.md`, made from what was measured.

Figures worth keeping move from this machine's own results into `docs/measurements.jsonl`, which
is in Git, the latest of each; the page is written from that file, and a test holds the two
together. So the page can be made anywhere, and a part of it be measured anew.
"""

import json
from pathlib import Path

from bench.measure import RESULTS, ROOT, Line, figure_of, newest, read
from bench.stage import CELERY, POSTGRESQL, SQLITE

KEPT = ROOT / "docs" / "measurements.jsonl"
PAGE = ROOT / "docs" / "measurements.md"

DATABASES = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL", CELERY: "PostgreSQL, Celery over Redis"}
#: What each figure is, in the order of the page.
MEANINGS = {
    "dispatch_vs_floor": "Deliveries a second of the whole engine ÷ those of a bare thread pool "
    "that calls the same clients and gives no guarantee; the platform answers in 150 ms",
    "due_500": "500 posts due at once, the platform answers in 100 ms: the last one is out",
    "due_10000": "10,000 posts due at once over TLS, the platform answers in 150 ms: how late the "
    "last one is ÷ 10,000 × 0.15 s ÷ threads",
    "due_10000_s": "the same, in seconds",
    "due_10000_vs_bare": "the same ÷ what bare pools of the same clients take for as many",
    "due_10000_worker_mb": "the same: the most memory of a worker process",
    "one_due_late_s": "Single posts on an idle Siar: from their time to their request, 99 of 100",
    "claim_growth": "Work of one tick (steps of SQLite, buffers of PostgreSQL) with 2 million "
    "deliveries ÷ with 20 thousand",
    "claim_growth_time": "the same, in time",
    "board_growth": "Time of the first page of the deliveries board, likewise",
    "tick_idle": "Processor of an idle worker, of one core",
    "recovery": "A worker with 64 posts on their way is killed: from there, a new worker started, "
    "until each is out or was looked for",
    "leader_page_p95_ms": "The leader's page of 140 offices, 95 of 100",
    "report_page_ms": "The whole report of 140 offices over 13 weeks, 95 of 100",
    "rollup_ms": "A province's 35 regions, 10,000 offices counted live over two weeks",
    "count_week_ms": "One week of 10,000 offices counted live beside 2 million deliveries",
    "count_region_ms": "One week of a region in which all of them are, likewise",
    "count_year_ms": "One office's 52 weeks, likewise",
    "count_growth": "Work of that one week (steps of SQLite, buffers of PostgreSQL) beside 2 "
    "million deliveries of other weeks ÷ beside 20 thousand",
    "calendar_week_p95_ms": "The calendar's week of 140 offices and 1,000 posts, in a province of "
    "10,000 offices and 2 million deliveries: 95 of 100",
    "calendar_month_p95_ms": "The same region's month with 5,000 posts: 95 of 100",
    "calendar_month_queries": "the same: queries",
    "calendar_month_kb": "the same: size of the page, not packed",
    "calendar_growth": "Time of that month beside 2 million deliveries ÷ beside 20 thousand",
    "approve_200_s": "One request that approves 200 posts, each with a picture: until its answer",
    "photo_ms": "A 12-megapixel photo through the whole recipe; the floor decodes and encodes it",
    "upload_refused_ms": "The dearest bad upload (no picture, cut short, unfolding to too much, "
    "too large): put down, read, refused; the floor puts it down and reads it",
    "upload_refused_mb": "the same: the most memory, the upload itself included (floor)",
    "poster_vs_chromium": "Screenshot of much the same poster by a warm page of headless Chromium "
    "÷ a poster by Siar, 1080×1350, one process",
    "poster_vs_floor": "The same poster ÷ decoding its photo, the master made at upload, and "
    "encoding the result",
    "forms_140_s": "A week of 140 offices as PDF, picture, message and workbook; beside it the "
    "bare workbook of the same cells",
    "xlsx_10000_s": "The workbook of 10,000 offices with every proof; beside it XlsxWriter given "
    "the same cells and nothing else",
    "poster_set_s": "One poster in all four sizes; the floor decodes and encodes four times",
    "poster_cores_vs_chromium": "Posters a second with one process on each core ÷ those of as many "
    "warm Chromiums",
    "posters_per_s": "The posters of all cores together; the floor is what the Chromiums take",
    "render_peak_mb": "The most memory of a process that draws one poster in all four sizes; the "
    "floor of one that decodes and encodes its photo",
    "preview_p95_ms": "The studio's preview of the size that is looked at, saving included, each "
    "template in turn, photos of 2400 px: 95 of 100",
    "start_s": "From `make run` to the first answer, once it is set up",
    "idle_mb": "Web and worker together, idle",
    "resident_mb": "All processes of `make run`, idle",
}

HEAD = """\
# Measurements

What Siar is measured by, and where it stands. `make bench` measures all of it (`make bench
NAME=due_500` one of them) and adds to `bench/results.jsonl`; `python -m bench page` then writes
this page from the latest of each. Do not edit it by hand.

A figure is taken together with its floor where it has one: what the same machine needs at the
least in the same run. Practice platforms, databases and workers all share that machine; what was
out, when and how often is read from the practice platforms' own book.

| What | Database | Measured | Wanted | Floor | |
|---|---|---|---|---|---|
"""


def write() -> int:
    """Take the latest of each figure and write the page; return an exit code."""
    lines = newest([*read(KEPT), *read(RESULTS)])
    kept = [line for key, line in sorted(lines.items()) if key[0] in MEANINGS]
    KEPT.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept), encoding="utf-8"
    )
    PAGE.write_text(page(KEPT), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(kept)} figures")
    return 0


def page(kept: Path) -> str:
    """Return the page that belongs to a file of kept figures."""
    order = list(MEANINGS)
    lines = sorted(
        newest(read(kept)).values(),
        key=lambda line: (order.index(line["name"]), _rank(line["database"])),
    )
    return HEAD + "".join(map(_row, lines)) + "\n" + _where(lines)


def _rank(database: str | None) -> int:
    return list(DATABASES).index(database) if database in DATABASES else len(DATABASES)


def _row(line: Line) -> str:
    figure = figure_of(line)
    floor = "" if figure.floor is None else f"{figure.floor:g}"
    cells = (
        f"{MEANINGS[figure.name]} (`{figure.name}`)",
        DATABASES.get(line["database"] or "", ""),
        f"{figure.value:g} {figure.unit}",
        figure.wanted,
        floor,
        "met" if figure.met else "**not met**",
    )
    return f"| {' | '.join(cells)} |\n"


def _where(lines: list[Line]) -> str:
    """Say on what machine and of which commit; a "+" marks one with changes."""
    seen = sorted({(line["machine"], line["commit"]) for line in lines})
    named = "; ".join(f"{machine}, commit {commit}" for machine, commit in seen)
    return f"Measured on {named}.\n" if seen else ""
