"""The form of a series, and how it becomes what `repeating` keeps."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from publisher import clock
from publisher.models.accounts import Account
from publisher.models.posts import Language, Post, PostKind
from publisher.models.series import Series
from publisher.platforms import PLATFORM_NAMES
from publisher.web.forms_drafts import KIND_WORDS, LANGUAGE_WORDS
from publisher.web.registry.forms import REQUIRED, options
from publisher.web.registry.forms_quotas import WEEKDAYS
from publisher.workflow.drafting import TEXT_FIELDS
from publisher.workflow.repeating import MOST_AHEAD, MOST_WEEKS, Rhythm, SeriesData

WEEKLY, MONTHLY = "minggu", "bulan"
USUAL_TIME = time(9)
UNREADABLE = _l("Isian ini tidak terbaca. Periksa penulisannya, lalu simpan kembali.")


class SeriesForm(FlaskForm):
    version = HiddenField()
    title = StringField(_l("Judul"), [REQUIRED])
    kind = SelectField(_l("Jenis konten"), choices=options(KIND_WORDS), coerce=PostKind)
    language = SelectField(_l("Bahasa"), choices=options(LANGUAGE_WORDS), coerce=Language)
    caption = TextAreaField(_l("Takarir"))
    hashtags = StringField(_l("Tagar"))
    what = TextAreaField(_l("Apa kegiatannya?"))
    who = StringField(_l("Siapa yang melaksanakan?"))
    when = StringField(_l("Kapan?"))
    where = StringField(_l("Di mana?"))
    why = TextAreaField(_l("Mengapa?"))
    how = TextAreaField(_l("Bagaimana?"))
    benefit = TextAreaField(_l("Apa hasilnya bagi warga?"))
    pattern = RadioField(
        _l("Berulang"),
        choices=options({WEEKLY: _l("Setiap minggu"), MONTHLY: _l("Setiap bulan")}),
        default=WEEKLY,
    )
    weekday = SelectField(_l("Hari"), choices=options(WEEKDAYS), coerce=int, default=1)
    every_weeks = IntegerField(
        _l("Setiap berapa minggu"),
        [Optional()],
        default=1,
        description=_l("1 berarti setiap minggu, 2 berarti dua minggu sekali."),
    )
    month_day = IntegerField(
        _l("Tanggal"),
        [Optional()],
        default=1,
        description=_l("29, 30, atau 31 menjadi hari terakhir di bulan yang lebih pendek."),
    )
    local_time = TimeField(_l("Jam tayang"), [REQUIRED])
    starts_on = DateField(_l("Mulai"), [REQUIRED])
    ends_on = DateField(_l("Sampai"), [Optional()])
    ahead_days = IntegerField(_l("Draf dibuat berapa hari sebelumnya"), [REQUIRED], default=7)
    skips_holidays = BooleanField(_l("Lewati hari libur dan cuti bersama"), default=True)
    accounts = SelectMultipleField(
        _l("Tayangkan di"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Tanpa pilihan, draf ditujukan ke semua akun yang ada saat dibuat."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Say in the words of the page what WTForms would say in English."""
        valid: bool = super().validate(extra_validators)
        for field in self:
            unread = field.process_errors or isinstance(field, SelectField)
            if field.errors and unread and any(field.raw_data or ()):
                field.errors = [UNREADABLE]
        return valid


#: What browsers keep people from typing; the stage judges it.
BOUNDS = {
    "every_weeks": {"min": 1, "max": MOST_WEEKS},
    "month_day": {"min": 1, "max": 31},
    "ahead_days": {"min": 1, "max": MOST_AHEAD},
}


def series_form(accounts: list[Account], data: Mapping[str, Any]) -> SeriesForm:
    form = SeriesForm(data=data)
    form.accounts.choices = [
        (account.id, f"{PLATFORM_NAMES[account.platform]}: {account.label}") for account in accounts
    ]
    return form


def data_of(series: Series) -> dict[str, Any]:
    """Return what the form shows of a series."""
    return {
        **series.template,
        "kind": PostKind(series.template["kind"]),
        "language": Language(series.template["language"]),
        "version": series.version,
        "pattern": WEEKLY if series.month_day is None else MONTHLY,
        "weekday": series.weekday or 1,
        "every_weeks": series.every_weeks or 1,
        "month_day": series.month_day or 1,
        "local_time": series.local_time,
        "starts_on": series.starts_on,
        "ends_on": series.ends_on,
        "ahead_days": series.ahead_days,
        "skips_holidays": series.skips_holidays,
        "accounts": series.account_ids,
    }


def data_from(post: Post | None, today: date, zone: str) -> dict[str, Any]:
    """Return what a new series begins with: all of a post that is not about its day."""
    data: dict[str, Any] = {
        "starts_on": today, "skips_holidays": True, "local_time": USUAL_TIME
    }  # fmt: skip
    if post is None:
        return data
    data |= {name: getattr(post, name) for name in TEXT_FIELDS}
    data |= {"kind": post.kind, "language": post.language}
    data["accounts"] = [account.id for account in post.accounts]
    if post.planned_at is not None:
        local = clock.in_zone(post.planned_at, zone)
        data |= {"local_time": local.time(), "weekday": local.isoweekday(), "month_day": local.day}
    return data


def typed(form: SeriesForm) -> SeriesData:
    """Return what was typed. Validate first."""
    monthly = form.pattern.data == MONTHLY
    rhythm = Rhythm(
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        every_weeks=None if monthly else form.every_weeks.data or 0,
        weekday=None if monthly else form.weekday.data,
        month_day=form.month_day.data or 0 if monthly else None,
    )
    return SeriesData(
        texts={name: form[name].data or "" for name in TEXT_FIELDS},
        kind=form.kind.data,
        language=form.language.data,
        rhythm=rhythm,
        local_time=form.local_time.data.replace(second=0, microsecond=0),
        ahead_days=form.ahead_days.data or 0,
        skips_holidays=form.skips_holidays.data,
        account_ids=tuple(form.accounts.data or ()),
    )
