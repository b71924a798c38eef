"""The words of a poster in the languages of Java, and in their own script."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ImageChops

from publisher.posters import aksara, glyphs, lettering
from publisher.posters.brush import font
from publisher.posters.contents import WORDS
from publisher.posters.samples import samples
from publisher.posters.studio import draw, laid_out
from tests.posters.test_layouts import faults

JAVANESE = "\ua9ae\ua9a2\ua9b8\ua9ad\ua9c0\ua98f\ua9ba \ua9a9\ua9ab\ua9b6\ua981 \ua9a2\ua9ba\ua9b1"


def said(layout):
    return {line for item in layout.words() for line in item.set.lines}


@pytest.mark.parametrize("language", WORDS)
def test_a_poster_adds_its_words_in_the_language_of_the_post(language):
    sample = samples()["layanan"]
    (facts,), _ = laid_out(
        replace(sample, content=replace(sample.content, language=language)), ("portrait",)
    )
    sample = samples()["sebelum_sesudah"]
    (photos,), _ = laid_out(
        replace(sample, content=replace(sample.content, language=language)), ("portrait",)
    )

    assert set(WORDS[language].values()) <= said(facts) | said(photos)


def test_words_of_ones_own_stand_on_the_photos_instead():
    sample = samples()["sebelum_sesudah"]
    content = replace(sample.content, before="Juni", after="Pekan ini")

    (layout,), _ = laid_out(replace(sample, content=content), ("portrait",))

    assert {"Juni", "Pekan ini"} <= said(layout)
    assert not set(WORDS["id"].values()) & said(layout)


@pytest.fixture
def _no_font(tmp_path):
    aksara.configure(str(tmp_path / "none.ttf"))
    yield
    aksara.configure(None)


@pytest.mark.usefixtures("_no_font")
def test_aksara_without_its_font_is_named_by_its_letters():
    sample = samples()["kanal_aduan"]
    content = replace(sample.content, headline=f"Wadul: {JAVANESE}")

    _, problems = laid_out(replace(sample, content=content), ("portrait",))

    assert [problem.field for problem in problems] == ["headline"]
    assert JAVANESE[0] in str(problems[0])
    assert "Noto Sans Javanese" in str(problems[0])


@pytest.mark.skipif(not aksara.present(), reason="needs Noto Sans Javanese and FriBiDi")
def test_aksara_is_written_within_its_box_where_its_font_is():
    sample = samples()["kanal_aduan"]
    content = replace(sample.content, headline=JAVANESE, body=f"Ana keluhan? {JAVANESE}")
    poster = replace(sample, content=content)

    layouts, problems = laid_out(poster, ("portrait", "square", "story", "wide"))

    assert problems == []
    assert [fault for layout in layouts for fault in faults(layout)] == []
    assert draw(poster).pictures["portrait"] != draw(sample).pictures["portrait"]


@pytest.mark.skipif(not lettering.shapes_well(), reason="needs FriBiDi")
def test_letters_set_one_by_one_lie_where_the_whole_line_has_them():
    from PIL import Image, ImageDraw

    line = "Warga Tegal: 24 puskesmas, efisien 0812-0000 AVATAR"
    whole, pieces = (Image.new("L", (1300, 80)) for _ in range(2))
    size = 48
    large = Image.new("L", (2600, 160))
    left = 20
    for word in line.split(" "):  # the spaces between are a little wider than the font's
        at = lettering.length(line[: line.index(word)], 500) * size
        large_pen = (2 * (left + at), 120)
        ImageDraw.Draw(large).text(large_pen, word, 255, font(size * 2, 500), anchor="ls")
    whole = large.reduce(2)
    for text, at, _ in glyphs.placed(line, 500):
        glyphs.pasted(pieces, text, size, 500, (left + at * size, 60), (255,))

    apart = ImageChops.difference(whole, pieces).histogram()
    assert sum(apart[160:]) < 200  # of 104,000; a letter on a wrong pixel makes some hundreds


def test_a_machine_without_fribidi_is_told_what_to_install(monkeypatch, caplog):
    monkeypatch.setattr(lettering, "shapes_well", lambda: False)
    lettering.warn_if_plain.cache_clear()

    with caplog.at_level(logging.WARNING):
        lettering.warn_if_plain()
        lettering.warn_if_plain()

    lettering.warn_if_plain.cache_clear()
    assert [record.message.count("libfribidi0") for record in caplog.records] == [1]


def test_the_known_places_of_the_font_are_whole_paths():
    assert all(Path(place).is_absolute() for place in aksara.KNOWN)
