"""The forms of the library: what is said of a picture, and of several that come together."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    MultipleFileField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from publisher import clock
from publisher.models.media import DOCUMENTED, Consent, Media, MediaKind
from publisher.workflow.library import KINDS, LIMITS, Fields

KIND_WORDS = {
    MediaKind.PHOTO: _l("Foto"),
    MediaKind.LOGO: _l("Logo"),
    MediaKind.POSTER: _l("Poster"),
}
CONSENT_WORDS = {
    Consent.UNCHECKED: _l("Belum diperiksa"),
    Consent.NOBODY: _l("Tanpa orang yang dikenali"),
    Consent.PUBLIC: _l("Kegiatan publik"),
    Consent.WRITTEN: _l("Persetujuan tertulis"),
    Consent.GUARDIAN: _l("Persetujuan wali (anak)"),
}
_EARLIEST_YEAR = 1945


def _limited(name: str) -> Length:
    return Length(max=LIMITS[name], message=_l("Terlalu panjang: paling banyak %(max)d karakter."))


class AboutForm(FlaskForm):
    """What pictures that were taken together have in common."""

    taken_by = StringField(_l("Juru foto"), [_limited("taken_by")])
    taken_on = DateField(_l("Tanggal foto"), [Optional()])
    place = StringField(_l("Tempat atau acara"), [_limited("place")])
    tags = StringField(_l("Kata kunci"), [_limited("tags")])
    consent = SelectField(
        _l("Orang dalam gambar"),
        choices=[SelectChoice(value, word) for value, word in CONSENT_WORDS.items()],
        coerce=Consent,
    )
    consent_note = StringField(_l("Catatan persetujuan"), [_limited("consent_note")])
    consent_kept_at = StringField(
        _l("Tempat menyimpan dokumen persetujuan"), [_limited("consent_kept_at")]
    )

    def validate_taken_on(self, field: Field) -> None:
        # A camera's clock may be a day ahead of ours.
        if not field.data.year >= _EARLIEST_YEAR or field.data > _tomorrow():
            raise ValidationError(_("Tanggal ini tidak mungkin. Periksa kembali."))

    def validate_consent_kept_at(self, field: Field) -> None:
        if self.consent.data in DOCUMENTED and not (field.data or "").strip():
            raise ValidationError(_("Tulis di mana dokumen persetujuannya disimpan."))

    def typed(self) -> dict[str, Any]:
        """Return what was typed, by the names of `Fields`."""
        names = Fields.__dataclass_fields__.keys() & self._fields.keys()
        texts = {name: self[name].data for name in names}
        return {name: "" if value is None else value for name, value in texts.items()} | (
            {"taken_on": self.taken_on.data} if "taken_on" in names else {}
        )


class UploadForm(AboutForm):
    files = MultipleFileField(_l("Berkas gambar"))
    kind = SelectField(
        _l("Jenis gambar"),
        choices=[SelectChoice(kind, KIND_WORDS[kind]) for kind in KINDS],
        coerce=MediaKind,
    )

    def validate_files(self, field: Field) -> None:
        if not any(file and file.filename for file in field.data or ()):
            raise ValidationError(_("Pilih sedikitnya satu berkas."))

    def fields(self) -> Fields:
        return Fields(**self.typed())


class CompletingForm(FlaskForm):
    """What one of several new pictures shows."""

    version = HiddenField(filters=[lambda text: int(text) if str(text).isdecimal() else 0])
    title = StringField(_l("Judul"), [_limited("title")])
    description = TextAreaField(_l("Gambar ini memperlihatkan apa?"), [_limited("description")])

    @classmethod
    def of(cls, media: Media, *, typed: bool) -> Self:
        """Return the form of a picture, several of which may stand on a page."""
        sent: dict[str, Any] = {} if typed else {"formdata": None}
        return cls(obj=media, prefix=f"g{media.id}-", **sent)

    def fields(self, media: Media) -> Fields:
        return replace(
            Fields.of(media), title=self.title.data or "", description=self.description.data or ""
        )


class EntryForm(AboutForm):
    """All that is said of one picture. A logo stays a logo, and nothing else becomes one."""

    version = IntegerField()
    title = StringField(_l("Judul"), [_limited("title")])
    description = TextAreaField(_l("Gambar ini memperlihatkan apa?"), [_limited("description")])
    kind = SelectField(_l("Jenis gambar"), coerce=MediaKind)

    @classmethod
    def of(cls, media: Media, *, typed: bool) -> Self:
        form = cls(obj=media) if typed else cls(obj=media, formdata=None)
        same = [media.kind] if media.kind is MediaKind.LOGO else [MediaKind.PHOTO, MediaKind.POSTER]
        form.kind.choices = [SelectChoice(kind, KIND_WORDS[kind]) for kind in same]
        return form

    def fields(self, media: Media) -> Fields:
        return replace(Fields.of(media), **self.typed())


def _tomorrow() -> Any:
    return (clock.now() + timedelta(days=1)).date()
