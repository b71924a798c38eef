"""Whatever Sari uploads becomes a clean photo, or she is told what is wrong with it."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from publisher.errors import (
    BrokenPhoto,
    Invalid,
    NotAPhoto,
    PhotoTooLarge,
    PhotoTooManyPixels,
    VectorPicture,
)
from publisher.posters import photos, sandbox

BLUE, RED, GREEN, WHITE = (20, 60, 200), (255, 0, 0), (0, 255, 0), (255, 255, 255)
PHONE_HEIC = Path(__file__).parents[1] / "data" / "phone.heic"  # left half blue, right half red


def saved(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def halves(size=(80, 40), mode="RGB"):
    """Return a picture that is blue on its left half and red on its right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def opened(photo):
    return Image.open(io.BytesIO(photo.content))


def near(colour, expected, by=24):
    return all(abs(a - b) <= by for a, b in zip(colour, expected, strict=True))


def png_head(width, height, *, colour_type=6):
    """Return a PNG that promises far more than it holds."""

    def chunk(name, data):
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def camera_exif():
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turn right by a quarter
    exif[0x010F] = "Kamera Sari"
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 58.0, 7.0), 3: "E", 4: (111.0, 25.0, 9.0)})
    return exif


def test_a_photo_held_upright_comes_out_upright_and_says_nothing_of_its_owner():
    upload = saved(halves(), exif=camera_exif(), comment=b"<script>Sari</script>")
    assert b"Kamera Sari" in upload

    photo = photos.normalise(upload)

    assert (photo.width, photo.height) == opened(photo).size == (40, 80)
    assert near(opened(photo).getpixel((20, 10)), BLUE)
    assert near(opened(photo).getpixel((20, 70)), RED)
    assert not opened(photo).getexif()
    assert set(opened(photo).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Sari" not in photo.content


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("PNG", {}), ("WEBP", {}), ("AVIF", {}), ("MPO", {})],
)
def test_every_format_of_phones_and_offices_becomes_a_jpeg(kind, options):
    photo = photos.normalise(saved(halves(), kind, **options))

    assert (photo.mime, opened(photo).format, opened(photo).mode) == ("image/jpeg", "JPEG", "RGB")
    assert near(opened(photo).getpixel((10, 20)), BLUE)
    assert near(opened(photo).getpixel((70, 20)), RED)


def test_the_photo_of_an_iphone_is_read_and_loses_its_place():
    upload = PHONE_HEIC.read_bytes()
    assert b"Kamera Sari" in upload

    photo = photos.normalise(upload)

    assert opened(photo).size == (96, 64)
    assert near(opened(photo).getpixel((10, 30)), (30, 90, 200))
    assert near(opened(photo).getpixel((90, 30)), (200, 40, 40))
    assert not opened(photo).getexif()
    assert b"Sari" not in photo.content


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "1"])
def test_other_kinds_of_colour_become_rgb(mode):
    image = halves(mode=mode)

    photo = photos.normalise(saved(image, "JPEG" if mode == "CMYK" else "PNG"))

    shown, expected = opened(photo), image.convert("RGB")
    assert shown.mode == "RGB"
    assert near(shown.getpixel((70, 20)), expected.getpixel((70, 20)), by=40)


def test_sixteen_bits_a_channel_keep_their_brightness():
    photo = photos.normalise(saved(Image.new("I;16", (40, 40), 0x8000), "PNG"))

    assert near(opened(photo).getpixel((20, 20)), (128, 128, 128))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_paper_white(mode):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0)).convert(mode)
    options = {"transparency": image.getpixel((0, 0))} if mode == "P" else {}

    photo = photos.normalise(saved(image, "PNG", **options))

    assert near(opened(photo).getpixel((20, 20)), WHITE, by=2)


def test_colours_are_those_that_the_profile_means():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = srgb.replace(b"rXYZ", b"TEMP").replace(b"gXYZ", b"rXYZ").replace(b"TEMP", b"gXYZ")

    photo = photos.normalise(saved(Image.new("RGB", (40, 40), RED), icc_profile=other))

    assert near(opened(photo).getpixel((20, 20)), GREEN)
    assert "icc_profile" not in opened(photo).info


@pytest.mark.parametrize("profile", [b"", b"not a profile", b"\x00" * 300])
def test_a_profile_that_cannot_be_read_is_left_out(profile):
    photo = photos.normalise(saved(Image.new("RGB", (40, 40), RED), icc_profile=profile))

    assert near(opened(photo).getpixel((20, 20)), RED)


def test_a_large_photo_is_made_small_enough_and_a_small_one_is_not_blown_up():
    large = photos.normalise(saved(halves((4000, 3000))))

    assert (large.width, large.height) == (2400, 1800)
    assert photos.normalise(saved(halves((320, 200)))).width == 320


def test_an_archive_hidden_behind_a_photo_is_gone():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("halaman.html", "<script>")
    upload = saved(halves()) + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(upload))

    photo = photos.normalise(upload)

    assert not zipfile.is_zipfile(io.BytesIO(photo.content))
    assert b"halaman" not in photo.content


def test_words_hidden_in_a_png_are_gone():
    words = PngInfo()
    words.add_text("Comment", "nomor HP Sari")
    words.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Sari</x:xmpmeta>")

    assert b"Sari" not in photos.normalise(saved(halves(), "PNG", pnginfo=words)).content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"halo",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
        b"%PDF-1.7\n",
        saved(halves(), "GIF"),
        saved(halves(), "TIFF"),
        saved(halves(), "BMP"),
    ],
    ids=["empty", "text", "svg", "eps", "pdf", "gif", "tiff", "bmp"],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(content):
    with pytest.raises(NotAPhoto, match="JPG"):
        photos.normalise(content)


def started(monkeypatch):
    """Return a list that grows with every decoder that is started."""
    found = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: found.append(a) or run(*a, **k))
    return found


def webp_head(width, height):
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def jpeg_head(width, height):
    frame = struct.pack(">BHHB", 8, height, width, 1) + bytes(3)
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xda\xff\xd9"


def whole(kind):
    return saved(Image.effect_noise((400, 300), 80).convert("RGB"), kind)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<?xml version='1.0'?><!-- logo --><SVG onload='x'/>", VectorPicture),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(100), NotAPhoto),
        (png_head(30_000, 30_000), PhotoTooManyPixels),
        (webp_head(16_000, 16_000), PhotoTooManyPixels),
        (jpeg_head(60_000, 60_000), PhotoTooManyPixels),
        (whole("AVIF").replace(b"\x00\x00\x01\x90", b"\x00\x0f\x01\x90"), PhotoTooManyPixels),
        *((whole(kind)[:-1500], BrokenPhoto) for kind in ("JPEG", "PNG", "WEBP", "AVIF")),
        (PHONE_HEIC.read_bytes()[:-9], BrokenPhoto),
        (b"\xff\xd8\xff", BrokenPhoto),
        (saved(halves(), "PNG")[:20], BrokenPhoto),
        # Whole, but of so many empty parts that to walk over them would cost seconds.
        (whole("JPEG")[:2] + b"\xff" * 20_000 + whole("JPEG")[2:], BrokenPhoto),
        (whole("JPEG")[:2] + b"\xff\xe0\x00\x02" * 20_000 + whole("JPEG")[2:], BrokenPhoto),
        (whole("PNG")[:33] + bytes(12) * 20_000 + whole("PNG")[33:], BrokenPhoto),
        (whole("AVIF") + b"\x00\x00\x00\x08free" * 20_000, BrokenPhoto),
    ],
)  # fmt: skip
def test_what_says_of_itself_that_it_is_bad_starts_no_decoder(monkeypatch, content, error):
    decoders = started(monkeypatch)

    with pytest.raises(Invalid) as refused:
        photos.normalise(content)

    assert type(refused.value) is error
    assert decoders == []


def test_a_logo_stays_transparent_where_it_was():
    logo = Image.new("RGBA", (1600, 800), (0, 0, 0, 0))
    logo.paste((*BLUE, 255), (0, 0, 800, 800))
    words = PngInfo()
    words.add_text("Comment", "nomor HP Sari")

    photo = photos.normalise_logo(saved(logo, "PNG", pnginfo=words))

    assert (photo.mime, opened(photo).size, opened(photo).mode) == (
        "image/png",
        (1200, 600),
        "RGBA",
    )
    assert opened(photo).getpixel((100, 100)) == (*BLUE, 255)
    assert opened(photo).getpixel((1100, 100))[3] == 0
    assert b"Sari" not in photo.content
    small = Image.open(io.BytesIO(photos.thumbnail(photo.content, 240, photo.mime)))
    assert (small.format, small.size, small.getpixel((230, 50))[3]) == ("PNG", (240, 120), 0)


def test_a_logo_without_transparency_is_a_png_too():
    photo = photos.normalise_logo(saved(halves()))

    assert (photo.mime, opened(photo).format) == ("image/png", "PNG")
    assert near(opened(photo).getpixel((70, 20)), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_photo_that_ends_early_is_called_broken(kind):
    whole = saved(Image.effect_noise((400, 300), 80).convert("RGB"), kind)

    with pytest.raises((BrokenPhoto, NotAPhoto), match=r"unggah|Unggah"):
        photos.normalise(whole[: len(whole) // 2])


def test_a_jpeg_cut_off_by_a_lost_connection_is_called_broken():
    whole = saved(Image.effect_noise((400, 300), 80).convert("RGB"))

    with pytest.raises(BrokenPhoto, match="rusak atau belum terunggah"):
        photos.normalise(whole[:-2000])


@pytest.mark.parametrize("side", [7800, 13_000, 30_000, 60_000])
def test_a_small_file_that_unfolds_to_a_huge_picture_is_refused(side):
    with pytest.raises(PhotoTooManyPixels, match="60 megapiksel"):
        photos.normalise(png_head(side, side))


def test_a_file_over_fifteen_megabytes_is_refused_before_it_is_opened():
    with pytest.raises(PhotoTooLarge, match="15 MB"):
        photos.normalise(saved(halves()) + bytes(15 * 1024 * 1024))


def test_a_decoder_gets_no_more_memory_than_a_photo_needs():
    answer = subprocess.run(
        [sys.executable, "-I", sandbox.__file__, "PNG", "JPEG", str(10**10), "2400", "88"],
        input=png_head(30_000, 30_000),
        capture_output=True,
        check=False,
    )

    assert answer.returncode == sandbox.TOO_HEAVY
    assert answer.stdout == b""


def test_a_decoder_sees_no_secrets_and_learns_nothing_of_siar(monkeypatch):
    monkeypatch.setenv("VAULT_KEYS", "k1:rahasia")
    seen = {}
    run = subprocess.run

    def watched(command, **options):
        seen.update(options)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    photos.normalise(saved(halves()))

    assert set(seen["env"]) == {"MALLOC_ARENA_MAX"}
    assert "import publisher" not in Path(sandbox.__file__).read_text()
    assert "from publisher" not in Path(sandbox.__file__).read_text()


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF", "HEIC"]),
    places=st.lists(st.floats(0, 0.999), min_size=1, max_size=8),
    values=st.lists(st.integers(0, 255), min_size=8, max_size=8),
)
def test_a_damaged_file_gives_a_photo_or_a_sentence_never_a_crash(kind, places, values):
    content = bytearray(PHONE_HEIC.read_bytes() if kind == "HEIC" else saved(halves(), kind))
    for place, value in zip(places, values, strict=False):
        content[int(place * len(content))] = value

    try:
        photo = photos.normalise(bytes(content))
    except Invalid:
        return
    assert opened(photo).size == (photo.width, photo.height)


def test_the_same_upload_gives_the_same_master():
    upload = saved(halves((1600, 900)))

    assert photos.normalise(upload) == photos.normalise(upload)


def test_a_thumbnail_is_as_wide_as_asked():
    master = photos.normalise(saved(halves((1600, 900)))).content

    assert Image.open(io.BytesIO(photos.thumbnail(master, 320))).size == (320, 180)
