"""The form of a draft, and how it becomes the `Fields` that drafting saves.

A field with an error keeps what the post had: one bad date must not lose a page of text.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from publisher import clock
from publisher.models.accounts import Account
from publisher.models.posts import Language, Post, PostKind
from publisher.platforms import PLATFORM_NAMES
from publisher.workflow.drafting import LIMITS, NEEDED, TEXT_FIELDS, Fields

KIND_WORDS = {
    PostKind.LAYANAN: _l("Layanan"),
    PostKind.KEGIATAN: _l("Kegiatan"),
    PostKind.PROGRAM: _l("Program"),
    PostKind.TANGGAPAN_ADUAN: _l("Tanggapan aduan"),
    PostKind.AUDIENSI: _l("Audiensi"),
    PostKind.SIARAN_LANGSUNG: _l("Siaran langsung"),
    PostKind.UCAPAN: _l("Ucapan"),
}
LANGUAGE_WORDS = {
    Language.ID: _l("Bahasa Indonesia"),
    Language.JV: _l("Bahasa Jawa"),
    Language.SU: _l("Bahasa Sunda"),
    Language.OTHER: _l("Bahasa lain"),
}
YEARS = range(2020, 2100)


def _choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class Limited(Length):
    """At most as long as drafting takes; marked as needed where a submission needs it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            max=LIMITS[name], message=_l("Terlalu panjang: paling banyak %(max)d karakter.")
        )
        self.field_flags = {"maxlength": LIMITS[name]}
        if name in NEEDED:
            self.field_flags["required"] = True

    def __call__(self, form: Any, field: Field) -> None:  # noqa: ARG002 - WTForms' signature
        # Browsers send "\r\n" for one line break; people count it as one character.
        if len((field.data or "").replace("\r\n", "\n")) > self.max:
            raise ValidationError(self.message % {"max": self.max})


def _believable(_form: Any, field: Field) -> None:
    if field.data.year not in YEARS:
        raise ValidationError(_l("Tahun ini tidak mungkin. Periksa tanggalnya."))


class DraftForm(FlaskForm):
    """What every draft has; `draft_form` adds what depends on its platforms and pictures."""

    version = HiddenField()
    title = StringField(_l("Judul"), [Limited("title")])
    kind = SelectField(_l("Jenis konten"), choices=_choices(KIND_WORDS), coerce=PostKind)
    language = SelectField(_l("Bahasa"), choices=_choices(LANGUAGE_WORDS), coerce=Language)
    what = TextAreaField(_l("Apa kegiatannya?"), [Limited("what")])
    who = StringField(_l("Siapa yang melaksanakan?"), [Limited("who")])
    when = StringField(_l("Kapan?"), [Limited("when")])
    where = StringField(_l("Di mana?"), [Limited("where")])
    why = TextAreaField(_l("Mengapa?"), [Limited("why")])
    how = TextAreaField(_l("Bagaimana?"), [Limited("how")])
    benefit = TextAreaField(_l("Apa hasilnya bagi warga?"), [Limited("benefit")])
    caption = TextAreaField(_l("Takarir"), [Limited("caption")])
    hashtags = StringField(_l("Tagar"), [Limited("hashtags")])
    photos = MultipleFileField(_l("Tambah foto"))
    accounts = SelectMultipleField(
        _l("Tayangkan di"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=True,
    )
    planned_date = DateField(_l("Tanggal tayang"), [Optional(), _believable])
    planned_time = TimeField(_l("Jam tayang"), [Optional()])


def draft_form(post: Post, accounts: list[Account], *, typed: bool) -> Any:
    """Return the form of a post.

    :param accounts: those of the office that may be published to
    :param typed: True to read what was sent, False to show what the post holds
    """
    platforms = sorted({account.platform for account in accounts})
    form_class = type("PostForm", (DraftForm,), _own_fields(post, platforms))
    sent: dict[str, Any] = {} if typed else {"formdata": None}
    form = form_class(data=_data(post, platforms), **sent)
    form.accounts.choices = _choices({account.id: account.label for account in accounts})
    form.platforms = platforms
    return form


def _own_fields(post: Post, platforms: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for platform in platforms:
        name = _l(PLATFORM_NAMES[platform])
        fields[f"own_{platform}"] = BooleanField(_l("Teks khusus untuk %(name)s", name=name))
        fields[f"text_{platform}"] = TextAreaField(
            _l("Teks untuk %(name)s", name=name), [Limited("text")]
        )
    for number, picture in enumerate(post.pictures, start=1):
        label = _l("Teks alternatif foto %(number)s", number=number)
        fields[f"alt_{picture.id}"] = TextAreaField(label, [Limited("alt_text")])
    return fields


def _data(post: Post, platforms: list[str]) -> dict[str, Any]:
    now = Fields.of(post)
    data: dict[str, Any] = {name: getattr(now, name) for name in TEXT_FIELDS}
    data |= {"kind": now.kind, "language": now.language, "accounts": sorted(now.account_ids)}
    data["version"] = post.version
    for platform in platforms:
        data[f"own_{platform}"] = platform in now.texts
        data[f"text_{platform}"] = now.texts.get(platform, "")
    data |= {f"alt_{number}": text for number, text in now.alt_texts.items()}
    if now.planned_at:
        local = clock.in_zone(now.planned_at, post.office.region.zone)
        data |= {"planned_date": local.date(), "planned_time": local.time()}
    return data


def fields_of(form: Any, post: Post) -> Fields:
    """Return what was typed; where it has an error, what the post had. Validate first."""
    now = Fields.of(post)
    typed: dict[str, Any] = {
        name: getattr(form, name).data or ""
        for name in TEXT_FIELDS
        if name in form and not form[name].errors
    }
    typed |= {name: form[name].data for name in ("kind", "language") if not form[name].errors}
    if not form.accounts.errors:
        typed["account_ids"] = frozenset(form.accounts.data or ())
    return replace(
        now,
        **typed,
        planned_at=_planned_at(form, post),
        texts=_texts(form, now),
        alt_texts={
            number: text if form[f"alt_{number}"].errors else form[f"alt_{number}"].data or ""
            for number, text in now.alt_texts.items()
        },
    )


def _texts(form: Any, now: Fields) -> dict[str, str]:
    kept = {name: text for name, text in now.texts.items() if name not in form.platforms}
    for platform in form.platforms:
        if form[f"text_{platform}"].errors:
            kept |= {platform: now.texts[platform]} if platform in now.texts else {}
        elif form[f"own_{platform}"].data:
            kept[platform] = form[f"text_{platform}"].data or ""
    return kept


def _planned_at(form: Any, post: Post) -> datetime | None:
    if form.planned_date.errors or form.planned_time.errors:
        return post.planned_at
    day: date | None = form.planned_date.data
    if day is None or form.planned_time.data is None:
        return None
    local = datetime.combine(day, form.planned_time.data)
    return clock.from_local(local, post.office.region.zone)


def words_of(control: Any) -> dict[Any, str]:
    """Return what each choice of a control is called."""
    return {choice.value: str(choice.label) for choice in control.choices}


def control_values(form: Any) -> dict[str, str | bool]:
    """Return what the controls of a form hold, as drafting.js reads them from the page."""
    values: dict[str, str | bool] = {}
    for control in form:
        if control.name == "accounts":
            chosen = set(control.data or ())
            values |= {f"accounts={number}": number in chosen for number in words_of(control)}
        elif isinstance(control, BooleanField):
            values[f"{control.name}=y"] = bool(control.data)
        elif not isinstance(control, HiddenField | MultipleFileField):
            values[control.name] = str(
                control._value() if hasattr(control, "_value") else control.data
            )
    return values
