"""The demo's pictures are posters one could publish: readable, different, and repeatable."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from publisher.posters.scenes import KINDS, scene

TITLE, OFFICE = "Imunisasi anak lengkap, gratis di semua puskesmas", "Dinas Kesehatan"


def drawn(kind="puskesmas", *, title=TITLE, office=OFFICE, seed=1, **options):
    return scene(kind, title=title, office=office, seed=seed, **options)


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_colourful_poster_of_the_size_asked_for(kind):
    picture = opened(drawn(kind))

    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (1080, 1350))
    assert min(ImageStat.Stat(picture).stddev) > 25


def test_at_least_six_kinds_look_nothing_like_one_another():
    small = [opened(drawn(kind, seed=3)).resize((24, 30)).tobytes() for kind in KINDS]

    assert len(KINDS) >= 6
    for number, one in enumerate(small):
        for other in small[number + 1 :]:
            assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) > 12


def test_a_seed_always_gives_the_same_bytes_and_another_seed_another_poster():
    assert drawn(seed=5) == drawn(seed=5)
    assert len({drawn(seed=seed) for seed in range(4)}) == 4


def test_the_title_and_the_office_are_on_the_poster():
    assert drawn(title="Posyandu") != drawn(title="Vaksinasi")
    assert drawn(office="Dinas Sosial") != drawn(office="Dinas Kesehatan")


@pytest.mark.parametrize("size", [(1080, 1350), (1200, 900), (1080, 1080)])
@pytest.mark.parametrize(
    "title", ["", "Gotong", "Pertanggungjawaban" * 3, "kata demi kata " * 40, TITLE]
)
def test_any_title_stays_inside_the_margins_of_any_size(title, size):
    office = "Dinas " * 20
    words = opened(drawn(title=title, office=office, seed=2, size=size))
    blank = opened(drawn(title="", office="", seed=2, size=size))

    assert words.size == size
    changed = ImageChops.difference(words, blank).convert("L").point(lambda v: 255 * (v > 60))
    left, top, right, bottom = changed.getbbox()
    margin = min(size) * 5 // 100
    assert (left, top) >= (margin, margin)
    assert right <= size[0] - margin
    assert bottom <= size[1] - margin


def test_a_kind_nobody_drew_is_an_error():
    with pytest.raises(KeyError):
        drawn("istana")
