"""What is painted: readable on the hardest photos, scannable, and the same as it was."""

import io
import json
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from publisher.posters import lettering, shots, studio
from publisher.posters.contents import Content, Photo
from publisher.posters.samples import samples
from publisher.posters.studio import Poster, draw
from publisher.posters.templates import FORMATS, read, templates
from tests.posters.hard import WHITE_SKY

SHAPES = tuple(FORMATS)
GOLDEN = Path(__file__).with_name("golden.json")
#: Of 255, on average over a fingerprint: other libraries' rounding stays below, a lost line not.
TOLERANCE = 2.5
shaped = pytest.mark.skipif(
    not lettering.shapes_well(), reason="without FriBiDi every line is a little longer"
)


@cache
def posters(name):
    return draw(samples()[name], SHAPES)


def opened(content):
    return Image.open(io.BytesIO(content)).convert("RGB")


def fingerprint(content):
    """Return 12 × 12 colours of a poster, as hex."""
    return opened(content).resize((12, 12), Image.Resampling.BOX).tobytes().hex()


@shaped
@pytest.mark.parametrize("name", templates())
def test_each_example_looks_as_it_did(name):
    """After a change that is meant: python -m tests.posters.golden."""
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))

    for shape, content in posters(name).pictures.items():
        now, then = (
            bytes.fromhex(text) for text in (fingerprint(content), kept[f"{name}-{shape}"])
        )
        apart = sum(abs(a - b) for a, b in zip(now, then, strict=True)) / len(now)
        assert apart < TOLERANCE, f"{name}-{shape}"


@pytest.mark.parametrize("name", templates())
def test_each_example_comes_in_every_size(name):
    sizes = {shape: opened(content).size for shape, content in posters(name).pictures.items()}

    assert sizes == {shape: (one.width, one.height) for shape, one in FORMATS.items()}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["kegiatan", "kanal_aduan"])
def test_the_code_is_read_at_half_the_size(name, shape):
    picture = opened(posters(name).pictures[shape])
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    half.save(out, "JPEG", quality=60)

    found = {code.text for code in zxingcpp.read_barcodes(opened(out.getvalue()))}

    content = samples()[name].content
    assert found == {content.link or samples()[name].theme.channels.link}


def test_the_same_description_gives_the_same_bytes_without_metadata():
    one, other = (draw(samples()["pengumuman"]).pictures["portrait"] for _ in range(2))

    assert one == other
    assert not Image.open(io.BytesIO(one)).getexif()


def test_the_focus_point_stays_in_view():
    for focus in ((0.0, 0.0), (0.9, 0.2), (1.0, 1.0)):
        left, top, right, bottom = shots.crop((2400, 1800), (1080, 1350), focus)
        assert left <= focus[0] * 2400 <= right
        assert top <= focus[1] * 1800 <= bottom
        assert (right - left) / (bottom - top) == pytest.approx(1080 / 1350)
        assert 0 <= left < right <= 2400


@pytest.mark.parametrize("content", [b"", b"no picture", WHITE_SKY[:900]])
def test_a_broken_photo_is_a_problem_of_the_photos(content):
    sample = samples()["kegiatan"]
    said = replace(sample.content, photos=(Photo(content=content),))

    drawn = draw(replace(sample, content=said))

    assert drawn.pictures == {}
    assert [problem.field for problem in drawn.problems] == ["photos"]


def test_a_broken_logo_is_a_problem_of_the_logo():
    sample = samples()["pengumuman"]

    drawn = draw(replace(sample, theme=replace(sample.theme, logo=b"no PNG")))

    assert [problem.field for problem in drawn.problems] == ["logo"]


def test_a_logo_is_shown_whole_in_place_of_the_shield():
    logo = io.BytesIO()
    Image.new("RGBA", (300, 100), "#00ff00").save(logo, "PNG")
    sample = samples()["pengumuman"]

    drawn = draw(replace(sample, theme=replace(sample.theme, logo=logo.getvalue())))

    assert opened(drawn.pictures["portrait"]).getpixel((64 + 41, 60 + 41)) != opened(
        posters("pengumuman").pictures["portrait"]
    ).getpixel((64 + 41, 60 + 41))


def test_a_template_there_is_not_is_an_error():
    with pytest.raises(KeyError):
        draw(Poster(template="brosur", theme=samples()["agenda"].theme, content=Content()))


def test_a_template_with_a_fault_is_refused_by_its_path():
    good = json.loads(
        (Path(shots.__file__).parent / "designs" / "agenda.json").read_text(encoding="utf-8")
    )
    assert read(json.dumps(good)).name == "agenda"
    good["columns"][1]["blocks"][0]["kind"] = "pie_chart"

    with pytest.raises(ValueError, match=r"columns.1.blocks.0.kind"):
        read(json.dumps(good))
    with pytest.raises(ValueError, match="surprise"):
        read(json.dumps(good | {"surprise": 1}))


def test_a_poster_has_its_turn_while_it_is_painted_and_gives_it_back_whatever_happens(monkeypatch):
    turns, free = threading.BoundedSemaphore(1), []

    def painted(_poster, _layouts):
        free.append(turns.acquire(blocking=False))
        raise MemoryError

    monkeypatch.setattr(studio, "_turns", turns)
    monkeypatch.setattr(studio, "_painted", painted)
    with pytest.raises(MemoryError):
        draw(samples()["pengumuman"])

    assert free == [False]
    assert turns.acquire(blocking=False)
