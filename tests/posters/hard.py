"""Photos on which text is hard to read."""

import io
from random import Random

from PIL import Image, ImageDraw


def _jpeg(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _busy_crowd():
    image, rng = Image.new("RGB", (900, 700), "#c9b79c"), Random(7)
    pen = ImageDraw.Draw(image)
    for _ in range(2500):
        x, y, r = rng.randrange(900), rng.randrange(700), rng.randrange(4, 22)
        colour = tuple(rng.randrange(256) for _ in range(3))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return image


def _night():
    image, rng = Image.new("RGB", (900, 700), "#05070d"), Random(8)
    pen = ImageDraw.Draw(image)
    for _ in range(400):
        x, y = rng.randrange(900), rng.randrange(700)
        pen.ellipse((x, y, x + 9, y + 9), fill=rng.choice(("#fff3c4", "#ffffff", "#ffb347")))
    return image


WHITE_SKY = _jpeg(Image.new("RGB", (900, 700), "#ffffff"))
BUSY_CROWD = _jpeg(_busy_crowd())
NIGHT = _jpeg(_night())
