"""The form of a poster, and how it becomes the `Design` that is saved.

A text with an error keeps what the poster had: one that is too long must not lose the others.
All fields are always in the form, those that the template does not show out of sight.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from publisher.models.posters import Poster
from publisher.posters.templates import templates
from publisher.storage import DIGEST
from publisher.workflow.designing import (
    ALT_LIMIT,
    LIMITS,
    ROWS,
    SIZES,
    Chosen,
    Design,
    max_photos,
)

#: The fields in the order people think of them; whether they are long; an example.
TEXTS: Mapping[str, tuple[Any, bool, Any]] = {
    "headline": (_l("Judul"), True, _l("Satu kalimat pendek yang dibaca paling dulu.")),
    "quote": (_l("Kutipan"), True, _l("Kalimat yang benar-benar diucapkan.")),
    "person": (_l("Nama"), False, ""),
    "role": (_l("Jabatan atau asal"), False, ""),
    "body": (_l("Penjelasan"), True, _l("Satu atau dua kalimat: apa manfaatnya bagi warga.")),
    "hashtag": (_l("Tagar"), False, _l("Misalnya #LaporBlora.")),
    "whatsapp": (_l("Nomor WhatsApp kanal aduan"), False, ""),
    "link": (_l("Tautan untuk kode QR"), False, _l("Tautan pendek lebih mudah dipindai.")),
    "when": (_l("Kapan"), False, ""),
    "where": (_l("Di mana"), False, ""),
    "how": (_l("Caranya"), True, _l("Apa yang perlu dibawa atau dilakukan warga.")),
    "before": (_l("Tulisan pada foto pertama"), False, ""),
    "after": (_l("Tulisan pada foto kedua"), False, ""),
    "label": (_l("Label kecil"), False, ""),
    "badge": (_l("Penanda di sudut"), False, ""),
}
ROW_WORDS: Mapping[str, Mapping[str, Any]] = {
    "figures": {"value": _l("Angka"), "meaning": _l("Keterangan")},
    "agenda": {
        "day": _l("Hari"),
        "date": _l("Tanggal"),
        "title": _l("Kegiatan"),
        "place": _l("Jam dan tempat"),
    },
}
SIZE_WORDS = {
    "portrait": _l("Potret 4:5"),
    "square": _l("Persegi 1:1"),
    "story": _l("Story 9:16"),
    "wide": _l("Lebar 16:9"),
}


class Short(Length):
    """At most as long as designing takes, counted as people count."""

    def __init__(self, most: int) -> None:
        super().__init__(max=most, message=_l("Terlalu panjang: paling banyak %(max)d karakter."))
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Any, field: Field) -> None:  # noqa: ARG002 - WTForms' signature
        if len(" ".join((field.data or "").split())) > self.max:
            raise ValidationError(self.message % {"max": self.max})


def _control(name: str) -> Any:
    label, long, hint = TEXTS[name]
    kind = TextAreaField if long else StringField
    return kind(label, [Short(LIMITS[name])], description=hint)


class PosterForm(FlaskForm):
    """The texts; templates, rows and photos are choices, read by `typed`."""

    alt_text = TextAreaField(_l("Teks alternatif"), [Short(ALT_LIMIT)])


for _name in TEXTS:
    setattr(PosterForm, _name, _control(_name))


def form_of(design: Design, alt_text: str) -> PosterForm:
    """Return the form that shows a design."""
    return PosterForm(formdata=None, data={**design.texts, "alt_text": design.alt_text or alt_text})


def sent_form() -> PosterForm:
    """Return the form as it was sent, judged."""
    form = PosterForm()
    form.validate()
    return form


def typed(form: PosterForm, poster: Poster) -> Design:
    """Return what was typed; where it has an error, what the poster had."""
    sent, before = request.form, Design.of(poster)
    template = sent.get("template", "")
    texts = {
        name: before.texts[name] if form[name].errors else form[name].data or ""
        for name in TEXTS
        if name in sent
    }
    return replace(
        before,
        template=template if template in templates() else before.template,
        shapes=tuple(one for one in SIZES if one in sent.getlist("ukuran_pakai")) or before.shapes,
        texts={**before.texts, **texts},
        rows={name: _rows(sent, name, before) for name in ROWS},
        photos=tuple(_photo(sent, slot, before) for slot in range(max_photos())),
        alt_text=_alt_text(form, before),
    )


def _alt_text(form: PosterForm, before: Design) -> str:
    """Return it, or "" as long as it is what was proposed."""
    if form.alt_text.errors or "alt_text" not in request.form:
        return before.alt_text
    given = " ".join((form.alt_text.data or "").split())
    proposed = " ".join(request.form.get("alt_usulan", "").split())
    return "" if given == proposed else given


def _rows(sent: MultiDict[str, str], name: str, before: Design) -> tuple[tuple[str, ...], ...]:
    most, columns = ROWS[name]
    if f"{name}-0-{next(iter(columns))}" not in sent:
        return before.rows[name]
    return tuple(
        tuple(
            " ".join(sent.get(f"{name}-{number}-{column}", "").split())[:limit]
            for column, limit in columns.items()
        )
        for number in range(most)
    )


def _photo(sent: MultiDict[str, str], slot: int, before: Design) -> Chosen | None:
    was = before.photos[slot] if slot < len(before.photos) else None
    digest = sent.get(f"foto_{slot}", was.digest if was else "")
    if not DIGEST.fullmatch(digest):
        return None
    focus = (_share(sent, f"fokus_x_{slot}", 50), _share(sent, f"fokus_y_{slot}", 40))
    if was and was.digest != digest and focus == was.focus:
        return Chosen(digest=digest)  # the point was one of the photo before
    return Chosen(digest=digest, focus=focus)


def _share(sent: MultiDict[str, str], name: str, usual: int) -> float:
    given = sent.get(name, usual, type=int)
    return min(100, max(0, given)) / 100
