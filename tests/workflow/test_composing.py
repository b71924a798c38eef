"""What goes out of a post: each picture as its platform wants it, made once."""

import io
from fractions import Fraction

import pytest
from PIL import Image

from publisher.models.posts import Kept
from publisher.posters import fitting
from publisher.posters.fitting import PictureRules
from publisher.storage import FolderStore
from publisher.workflow import composing

INSTAGRAM = PictureRules(
    image_formats=("JPEG",),
    image_bytes=8 * 1024**2,
    min_aspect=Fraction(4, 5),
    max_aspect=Fraction(191, 100),
    max_width_px=1440,
)


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "media")


@pytest.fixture
def poster(store):
    """An A4 poster in the store: its digest."""
    out = io.BytesIO()
    Image.new("RGB", (1240, 1754), (250, 240, 210)).save(out, "JPEG")
    return store.put(out.getvalue())


def kept(digest):
    return (Kept(digest=digest, mime="image/jpeg", alt_text="Jadwal imunisasi."),)


def test_a_platform_that_takes_the_poster_gets_the_very_bytes_that_were_approved(store, poster):
    content = composing.Content(text="Imunisasi.", pictures=kept(poster), driver="x")

    (picture,) = content.read(store).pictures

    assert picture.content == store.get(poster)
    assert (picture.mime, picture.name) == ("image/jpeg", "1.jpg")


def test_a_platform_that_would_crop_it_gets_it_with_margins_made_once(store, poster, monkeypatch):
    sent, mime = composing.fitted(poster, "image/jpeg", INSTAGRAM, store)
    monkeypatch.setattr(fitting, "fit", None)  # the second time it is there

    assert composing.fitted(poster, "image/jpeg", INSTAGRAM, store) == (sent, mime)
    assert Image.open(io.BytesIO(sent)).size == (1404, 1754)
    assert mime == "image/jpeg"


def test_a_poster_that_was_changed_on_disk_never_goes_out(store, poster):
    composing.fitted(poster, "image/jpeg", INSTAGRAM, store)
    store.path(poster).write_bytes(b"poster lain")

    with pytest.raises(OSError, match="damaged"):
        composing.fitted(poster, "image/jpeg", INSTAGRAM, store)


def test_a_file_that_is_no_picture_is_an_error_of_the_store(store):
    digest = store.put(b"bukan gambar")
    content = composing.Content(text="", pictures=kept(digest), driver="x")

    with pytest.raises(OSError, match="picture"):
        content.read(store)
