"""`python -m publisher.posters.sheet FOLDER`: every template in every size, to be looked at.

Writes each poster on its own and one contact sheet of them all; `make posters` calls it.
"""

import io
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image

from publisher.posters.samples import samples
from publisher.posters.studio import Poster, draw
from publisher.posters.templates import FORMATS, templates

HEIGHT, GAP = 540, 12


def write(folder: Path) -> Path:
    """Write the posters into `folder` and return the path of the contact sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, poster in {**samples(), **_bare()}.items():
        pictures = draw(poster, tuple(FORMATS)).pictures
        for shape, content in pictures.items():
            (folder / f"{name}-{shape}.jpg").write_bytes(content)
        rows.append([_small(content) for content in pictures.values()])
    sheet = _pasted(rows)
    path = folder / "posters.png"
    sheet.save(path, compress_level=1)
    return path


def _bare() -> dict[str, Poster]:
    """Return the examples that may go without their photo, without it."""
    return {
        f"{name}-bare": replace(poster, content=replace(poster.content, photos=()))
        for name, poster in samples().items()
        if poster.content.photos and not templates()[name].photos
    }


def _small(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    width = image.width * HEIGHT // image.height
    return image.resize((width, HEIGHT), Image.Resampling.LANCZOS)


def _pasted(rows: list[list[Image.Image]]) -> Image.Image:
    width = max(sum(image.width + GAP for image in row) for row in rows) + GAP
    sheet = Image.new("RGB", (width, (HEIGHT + GAP) * len(rows) + GAP), "#d5d8dc")
    for number, row in enumerate(rows):
        left = GAP
        for image in row:
            sheet.paste(image, (left, GAP + number * (HEIGHT + GAP)))
            left += image.width + GAP
    return sheet


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))  # noqa: T201 - said to whoever looks
