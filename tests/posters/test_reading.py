"""Every word can be read where it really stands: on photos, motifs, cards and tiles."""

from dataclasses import replace
from itertools import cycle, product

import pytest

from publisher.posters import shots
from publisher.posters.colours import READABLE, contrast, linear, luminance
from publisher.posters.contents import Photo
from publisher.posters.items import Picture
from publisher.posters.painting import painted
from publisher.posters.samples import samples
from publisher.posters.studio import laid_out
from publisher.posters.templates import FORMATS, templates
from tests.posters.hard import BUSY_CROWD, NIGHT, WHITE_SKY

#: The longest there are; an office cannot shorten its name for a poster.
OFFICE = (
    "Dinas Pemberdayaan Masyarakat, Desa, Pemberdayaan Perempuan, Perlindungan Anak dan Keluarga"
    " Berencana"
)
REGION = "Pemerintah Kabupaten Kepulauan Siau Tagulandang Biaro"
#: Brand, accent and motif: good ones, and those nobody should choose.
LOOKS = (
    ("#0f6b4f", "#ffcc4d", "kawung"),
    ("#f2e9d8", "#ffffff", "parang"),
    ("#111111", "#222222", "lurik"),
    ("#ff8800", "#00ccff", "mega"),
    ("#2b3a8c", "#ff9f68", "kawung"),
)
PHOTOS = (WHITE_SKY, BUSY_CROWD, NIGHT, None)
CASES = [
    (*case, look, photo)
    for case, look, photo in zip(
        product(templates(), FORMATS), cycle(LOOKS), cycle(PHOTOS[:3]), strict=False
    )
]
BARE = [
    (name, shape, look, None)
    for (name, shape), look in zip(
        product(("kegiatan", "layanan", "kutipan"), FORMATS), cycle(LOOKS), strict=False
    )
]
_LIGHT = [round(linear(value) * 255) for value in range(256)] * 3


def least_contrast(ground, colour):
    """Return the contrast with the lightest and the darkest pixels but for a hundredth."""
    light = ground.point(_LIGHT).convert("L", (0.2126, 0.7152, 0.0722, 0))
    values = sorted(light.tobytes())
    ends = values[len(values) // 100], values[-1 - len(values) // 100]
    return min(contrast(luminance(colour), value / 255) for value in ends)


def without_words(layout):
    """Return the layout's items with the letters gone, and what they ask of the scrim kept."""
    return tuple(
        replace(item, set=replace(item.set, lines=())) if item in layout.words() else item
        for item in layout.items
    )


@pytest.mark.parametrize(("name", "shape", "look", "photo"), CASES + BARE)
def test_text_can_be_read_on_the_pixels_below_it(name, shape, look, photo):
    sample, (brand, accent, motif) = samples()[name], look
    content = replace(sample.content, photos=(Photo(content=photo),) * 2 if photo else ())
    theme = replace(
        sample.theme, brand=brand, accent=accent, motif=motif, office=OFFICE, region=REGION
    )
    (layout,), problems = laid_out(replace(sample, theme=theme, content=content), (shape,))
    pictures = shots.Pictures(content.photos, [i for i in layout.items if isinstance(i, Picture)])
    pictures.load((layout.format.width, layout.format.height))

    bare = painted(replace(layout, items=without_words(layout)), pictures, None)

    assert problems == []
    for text in layout.words():
        found = least_contrast(bare.crop(text.box.as_tuple()), text.colour)
        assert found >= READABLE, (text.field, text.set.lines)
