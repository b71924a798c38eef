"""Scenes under the sky: fields, roads, markets, floods, and the buildings people know.

Each function draws one picture of `size` px. Colours come from the poster's palette, so a
scene looks at home on it; the `rng` varies people, trees and weather.
"""

from random import Random

from PIL import Image

from publisher.posters.brush import SKINS, Brush, Palette, Size, mix
from publisher.posters.people import HEADS, SHIRTS, bust, person, somebody

GRASS, WOOD, ASPHALT, LEAF = "#7fb069", "#8a5a35", "#5b616b", "#4f8f4a"


def outdoors(size: Size, palette: Palette, rng: Random) -> Brush:
    """Return a stage with sky, sun, clouds and far hills."""
    b = Brush(size, palette.paper, mix(palette.soft, "#ffffff", 0.25))
    sky = mix(palette.soft, "#ffffff", 0.35)
    b.sun(rng.choice((170, 800)), 560 + rng.randrange(40), 62, palette.accent, sky)
    for x in (rng.randrange(0, 300), rng.randrange(420, 640), rng.randrange(760, 1000)):
        b.cloud(x, rng.randrange(560, 640), rng.randrange(40, 70), "#ffffff")
    shift = rng.random() * 6
    b.hills(330, 55, 170, shift, mix(palette.brand, sky, 0.62))
    b.hills(265, 40, 120, shift + 2, mix(palette.brand, sky, 0.4))
    return b


def rice_fields(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = outdoors(size, palette, rng)
    leaf = mix("#5b9a3c", palette.brand, 0.25)
    for step in range(6):
        base, shift = 262 - step * 44, step * 0.7 + rng.random()
        b.hills(base + 6, 15, 150, shift, mix("#e9f5d0", palette.soft, 0.4))
        b.hills(base, 15, 150, shift, mix(leaf, "#d6e04f" if step % 2 else "#2f6b34", 0.32))
    for x in (70, 150, 880):
        b.palm(x + rng.randrange(30), 215, rng.randrange(190, 260), "#3f7d3a")
    _hut(b, 640, 215, palette)
    for x in (330, 460):
        person(b, x, 60 + rng.randrange(30), 190, rng.choice(SHIRTS), SKINS[1], head="caping")
    _rice(b, rng)
    return b.image


def _hut(b: Brush, x: float, y: float, palette: Palette) -> None:
    b.rect(x, y, 130, 70, "#f3e3c7")
    b.rect(x + 50, y, 32, 50, WOOD)
    b.poly(
        [(x - 24, y + 66), (x + 24, y + 128), (x + 106, y + 128), (x + 154, y + 66)], palette.brand
    )


def _rice(b: Brush, rng: Random) -> None:
    x = b.left
    while x < b.right:
        for lean in (-16, -4, 10):
            b.line([(x, -4), (x + lean, 34 + rng.randrange(22))], "#c7d64a", 5)
        x += 34


def health_centre(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = outdoors(size, palette, rng)
    b.ground(150, GRASS)
    b.ground(70, "#c9ccd1")
    for x in (40, 960):
        b.tree(x, 140, 240, LEAF)
    wall = "#fbfbf7"
    b.rect(190, 140, 620, 210, wall)
    b.rect(190, 140, 620, 34, mix(palette.brand, wall, 0.55))
    b.poly([(160, 346), (240, 430), (760, 430), (840, 346)], palette.brand)
    b.rect(400, 140, 200, 270, "#ffffff")
    b.poly([(380, 408), (500, 480), (620, 408)], mix(palette.brand, "#000000", 0.2))
    b.rect(452, 140, 96, 150, mix(palette.soft, "#4b7f9b", 0.5))
    b.rect(497, 140, 6, 150, "#ffffff")
    b.rect(420, 318, 160, 46, palette.ink, 8)
    b.text(500, 341, "PUSKESMAS", 24, "#ffffff")
    b.circle(500, 424, 24, "#ffffff")
    b.rect(494, 408, 12, 32, "#2f9e5b")
    b.rect(484, 418, 32, 12, "#2f9e5b")
    for x in (225, 310, 630, 715):
        _window(b, x, 220, 60, 74, palette)
    _ambulance(b, 690, 44)
    person(b, 240, 40, 240, "#f4f6f7", SKINS[2], head="hijab", trousers="#6aa5a0")
    somebody(b, 345, 30, 230, rng)
    somebody(b, 420, 30, 140, rng)
    return b.image


def _window(b: Brush, x: float, y: float, width: float, height: float, palette: Palette) -> None:
    b.rect(x, y, width, height, mix(palette.ink, "#ffffff", 0.25), 4)
    b.rect(x + 5, y + 5, width - 10, height - 10, mix(palette.soft, "#d8f0ff", 0.5))
    b.rect(x + width / 2 - 2.5, y, 5, height, mix(palette.ink, "#ffffff", 0.25))


def _ambulance(b: Brush, x: float, y: float) -> None:
    b.ellipse(x + 130, y - 2, 140, 14, "#a9adb4")
    b.rect(x, y + 20, 190, 120, "#ffffff", 14)
    b.poly(
        [
            (x + 180, y + 20),
            (x + 180, y + 128),
            (x + 222, y + 128),
            (x + 262, y + 74),
            (x + 262, y + 20),
        ],
        "#ffffff",
    )
    b.poly(
        [(x + 194, y + 78), (x + 194, y + 116), (x + 218, y + 116), (x + 246, y + 78)], "#5e8aa3"
    )
    b.rect(x, y + 52, 262, 16, "#d9343f")
    b.rect(x + 84, y + 80, 14, 44, "#d9343f")
    b.rect(x + 69, y + 95, 44, 14, "#d9343f")
    b.rect(x + 150, y + 138, 34, 14, "#3d7bd9", 6)
    for wheel in (56, 208):
        b.circle(x + wheel, y + 20, 28, "#23272e")
        b.circle(x + wheel, y + 20, 12, "#b9bec7")


def road_works(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = outdoors(size, palette, rng)
    b.hills(235, 14, 200, rng.random() * 5, mix(GRASS, "#2f6b34", 0.2))
    b.ground(200, GRASS)
    b.poly([(120, 0), (470, 236), (530, 236), (880, 0)], ASPHALT)
    b.poly([(b.left, 0), (120, 0), (470, 236), (462, 236)], "#d8c9a0")
    b.poly([(b.right, 0), (880, 0), (530, 236), (538, 236)], "#d8c9a0")
    for low, high in ((0, 46), (80, 116), (142, 168), (186, 206)):
        half = (236 - low) / 236 * 16, (236 - high) / 236 * 16
        b.poly(
            [
                (500 - half[0], low),
                (500 - half[1], high),
                (500 + half[1], high),
                (500 + half[0], low),
            ],
            "#fafafa",
        )
    for x, high in ((60, 210), (930, 230)):
        b.tree(x, 170, high, LEAF)
    _roller(b, 600, 70, palette.accent)
    for x, y in ((330, 20), (395, 80), (440, 130)):
        _cone(b, x, y, 90 - y * 0.35)
    person(b, 190, 36, 270, "#f47b20", rng.choice(SKINS), head="helmet")
    person(b, 300, 96, 200, "#f47b20", rng.choice(SKINS), head="helmet")
    return b.image


def _roller(b: Brush, x: float, y: float, paint: str) -> None:
    dark = mix(paint, "#000000", 0.22)
    b.ellipse(x + 150, y - 6, 190, 16, "#464b54")
    b.rect(x + 40, y + 60, 240, 74, paint, 12)
    b.rect(x + 190, y + 96, 100, 60, dark, 10)
    b.rect(x + 96, y + 130, 12, 110, "#343a43")
    b.rect(x + 206, y + 130, 12, 110, "#343a43")
    b.rect(x + 74, y + 232, 168, 18, dark, 8)
    bust(b, x + 156, y + 122, 110, "#f47b20", SKINS[1], head="helmet")
    b.circle(x + 54, y + 62, 66, "#343a43")
    b.circle(x + 54, y + 62, 50, "#7b828d")
    b.circle(x + 54, y + 62, 14, "#343a43")
    b.circle(x + 258, y + 50, 54, "#23272e")
    b.circle(x + 258, y + 50, 22, "#c6cad1")


def _cone(b: Brush, x: float, y: float, size: float) -> None:
    b.poly(
        [
            (x - size * 0.28, y),
            (x - size * 0.06, y + size),
            (x + size * 0.06, y + size),
            (x + size * 0.28, y),
        ],
        "#f26a21",
    )
    b.poly(
        [
            (x - size * 0.19, y + size * 0.4),
            (x - size * 0.13, y + size * 0.66),
            (x + size * 0.13, y + size * 0.66),
            (x + size * 0.19, y + size * 0.4),
        ],
        "#ffffff",
    )
    b.rect(x - size * 0.4, y - size * 0.05, size * 0.8, size * 0.12, "#c74f12", 4)


def market(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = outdoors(size, palette, rng)
    b.ground(190, "#e7d7b8")
    b.ground(64, "#d4c09a")
    awnings = [palette.brand, palette.accent, "#c8553d"]
    rng.shuffle(awnings)
    for x, colour in zip((20, 360, 700), awnings, strict=True):
        _stall(b, x, 110, colour, rng)
    for x, tall in ((180, 250), (330, 235), (660, 255), (870, 240)):
        somebody(b, x, rng.randrange(8, 34), tall, rng)
    return b.image


def _stall(b: Brush, x: float, y: float, colour: str, rng: Random) -> None:
    for post in (14, 256):
        b.rect(x + post, y, 14, 290, WOOD)
    bust(
        b,
        x + 140,
        y + 96,
        150,
        rng.choice(SHIRTS),
        rng.choice(SKINS),
        head=rng.choice(HEADS),
    )
    b.rect(x, y, 284, 110, "#b07b4a", 8)
    b.rect(x, y + 96, 284, 18, "#8f6036", 8)
    fruits = rng.sample(("#d64545", "#f2a541", "#6a994e", "#8e5ea2", "#f6d743"), 3)
    for crate, fruit in enumerate(fruits):
        for number in range(5):
            b.circle(x + 32 + crate * 92 + number * 13, y + 122 + 10 * (number % 2), 14, fruit)
    for stripe in range(6):
        left, tone = x - 14 + stripe * 52, colour if stripe % 2 else "#ffffff"
        slant = (stripe - 3) * 8, (stripe - 2) * 8
        b.poly(
            [
                (left, y + 262),
                (left - slant[0], y + 340),
                (left + 52 - slant[1], y + 340),
                (left + 52, y + 262),
            ],
            tone,
        )
        b.half(left + 26, y + 263, 26, tone, upper=False)


def flood_help(size: Size, palette: Palette, rng: Random) -> Image.Image:
    cloudy, storm = mix(palette.paper, "#dfe5ea", 0.6), mix(palette.soft, "#8fa3b3", 0.6)
    b = Brush(size, cloudy, storm)
    for x in (120, 420, 640, 900):
        b.cloud(x, rng.randrange(560, 630), rng.randrange(80, 120), mix(storm, "#5d6e7d", 0.35))
    for _ in range(110):
        start, low = rng.uniform(b.left, b.right), rng.uniform(136, 556)
        b.line([(start, low + 34), (start - 9, low)], "#eef5fa", 2.5)
    b.hills(280, 30, 150, rng.random() * 5, mix("#4f7f5a", storm, 0.4))
    for x, wall in ((40, "#f1e0c5"), (700, "#e6d5d0")):
        _flooded_house(b, x, 150, wall, mix(palette.brand, "#a14a3a", 0.5))
    b.tree(520, 190, 230, "#4b7d52")
    water = mix("#6d8ea0", palette.brand, 0.3)
    for level, share in ((236, 0.45), (190, 0.3), (120, 0.12), (52, 0.0)):
        b.hills(level, 9, 38, level, mix(water, "#dcecf3", share))
        if level == 120:
            _boat(b, 250, 92, rng)
    return b.image


def _flooded_house(b: Brush, x: float, y: float, wall: str, roof: str) -> None:
    b.rect(x + 24, y, 210, 220, wall)
    b.poly([(x, y + 214), (x + 129, y + 320), (x + 258, y + 214)], roof)
    b.rect(x + 54, y + 110, 60, 70, "#6f8796")
    b.rect(x + 148, y + 60, 56, 130, WOOD)


def _boat(b: Brush, x: float, y: float, rng: Random) -> None:
    for place, head in ((90, "helmet"), (205, "hijab"), (300, "hair"), (400, "helmet")):
        vest = "#f26a21" if head == "helmet" else rng.choice(SHIRTS)
        bust(
            b,
            x + place,
            y + 60,
            190 if head == "helmet" else 160,
            vest,
            rng.choice(SKINS),
            head=head,
        )
    b.poly([(x - 40, y + 96), (x + 20, y), (x + 470, y), (x + 540, y + 96)], "#d9481c")
    b.rect(x - 44, y + 76, 588, 36, "#f26a21", 18)
    b.text(x + 250, y + 40, "BPBD", 46, "#ffffff")
    b.line([(x + 420, y + 150), (x + 590, y + 6)], "#7a5a3c", 9)


def town_hall(size: Size, palette: Palette, rng: Random) -> Image.Image:
    b = outdoors(size, palette, rng)
    b.ground(190, GRASS)
    b.poly([(120, 0), (400, 170), (600, 170), (880, 0)], "#dfd8c8")
    for x, high in ((60, 260), (945, 240)):
        b.tree(x, 160, high, LEAF)
    roof = mix("#9c4a2f", palette.brand, 0.25)
    b.rect(180, 165, 640, 26, "#cfc6b4")
    b.rect(210, 190, 580, 150, mix(palette.paper, "#7a6a55", 0.35))
    for x in range(226, 790, 90):
        b.rect(x, 188, 22, 156, "#fbf7ec", 4)
    b.poly([(150, 336), (330, 420), (670, 420), (850, 336)], roof)
    b.poly([(330, 416), (410, 510), (590, 510), (670, 416)], mix(roof, "#000000", 0.14))
    b.rect(404, 504, 192, 14, mix(roof, "#000000", 0.3), 6)
    b.flag(300, 120, 430)
    for number, x in enumerate((380, 470, 560, 650, 740)):
        head = ("peci", "hijab", "hair")[number % 3]
        person(
            b,
            x,
            30 + 8 * (number % 2),
            220,
            "#c2a878",
            rng.choice(SKINS),
            head=head,
            trousers="#8f7a50",
        )
    somebody(b, 180, 20, 240, rng, palette.brand)
    return b.image


OUTSIDE = {
    "sawah": rice_fields,
    "puskesmas": health_centre,
    "jalan": road_works,
    "pasar": market,
    "banjir": flood_help,
    "balai": town_hall,
}
