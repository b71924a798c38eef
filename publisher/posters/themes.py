"""How the posters of one office look: its names, colours, emblem, motif and channels."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from publisher.posters.brush import mix
from publisher.posters.colours import BLACK, SURE, WHITE, Tone, between, tone

Motif = Literal["kawung", "parang", "lurik", "mega"]
Ground = Literal["ink", "brand", "paper", "soft", "photo", "accent"]


@dataclass(frozen=True, kw_only=True)
class Channels:
    """Where citizens reach the region: the foot of every poster. Empty means: there is none."""

    hashtag: str = ""
    invitation: str = ""
    whatsapp: str = ""
    link: str = ""  # what the QR code holds


@dataclass(frozen=True, kw_only=True)
class Theme:
    """One office's look. Colours as "#rrggbb"; any two will do, see `colours`.

    :param region: such as "Pemerintah Kabupaten Rembang"
    :param logo: a PNG with transparency, or None for a plain sign
    """

    region: str
    office: str
    brand: str = "#0f5c6e"
    accent: str = "#f5b83d"
    motif: Motif = "kawung"
    logo: bytes | None = field(default=None, repr=False)
    channels: Channels = Channels()

    @cached_property
    def _grounds(self) -> dict[str, str]:
        brand = readable_ground(self.brand)
        ink = mix(brand, BLACK, 0.62)
        return {
            "ink": ink,
            "photo": ink,
            "brand": brand,
            "paper": mix(brand, WHITE, 0.95),
            "soft": mix(brand, WHITE, 0.86),
            "accent": self.accent,
        }

    def ground(self, name: Ground) -> str:
        return self._grounds[name]

    def tone(self, name: Ground) -> Tone:
        """Return the colours of text on a ground; on light ones the brand is the accent."""
        ground = self.ground(name)
        emphasis = self.accent if name in ("ink", "photo", "brand") else self.ground("brand")
        return tone(ground, emphasis)


def readable_ground(colour: str) -> str:
    """Return `colour`, darkened until white can be read on it and on its cards."""
    shades = (mix(colour, BLACK, step / 40) for step in range(41))
    return next(shade for shade in shades if between(WHITE, mix(shade, WHITE, 0.1)) >= SURE + 0.8)
