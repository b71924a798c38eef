"""The form of how posters look."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, Optional

from publisher.posters.themes import Theme
from publisher.workflow.branding import Choice

_OWN = Theme(region="", office="")
_SHORT = [Optional(), Length(max=400)]


@dataclass(frozen=True)
class Palette:
    """Two colours that go together, for whoever does not want to choose."""

    label: LazyString
    colours: tuple[str, str]


PALETTES: Mapping[str, Palette] = {
    "toska": Palette(_l("Toska"), (_OWN.brand, _OWN.accent)),
    "hijau": Palette(_l("Hijau"), ("#0f6b4f", "#ffcc4d")),
    "biru": Palette(_l("Biru"), ("#1769aa", "#ffb03a")),
    "nila": Palette(_l("Nila"), ("#2b3a8c", "#ff9f68")),
    "ungu": Palette(_l("Ungu"), ("#7b3f98", "#f9c74f")),
    "merah": Palette(_l("Merah marun"), ("#9b1c31", "#ffcf66")),
    "cokelat": Palette(_l("Cokelat"), ("#7a4a12", "#ffc247")),
}


class LookForm(FlaskForm):
    version = HiddenField()
    name = StringField(_l("Nama yang tercetak"), _SHORT)
    own_colours = BooleanField(_l("Pakai warna sendiri"))
    brand = StringField(_l("Warna utama"), _SHORT)
    accent = StringField(_l("Warna aksen"), _SHORT)
    motif = StringField(_l("Motif"), _SHORT)
    logo_id = StringField(_l("Logo"), _SHORT)
    file = FileField(
        _l("Unggah logo"),
        description=_l("PNG dengan latar transparan, sisi panjang paling sedikit 120 piksel."),
    )
    hashtag = StringField(_l("Tagar"), _SHORT)
    invitation = StringField(_l("Ajakan"), _SHORT)
    whatsapp = StringField(_l("Nomor WhatsApp"), _SHORT)
    link = StringField(_l("Tautan kode QR"), _SHORT)
    holds_for_all = BooleanField(_l("Warna dan motif daerah berlaku untuk semua perangkat daerah"))


def filled(choice: Choice, version: int) -> dict[str, Any]:
    """Return a choice as the form shows it: colours are never empty there."""
    told = asdict(choice)
    return {
        **told,
        "version": version,
        "logo_id": str(choice.logo_id or ""),
        "own_colours": bool(choice.brand),
        "brand": choice.brand or _OWN.brand,
        "accent": choice.accent or _OWN.accent,
    }


def choice_of(form: LookForm) -> Choice:
    """Return what is in the form, as it was typed."""
    names = ("name", "motif", "hashtag", "invitation", "whatsapp", "link")
    told = {name: form[name].data or "" for name in names}
    own, logo = form.own_colours.data, form.logo_id.data or ""
    return Choice(
        **told,
        brand=(form.brand.data or "") if own else "",
        accent=(form.accent.data or "") if own else "",
        logo_id=(int(logo) if logo.isdecimal() and len(logo) < 10 else 0) if logo else None,
        holds_for_all=bool(form.holds_for_all.data),
    )
