"""Trying a look: on the templates themselves, so that no form accepts what no poster can show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from publisher.models.places import Office, Region
from publisher.posters import previews, studio
from publisher.posters.colours import WHITE, between, luminance
from publisher.posters.contents import Content
from publisher.posters.templates import FORMATS
from publisher.posters.themes import Channels, Theme
from publisher.typed import Fault, Faults

#: On which templates a look is shown: with a photo, with figures, and the complaint channel.
SHOWN = ("kegiatan", "capaian", "kanal_aduan")
_TRIED = studio.Poster(
    template="pengumuman",
    theme=Theme(region="", office=""),
    content=Content(headline="Jalan Pemuda ditutup sementara"),
)
_CHANNELS = ("hashtag", "invitation", "whatsapp", "link")


@dataclass(frozen=True, kw_only=True)
class Shade:
    """What becomes of a chosen colour on a poster.

    :param used: "#rrggbb"
    :param contrast: of text on it, or of it on the ground of posters, 1 to 21
    """

    chosen: str
    used: str
    ground: str
    contrast: float

    @property
    def change(self) -> str:
        """Return "same", "darker" or "lighter"."""
        difference = luminance(self.used) - luminance(self.chosen)
        return "same" if not difference else "lighter" if difference > 0 else "darker"


def shades(theme: Theme) -> dict[str, Shade]:
    """Return what is made of `brand` (below white text) and of `accent` (text on the brand)."""
    brand, tone = theme.ground("brand"), theme.tone("brand")
    return {
        "brand": _shade(theme.brand, brand, WHITE),
        "accent": _shade(theme.accent, tone.accent, brand),
    }


def _shade(chosen: str, used: str, ground: str) -> Shade:
    return Shade(chosen=chosen, used=used, ground=ground, contrast=between(used, ground))


def faults(choice: Mapping[str, Any], region: Region, office: Office | None) -> Faults:
    """Return what a poster could not show of a choice, by its field.

    Each text is tried alone, because a problem of the channels does not say which of them.
    """
    found: Faults = {}
    named = choice["name"]
    base = Theme(region=region.full_name, office=office.name if office else region.full_name)
    tries = {name: {name: str(choice[name])} for name in _CHANNELS if choice[name]}
    for name, told in tries.items():
        _note(found, name, replace(base, channels=Channels(**told)))
    if named:
        _note(found, "name", replace(base, office=named) if office else replace(base, region=named))
    if not found:
        told = {name: str(choice[name]) for name in _CHANNELS}
        _note(found, "invitation", replace(base, channels=Channels(**told)))
    return found


def _note(found: Faults, name: str, theme: Theme) -> None:
    _, problems = studio.laid_out(replace(_TRIED, theme=theme), FORMATS)
    if problems:
        found[name] = Fault(problems[0].message, problems[0].values)


def sample(template: str, theme: Theme, width: int) -> bytes:
    """Return a JPEG, `width` px wide, of the example of a template as it looks with a theme.

    :raises KeyError: for a template that is not shown
    """
    from publisher.posters.samples import samples  # draws photos: only for whoever asks

    if template not in SHOWN:
        raise KeyError(template)
    poster, told = samples()[template], theme.channels
    content = replace(
        poster.content,
        hashtag=told.hashtag or poster.content.hashtag,
        whatsapp=told.whatsapp or poster.content.whatsapp,
        link=told.link or poster.content.link,
    )
    drawn = previews.preview(replace(poster, theme=theme, content=content), "portrait", width)
    return drawn.pictures["portrait"]
