"""Figures: kept, read again, and the page made of them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import measure, one, page
from bench.measure import Figure

ROOT = Path(__file__).parents[2]
LATE = {"name": "due_500", "unit": "s", "target": 3, "better": "lower", "database": "sqlite"}


def line(value, at, **changed):
    about = {"floor": None, "machine": "x86_64, 2 cores", "commit": "abc", "measured_at": at}
    return LATE | about | {"value": value} | changed


def keep_in(path, *lines):
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("better", "value", "met"),
    [("lower", 3, True), ("lower", 3.01, False), ("higher", 3, True), ("higher", 2.99, False)],
)
def test_a_figure_says_whether_it_is_good_enough(better, value, met):
    figure = Figure(**LATE | {"better": better}, value=value)

    assert figure.met is met
    assert ("NOT MET" in figure.line()) is not met
    assert figure.wanted in figure.line()


def test_a_kept_figure_is_a_line_with_machine_and_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "RESULTS", tmp_path / "results.jsonl")
    figure = Figure(**LATE, value=2.5, floor=0.78)

    measure.keep(figure)
    measure.keep(figure)

    kept = measure.read(tmp_path / "results.jsonl")
    assert len(kept) == 2
    assert {"name", "value", "unit", "target", "better", "database", "floor", "machine",
            "commit"} <= kept[0].keys()  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{7,}\+?|", kept[0]["commit"])
    assert measure.figure_of(kept[0]) == figure


def test_the_page_shows_the_latest_of_each_figure(tmp_path, monkeypatch):
    kept, results = tmp_path / "measurements.jsonl", tmp_path / "results.jsonl"
    keep_in(kept, line(2.5, "2026-11-20T00:00:00+00:00"))
    keep_in(
        results,
        line(9.9, "2026-11-19T00:00:00+00:00"),
        line(2.25, "2026-11-21T00:00:00+00:00", floor=0.5),
        line(7, "2026-11-21T00:00:00+00:00", database="postgresql"),
        line(1, "2026-11-21T00:00:00+00:00", name="no_longer_measured"),
    )
    monkeypatch.setattr(page, "KEPT", kept)
    monkeypatch.setattr(page, "RESULTS", results)
    monkeypatch.setattr(page, "PAGE", ROOT / "docs" / "measurements.md")
    monkeypatch.setattr(Path, "write_text", _only_below(tmp_path, Path.write_text))

    assert page.write() == 0

    text = page.page(kept)
    assert "| SQLite | 2.25 s | ≤ 3 | 0.5 | met |" in text
    assert "| PostgreSQL | 7 s | ≤ 3 |  | **not met** |" in text
    assert "2.5 s" not in text
    assert "9.9" not in text
    assert "no_longer_measured" not in text
    assert text.index("SQLite | 2.25") < text.index("PostgreSQL | 7")


def _only_below(folder, write):
    def write_text(path, text, **options):
        return write(path, text, **options) if folder in path.parents else len(text)

    return write_text


def test_the_page_in_docs_is_the_one_that_its_figures_make():
    assert page.PAGE.read_text(encoding="utf-8") == page.page(page.KEPT)


def test_an_unknown_benchmark_is_named_with_those_there_are():
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "due_5000"], cwd=ROOT, capture_output=True, text=True
    )

    assert ran.returncode == 2
    assert all(name in ran.stdout for name in ("due_5000", *one.BENCHES))


def test_what_the_issue_asks_to_be_measured_is_measured():
    asked = {"dispatch_vs_floor", "due_500", "due_10000", "one_due_late_s", "claim_growth",
             "tick_idle", "recovery"}  # fmt: skip
    assert asked <= one.BENCHES.keys()
    assert asked <= page.MEANINGS.keys()
    of_reports = {"leader_page_p95_ms", "rollup_ms", "forms_140_s", "xlsx_10000_s",
                  "count_week_ms"}  # fmt: skip
    assert of_reports <= one.BENCHES.keys()
    assert of_reports | {"count_year_ms", "count_growth"} <= page.MEANINGS.keys()


def test_every_figure_has_its_words_on_the_page():
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "bench").glob("*.py"))
    named = {
        name for text in sources for name in re.findall(r'_?[Ff]igure\(\s*(?:name=)?"(\w+)"', text)
    }

    assert named == page.MEANINGS.keys()
