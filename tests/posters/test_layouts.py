"""Nothing overflows: whatever is typed, a poster is whole, or a problem names the field."""

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from publisher.posters.bands import MODULE_PX
from publisher.posters.codes import modules
from publisher.posters.colours import READABLE, between
from publisher.posters.contents import WORDS, Amount, Content, Entry, Photo
from publisher.posters.items import Code, Words
from publisher.posters.layout import Layout
from publisher.posters.rooms import LEAST
from publisher.posters.samples import samples
from publisher.posters.studio import Poster, laid_out
from publisher.posters.templates import FORMATS, templates
from publisher.posters.themes import Channels, Theme

SHAPES = tuple(FORMATS)
#: Head, foot and tiles may be set smaller than running text.
FINE_PRINT = {"region", "office", "badge", "channels", "agenda", "label"}
colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
word = st.text("abdegiklmnoprstuwyABDJKMS0123456789.,-%", min_size=1, max_size=14)


def phrase(most):
    return st.lists(word, max_size=most).map(" ".join)


def anything(name):
    special = {
        "figures": st.lists(st.builds(Amount, word, phrase(8)), max_size=6).map(tuple),
        "agenda": st.lists(st.builds(Entry, word, word, phrase(9), phrase(9)), max_size=8).map(
            tuple
        ),
        "photos": st.integers(0, 2).map(lambda count: (Photo(content=b""),) * count),
        "language": st.sampled_from(sorted(WORDS)),
        "link": st.sampled_from(("", "https://s.id/a", "https://contoh.go.id/" + "x" * 140)),
    }
    return special.get(name, phrase(26))


contents = st.builds(Content, **{name: anything(name) for name in vars(Content())})
themes = st.builds(
    Theme,
    region=phrase(9),
    office=phrase(14),
    brand=colours,
    accent=colours,
    motif=st.sampled_from(("kawung", "parang", "lurik", "mega")),
    channels=st.builds(
        Channels, hashtag=word, invitation=phrase(8), whatsapp=word, link=anything("link")
    ),
)


def faults(layout):
    """Return what is wrong with a layout, in words."""
    found = []
    for item in layout.words():
        found += [f"{item.field} leaves the safe area"] * (not layout.safe.holds(item.box))
        found += [f"{item.field} is wider than its box"] * (item.set.width > item.box.width + 1)
        least = 20 if item.field in FINE_PRINT else LEAST
        too_small = item.set.size < round(least * layout.format.unit) - 1
        found += [f"{item.field} is set too small"] * too_small
        found += [f"{item.field} cannot be read"] * (between(item.colour, item.ground) < READABLE)
    return found + overlaps(layout)


def overlaps(layout):
    items = [item for item in layout.items if isinstance(item, Words | Code)]
    return [
        f"{one} lies on {other}"
        for number, one in enumerate(items)
        for other in items[number + 1 :]
        if one.box.meets(other.box)
    ]


@pytest.mark.parametrize("name", templates())
@given(content=contents, theme=themes, shape=st.sampled_from(SHAPES))
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_whatever_is_typed_is_whole_or_named(name, content, theme, shape):
    layouts, problems = laid_out(Poster(template=name, theme=theme, content=content), (shape,))

    assert bool(layouts) != bool(problems)
    for layout in layouts:
        assert faults(layout) == []
    known = {*vars(content), "region", "office", "channels"}
    assert {problem.field for problem in problems} <= known
    assert all(str(problem) for problem in problems)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", templates())
def test_each_example_is_laid_out_without_a_fault(name, shape):
    layouts, problems = laid_out(samples()[name], (shape,))

    assert problems == []
    assert faults(layouts[0]) == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["kegiatan", "layanan", "kutipan"])
def test_a_photo_may_be_missing(name, shape):
    sample = samples()[name]

    layouts, problems = laid_out(
        replace(sample, content=replace(sample.content, photos=())), (shape,)
    )

    assert problems == []
    assert faults(layouts[0]) == []


def test_a_field_that_is_needed_is_named():
    poster = replace(samples()["layanan"], content=Content(headline="Perekaman KTP"))

    _, problems = laid_out(poster, SHAPES)

    assert [problem.field for problem in problems] == ["when", "where"]


def test_a_link_that_is_too_long_is_named_where_it_was_filled_in():
    long, activity, complaints = (
        "https://contoh.go.id/" + "x" * 140,
        *(samples()[name] for name in ("kegiatan", "kanal_aduan")),
    )
    look = replace(activity.theme, channels=replace(activity.theme.channels, link=long))
    told = replace(complaints.content, link=long)

    of_theme = laid_out(replace(activity, theme=look), ("portrait",))[1]
    of_poster = laid_out(replace(complaints, content=told), ("portrait",))[1]

    assert [one.field for one in (*of_theme, *of_poster)] == ["channels", "link"]
    assert of_theme[0].message == of_poster[0].message


def test_a_headline_that_is_too_long_is_named_with_the_size():
    sample = samples()["kegiatan"]
    content = replace(sample.content, headline="pertanggungjawaban pelaksanaan " * 12)

    layouts, problems = laid_out(replace(sample, content=content), ("portrait",))

    assert layouts == []
    assert [problem.field for problem in problems] == ["headline"]
    assert "1080×1350" in str(problems[0])


def test_letters_the_font_lacks_are_named_not_drawn_as_boxes():
    sample = samples()["pengumuman"]
    content = replace(sample.content, body="Selamat 🎉 dan sukses")

    _, problems = laid_out(replace(sample, content=content), ("portrait",))

    assert [(problem.field, problem.values["characters"]) for problem in problems] == [
        ("body", "🎉")
    ]


def test_javanese_and_other_latin_letters_are_written_as_they_are():
    sample = samples()["kanal_aduan"]
    content = replace(sample.content, headline="Sêdulur, aja wêdi wadul. Matur nuwun, bĕkti")

    layouts, problems = laid_out(replace(sample, content=content), SHAPES)

    assert problems == []
    assert len(layouts) == len(SHAPES)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_code_has_whole_modules_of_four_pixels_or_more(shape):
    layouts, _ = laid_out(samples()["kanal_aduan"], (shape,))
    codes = [item for item in layouts[0].items if isinstance(item, Code)]

    for code in codes:
        side = code.box.width
        assert side % modules(code.text) == 0
        assert side // modules(code.text) >= MODULE_PX


def test_a_square_keeps_what_the_profile_grid_shows():
    for name in templates():
        layouts, _ = laid_out(samples()[name], ("square",))
        kept = [item for item in layouts[0].items if isinstance(item, Words | Code)]
        assert min(item.box.left for item in kept) >= 135
        assert max(item.box.right for item in kept) <= 1080 - 135


def test_compositions_differ_in_more_than_colour():
    places = set()
    for name in templates():
        layouts, _ = laid_out(samples()[name], ("portrait",))
        assert isinstance(layouts[0], Layout)
        places.add(
            tuple(
                (type(item).__name__, item.box) for item in layouts[0].items if item.box.top < 1100
            )
        )

    assert len(places) == len(templates()) >= 8
