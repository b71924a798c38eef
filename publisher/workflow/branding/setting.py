"""Choosing how posters look, and the emblems to choose from.

Kominfo and operators choose for the region and may for any office; an office chooses for itself.
What the region lets hold for everybody an office may still choose, but it does not show.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models.audit import record
from publisher.models.looks import Logo, Look
from publisher.models.people import OFFICE_ROLES, Role, User
from publisher.models.places import Office, Region, lock_region
from publisher.posters.themes import Theme
from publisher.storage import Store
from publisher.typed import Fault, Faults, refuse, text_fault, tidy
from publisher.workflow.branding import channels, trying
from publisher.workflow.branding.merging import MOTIFS, Looks, looks_of, merged

NAME_CHARS, INVITATION_CHARS = 120, 80
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_CHANNELS: dict[str, Callable[[str], tuple[str, Fault | None]]] = {
    "hashtag": channels.hashtag,
    "whatsapp": channels.whatsapp,
    "link": channels.link,
}


class LookChanged(PublisherError):
    message = N_(
        "Tampilan ini telah diubah orang lain setelah halaman Anda dibuka. Perubahan Anda belum "
        "disimpan; periksa tampilan terbaru, lalu ubah kembali."
    )


class NotYourLook(PublisherError):
    status = 403
    message = N_("Anda tidak dapat mengubah tampilan poster ini.")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody chose for a region or an office. Empty: as it is one level higher."""

    name: str = ""
    brand: str = ""
    accent: str = ""
    motif: str = ""
    logo_id: int | None = None
    hashtag: str = ""
    invitation: str = ""
    whatsapp: str = ""
    link: str = ""
    holds_for_all: bool = False


def may_set(user: User, region: Region, office: Office | None) -> bool:
    """Return whether a person may choose for an office, or (None) for the region."""
    if user.role in OFFICE_ROLES:
        return office is not None and office.id == user.office_id
    return user.role in (Role.REVIEWER, Role.OPERATOR) and user.region_id == region.id


def judged(choice: Choice, region: Region, office: Office | None) -> tuple[Choice, Faults]:
    """Return a choice as it would be kept and printed, and what is wrong with it, by field."""
    texts = {name: tidy(getattr(choice, name)) for name in ("name", "invitation", *_CHANNELS)}
    colours = {name: getattr(choice, name).strip().lower() for name in ("brand", "accent")}
    faults: dict[str, Fault | None] = {
        "name": text_fault(texts["name"], NAME_CHARS, required=False),
        "invitation": text_fault(texts["invitation"], INVITATION_CHARS, required=False),
        "motif": _motif_fault(choice.motif),
        "logo_id": _logo_fault(choice.logo_id, region, office),
        **{name: _colour_fault(colour) for name, colour in colours.items()},
    }
    for name, read in _CHANNELS.items():
        texts[name], faults[name] = read(texts[name])
    of_region = choice.holds_for_all and office is None
    changes: dict[str, Any] = {**texts, **colours, "holds_for_all": of_region}
    if bool(colours["brand"]) != bool(colours["accent"]):
        faults["accent"] = faults["accent"] or Fault(N_("Pilih kedua warna, atau ikuti daerah."))
    clean = replace(choice, **changes)
    found = {name: fault for name, fault in faults.items() if fault is not None}
    return clean, found or trying.faults(asdict(clean), region, office)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A choice that is not kept yet: how posters would look, and what is wrong with it."""

    choice: Choice
    faults: Faults
    theme: Theme


def tried(choice: Choice, region: Region, office: Office | None, store: Store) -> Tried:
    """Return how posters would look; what is wrong is left out, as if it were empty.

    :raises LogoMissing: if the emblem cannot be read
    """
    clean, faults = judged(choice, region, office)
    empty = {name: getattr(Choice(), name) for name in faults}
    if {"brand", "accent"} & faults.keys():
        empty |= {"brand": "", "accent": ""}
    good = replace(clean, **empty)
    look = Look(**{name: value or None for name, value in asdict(good).items()})
    look.logo = find_logo(good.logo_id, region, office) if good.logo_id else None
    now = looks_of(region, office)
    looks = replace(now, office=look) if office else Looks(region=look)
    return Tried(choice=clean, faults=faults, theme=merged(looks, region, office, store))


def set_look(
    region: Region, office: Office | None, choice: Choice, *, seen: int, actor: User, at: datetime
) -> Look:
    """Let the posters of an office, or (None) of the region, look as chosen from now on.

    :param seen: the version of the look that was on the page; 0: there was none
    :raises NotYourLook: if it is not theirs to choose
    :raises LookChanged: if somebody else chose meanwhile
    :raises Unacceptable: naming what is wrong
    """
    if not may_set(actor, region, office) or (office and office.region_id != region.id):
        raise NotYourLook
    clean, faults = judged(choice, region, office)
    refuse(faults)
    lock_region(region.id)
    looks = looks_of(region, office)
    look = looks.office if office else looks.region
    if seen != (look.version if look else 0):
        raise LookChanged
    if look is None:
        look = Look(region=region, office=office, holds_for_all=False)
        db.session.add(look)
    changed = _put(look, clean)
    look.set_by, look.set_at = actor, at
    db.session.flush()
    record(
        "look.set", f"look:{look.id}", at=at, actor_id=actor.id, region_id=region.id,
        office=office.id if office else None, **changed,
    )  # fmt: skip
    return look


def _put(look: Look, choice: Choice) -> dict[str, list[object]]:
    """Put a choice into its row; return what changed, [before, after]."""
    changed: dict[str, list[object]] = {}
    for name, value in asdict(choice).items():
        before, after = getattr(look, name), value or (False if name == "holds_for_all" else None)
        if before != after:
            setattr(look, name, after)
            changed[name] = [before, after]
    return changed


def _motif_fault(motif: str) -> Fault | None:
    return Fault(N_("Pilih salah satu motif.")) if motif and motif not in MOTIFS else None


def _colour_fault(colour: str) -> Fault | None:
    if not colour or _COLOUR.fullmatch(colour):
        return None
    return Fault(N_("Tulis warna sebagai # dan enam angka atau huruf a–f, misalnya #0f5c6e."))


def _logo_fault(logo_id: int | None, region: Region, office: Office | None) -> Fault | None:
    if logo_id is None or find_logo(logo_id, region, office):
        return None
    return Fault(N_("Logo itu tidak ada. Pilih yang lain atau unggah."))


def find_logo(logo_id: int, region: Region, office: Office | None) -> Logo | None:
    """Return an emblem of an office, or (None) of the region itself; no other's."""
    return db.session.scalar(_logos(region, office).where(Logo.id == logo_id))


def own_looks(region: Region) -> list[Look]:
    """Return the looks of the offices that have one, by their names."""
    query = sa.select(Look).join(Office, Look.office_id == Office.id)
    query = query.where(Look.region_id == region.id).order_by(Office.name)
    loads = (joinedload(Look.office), joinedload(Look.logo), joinedload(Look.set_by))
    return list(db.session.scalars(query.options(*loads)))


def logos_of(region: Region, office: Office | None) -> list[Logo]:
    """Return the emblems to choose from, the newest first."""
    return list(db.session.scalars(_logos(region, office).order_by(Logo.id.desc()).limit(12)))


def _logos(region: Region, office: Office | None) -> sa.Select[Logo]:
    whose = Logo.office_id.is_(None) if office is None else Logo.office_id == office.id
    return sa.select(Logo).where(Logo.region_id == region.id, whose)
