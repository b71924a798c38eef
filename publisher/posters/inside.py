"""Scenes under a roof: a meeting, a library, a counter, and a phone with a complaint on it.

As in `outside`, each function draws one picture of `size` px from a palette and an `rng`.
"""

from random import Random

from PIL import Image

from publisher.posters.brush import SKINS, Brush, Palette, Size, mix
from publisher.posters.people import HEADS, SHIRTS, bust, somebody

WOOD, GREY, LEAF = "#8a5a35", "#5b616b", "#4f8f4a"


def meeting(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = Brush(size, palette.paper, mix(palette.paper, palette.soft, 0.55))
    b.ground(120, mix(palette.soft, WOOD, 0.45))
    b.rect(330, 330, 440, 270, mix(palette.ink, "#ffffff", 0.12), 14)
    b.rect(346, 346, 408, 238, "#ffffff", 6)
    for number, height in enumerate(sorted(rng.sample(range(50, 170, 12), 5))):
        b.rect(
            384 + number * 48, 372, 32, height, palette.accent if number == 4 else palette.brand, 4
        )
    b.circle(690, 500, 46, palette.soft)
    b.half(690, 500, 46, palette.brand)
    b.flag(120, 120, 420)
    for x in (860, 915, 885):
        b.ellipse(x, 330, 34, 96, mix(LEAF, "#000000", x % 3 * 0.1))
    b.poly([(840, 120), (850, 250), (930, 250), (940, 120)], palette.accent)
    for x in (220, 360, 500, 640, 780):
        shirt = rng.choice((palette.brand, "#c2a878", "#c2a878", "#e8e4da", "#7c6f9f"))
        bust(b, x, 190, 210, shirt, rng.choice(SKINS), head=rng.choice(HEADS))
    b.rect(110, 60, 780, 150, WOOD, 16)
    b.rect(90, 192, 820, 30, mix(WOOD, "#ffffff", 0.2), 14)
    for x in (220, 360, 500, 640, 780):
        b.rect(x - 42, 116, 84, 40, "#fdf6e6", 6)
        b.rect(x - 26, 133, 52, 6, GREY, 3)
        b.line([(x + 56, 222), (x + 50, 262)], "#30343c", 5)
        b.circle(x + 49, 266, 9, "#30343c")
    return b.image


def library(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = Brush(size, palette.paper, mix(palette.paper, "#f0dcb8", 0.6))
    b.ground(130, mix(WOOD, "#ffffff", 0.45))
    b.rect(b.left, 130, b.right - b.left, 480, mix(WOOD, "#000000", 0.1))
    for shelf in range(3):
        low = 150 + shelf * 152
        b.rect(b.left, low, b.right - b.left, 134, mix(WOOD, "#000000", 0.42))
        _books(b, low, palette, rng)
    b.rect(250, 60, 520, 26, mix(WOOD, "#ffffff", 0.25), 10)
    for x in (290, 710):
        b.rect(x, 0, 22, 66, WOOD)
    for x, head in ((370, "hijab"), (520, "hair"), (660, "hair")):
        bust(
            b,
            x,
            82,
            230 if head == "hijab" else 180,
            rng.choice(SHIRTS),
            rng.choice(SKINS),
            head=head,
        )
        b.poly(
            [(x - 62, 90), (x - 54, 146), (x, 132), (x + 54, 146), (x + 62, 90), (x, 80)], "#ffffff"
        )
        b.line([(x, 80), (x, 132)], palette.brand, 5)
    b.rect(230, 60, 560, 28, mix(WOOD, "#ffffff", 0.25), 10)
    somebody(b, 880, 14, 290, rng)
    b.tree(90, 20, 260, LEAF)
    b.rect(48, 4, 84, 70, palette.brand, 10)
    return b.image


def _books(b: Brush, low: float, palette: Palette, rng: Random) -> None:
    colours = (palette.brand, palette.accent, palette.soft, palette.paper, "#c8553d", "#51658a")
    x = b.left + 8
    while x < b.right - 20:
        width, height = rng.randrange(16, 32), rng.randrange(84, 124)
        colour = rng.choice(colours)
        b.rect(x, low, width, height, colour, 3)
        b.rect(x, low + height - 28, width, 8, mix(colour, "#ffffff", 0.5))
        x += width + (3 if rng.random() < 0.9 else 40)


def identity_card(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = Brush(size, palette.paper, mix(palette.paper, palette.soft, 0.7))
    b.ground(110, mix(palette.soft, "#ffffff", 0.2))
    b.rect(b.left, 590, b.right - b.left, 12, mix(palette.brand, palette.soft, 0.5))
    for number, x in enumerate((60, 360, 660)):
        _counter(b, x, number + 1, palette, rng)
    for x, tall in ((250, 270), (820, 280)):
        somebody(b, x, 10, tall, rng)
    _card(b, 440, 10, palette)
    return b.image


def _counter(b: Brush, x: float, number: int, palette: Palette, rng: Random) -> None:
    b.rect(x, 250, 280, 230, mix(palette.soft, "#ffffff", 0.55), 12)
    bust(b, x + 140, 236, 200, "#c2a878", rng.choice(SKINS), head=rng.choice(HEADS))
    b.rect(x + 196, 240, 70, 60, "#2f3640", 6)
    b.rect(x + 224, 230, 14, 16, "#2f3640")
    b.rect(x - 10, 90, 300, 144, palette.brand, 8)
    b.rect(x - 18, 226, 316, 22, palette.ink, 8)
    b.rect(x + 50, 500, 180, 56, palette.ink, 12)
    b.text(x + 140, 528, f"LOKET {number}", 30, "#ffffff")


def _card(b: Brush, x: float, y: float, palette: Palette) -> None:
    b.rect(x + 8, y - 6, 270, 172, mix(palette.ink, "#ffffff", 0.35), 16)
    b.rect(x, y, 270, 172, "#cfe8f7", 16)
    b.rect(x, y + 136, 270, 36, "#3f8fc4", 16)
    b.rect(x, y + 130, 270, 20, "#3f8fc4")
    b.text(x + 135, y + 151, "KARTU CONTOH", 19, "#ffffff")
    for row, width in enumerate((140, 110, 128, 84)):
        b.rect(x + 20, y + 102 - row * 26, width, 11, "#6b93ad", 5)
    b.rect(x + 186, y + 22, 66, 92, "#d1495b", 6)
    b.circle(x + 219, y + 78, 19, SKINS[2])
    b.half(x + 219, y + 22, 28, "#ffffff")


def complaints(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = Brush(size, palette.paper, mix(palette.soft, "#ffffff", 0.2))
    b.circle(500, 330, 330, mix(palette.soft, "#ffffff", 0.45))
    b.circle(500, 330, 240, mix(palette.soft, palette.brand, 0.18))
    b.ground(60, mix(palette.brand, "#ffffff", 0.35))
    b.rect(368, 40, 264, 520, palette.ink, 40)
    b.rect(382, 62, 236, 476, "#ffffff", 26)
    b.rect(382, 478, 236, 60, palette.brand, 26)
    b.rect(382, 470, 236, 30, palette.brand)
    b.text(500, 504, "Aduan warga", 25, "#ffffff")
    for row, (left, width, tone) in enumerate(
        (
            (396, 150, "#e6e9ee"),
            (440, 164, palette.soft),
            (396, 120, "#e6e9ee"),
            (440, 164, palette.soft),
        )
    ):
        low = 392 - row * 84
        b.rect(left, low, width, 62, tone, 18)
        b.rect(left + 16, low + 34, width - 40, 9, GREY, 4)
        b.rect(left + 16, low + 17, width - 70, 9, GREY, 4)
    _bubble(b, 60, 380, 230, palette.brand)
    _bubble(b, 730, 440, 210, palette.accent)
    b.line([(790, 486), (824, 456), (884, 524)], "#ffffff", 16)
    for x in (112, 175, 238):
        b.circle(x, 440, 16, "#ffffff")
    somebody(b, 200, 24, 300, rng)
    somebody(b, 810, 24, 310, rng, palette.brand)
    return b.image


def _bubble(b: Brush, x: float, y: float, width: float, fill: str) -> None:
    b.rect(x, y, width, 120, fill, 40)
    b.poly([(x + width * 0.4, y + 10), (x + width * 0.7, y + 10), (x + width * 0.62, y - 40)], fill)


INSIDE = {
    "rapat": meeting,
    "pustaka": library,
    "ktp": identity_card,
    "aduan": complaints,
}
