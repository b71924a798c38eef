"""From what was chosen to one theme: an office's own, else its region's, else Siar's."""

import logging
from dataclasses import dataclass, replace
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models.looks import Logo, Look
from publisher.models.places import Office, Region
from publisher.posters.themes import Channels, Motif, Theme
from publisher.storage import Store

log = logging.getLogger(__name__)

#: What the region's choice may hold for all of its offices.
HELD = frozenset({"brand", "accent", "motif"})
MOTIFS: tuple[str, ...] = get_args(Motif)
CHANNELS = ("hashtag", "invitation", "whatsapp", "link")


class LogoMissing(PublisherError):
    """The bytes of an emblem cannot be had from the media store now."""

    status = 503
    message = N_(
        "Logo belum dapat dibaca dari penyimpanan, jadi poster belum digambar. Coba lagi sebentar "
        "lagi; bila tetap gagal, unggah ulang logonya di Tampilan poster."
    )


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What a region has chosen, and one of its offices; None: nothing yet."""

    region: Look | None
    office: Look | None = None

    def chosen(self, name: str) -> str | None:
        """Return what holds for a field of `Look`; None: nobody has chosen."""
        own = None if self.is_held(name) else getattr(self.office, name, None)
        chosen: str | None = own or getattr(self.region, name, None)
        return chosen

    @property
    def logo(self) -> Logo | None:
        own = self.office.logo if self.office else None
        return own or (self.region.logo if self.region else None)

    def is_held(self, name: str) -> bool:
        """Return whether the region's choice holds for its offices."""
        return name in HELD and self.region is not None and self.region.holds_for_all


def looks_of(region: Region, office: Office | None) -> Looks:
    """Return both rows, in one query."""
    ids = [] if office is None else [office.id]
    scope = sa.or_(Look.office_id.is_(None), Look.office_id.in_(ids))
    query = sa.select(Look).where(Look.region_id == region.id, scope)
    rows = db.session.scalars(query.options(joinedload(Look.logo))).all()
    found = {row.office_id: row for row in rows}
    return Looks(region=found.get(None), office=found.get(office.id) if office else None)


def theme_of(office: Office, store: Store) -> Theme:
    """Return how an office's posters look.

    :raises LogoMissing: if its emblem cannot be read; a poster without it would be another one
    """
    return merged(looks_of(office.region, office), office.region, office, store)


def merged(looks: Looks, region: Region, office: Office | None, store: Store) -> Theme:
    """Return the theme that two looks make together; without an office, that of the region."""
    own_name = looks.office.name if looks.office else None
    region_name = looks.region.name if looks.region else None
    theme = Theme(
        region=region_name or f"Pemerintah {region.full_name}",
        office=own_name or (office.name if office else region.full_name),
        logo=_bytes(looks.logo, store) if looks.logo else None,
        channels=Channels(**{name: looks.chosen(name) or "" for name in CHANNELS}),
    )
    chosen: dict[str, Any] = {name: looks.chosen(name) for name in ("brand", "accent", "motif")}
    if chosen["motif"] not in MOTIFS:
        chosen["motif"] = None
    return replace(theme, **{name: value for name, value in chosen.items() if value})


def _bytes(logo: Logo, store: Store) -> bytes:
    try:
        return store.get(logo.digest)
    except OSError as error:
        log.warning("an emblem could not be read: %s", error)
        raise LogoMissing from error
