"""The people of the drawn scenes, flat and friendly, in the clothes one meets at an office."""

from random import Random

from publisher.posters.brush import SKINS, Brush, mix

HAIR = "#2b211d"
SHIRTS = ("#c8553d", "#2a6f97", "#6a994e", "#bc6c25", "#7b5ea7", "#f2f2f2", "#e09f3e")
HEADS = ("hair", "hijab", "hijab", "peci", "hair")


def person(
    b: Brush,
    x: float,
    y: float,
    height: float,
    shirt: str,
    skin: str,
    *,
    head: str = "hair",
    trousers: str = "#39424e",
) -> None:
    """Draw somebody standing at (x, y), seen from the front.

    :param head: hair, hijab, peci, helmet or caping
    """
    h = height
    for side in (-1, 1):
        b.rect(x + side * h * 0.068 - h * 0.055, y, h * 0.11, h * 0.42, trousers, h * 0.03)
        b.ellipse(x + side * h * 0.078, y + h * 0.012, h * 0.072, h * 0.026, "#1f242b")
    bust(b, x, y + h * 0.36, h * 0.64, shirt, skin, head=head)


def somebody(b: Brush, x: float, y: float, height: float, rng: Random, shirt: str = "") -> None:
    """Draw a passer-by as chance has it, in `shirt` if one is named."""
    person(
        b,
        x,
        y,
        height,
        shirt or rng.choice(SHIRTS),
        rng.choice(SKINS),
        head=rng.choice(HEADS),
    )


def bust(
    b: Brush, x: float, y: float, height: float, shirt: str, skin: str, *, head: str = "hair"
) -> None:
    """Draw somebody from the hips upwards, arms included."""
    h = height
    dark = mix(shirt, "#000000", 0.16)
    for side in (-1, 1):
        b.circle(x + side * h * 0.3, y + h * 0.05, h * 0.07, skin)
        b.rect(x + side * h * 0.29 - h * 0.075, y + h * 0.06, h * 0.15, h * 0.5, dark, h * 0.075)
    b.rect(x - h * 0.25, y - h * 0.02, h * 0.5, h * 0.64, shirt, h * 0.13)
    b.rect(x - h * 0.065, y + h * 0.55, h * 0.13, h * 0.14, mix(skin, "#000000", 0.12), h * 0.03)
    b.line([(x, y + h * 0.02), (x, y + h * 0.55)], dark, h * 0.016)
    _head(b, x, y + h * 0.8, h * 0.185, skin, head, dark)


def _head(b: Brush, x: float, y: float, r: float, skin: str, kind: str, cloth: str) -> None:
    if kind == "hijab":
        _hijab(b, x, y, r, skin, cloth)
        return
    if kind == "hair":
        b.circle(x, y + r * 0.14, r * 1.08, HAIR)
    b.ellipse(x, y, r * 0.94, r, skin)
    if kind == "hair":
        b.half(x, y + r * 0.3, r * 0.98, HAIR)
    elif kind == "peci":
        b.rect(x - r * 0.9, y + r * 0.38, r * 1.8, r * 0.82, "#191b22", r * 0.24)
    elif kind == "helmet":
        b.half(x, y + r * 0.25, r * 1.08, "#ffc42e")
        b.rect(x - r * 1.3, y + r * 0.16, r * 2.6, r * 0.2, "#e8a90c", r * 0.1)
    elif kind == "caping":
        b.poly([(x - r * 2, y + r * 0.25), (x, y + r * 1.6), (x + r * 2, y + r * 0.25)], "#dcb468")
        b.poly([(x, y + r * 0.25), (x, y + r * 1.6), (x + r * 2, y + r * 0.25)], "#c99d4e")
    _face(b, x, y, r)


def _hijab(b: Brush, x: float, y: float, r: float, skin: str, cloth: str) -> None:
    light = mix(cloth, "#ffffff", 0.5)
    b.circle(x, y, r * 1.16, light)
    b.poly(
        [
            (x - r * 1.14, y),
            (x + r * 1.14, y),
            (x + r * 1.25, y - r * 1.7),
            (x - r * 1.25, y - r * 1.7),
        ],
        light,
    )
    b.half(x, y - r * 1.65, r * 1.25, light, upper=False)
    b.ellipse(x, y, r * 0.8, r * 0.88, skin)
    _face(b, x, y, r)


def _face(b: Brush, x: float, y: float, r: float) -> None:
    for side in (-1, 1):
        b.circle(x + side * r * 0.34, y - r * 0.04, r * 0.09, "#241a16")
    b.half(x, y - r * 0.38, r * 0.24, "#ffffff", upper=False)
