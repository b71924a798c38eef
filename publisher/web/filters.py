"""How pages write dates, times, weeks and numbers: one place, in the reader's language.

Times are stored in UTC and always shown with the name of a zone, because Indonesia has three.
A filter that is given no zone takes that of the region the page is about (`g.zone`).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, dates, numbers
from flask import Flask, current_app, g, request
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import Field

from publisher import clock
from publisher.clock import Week
from publisher.errors import N_
from publisher.web.onward import referring_page

DEFAULT_ZONE = "Asia/Jakarta"
#: Fields drawn as a fieldset of several controls; `aria-invalid` has no meaning there.
GROUPS = ("RadioField", "SelectMultipleField")
_JUST_NOW = timedelta(seconds=45)
_INDONESIAN = Locale("id")
NO_BREAK_HYPHEN = "\u2011"
#: From here on numbers have separators.
_SEPARATED = 1000


def init_app(app: Flask) -> None:
    """Give templates the filters, and the few helpers that base.html needs."""
    for written in (
        tanggal,
        tanggal_pendek,
        hari,
        bulan,
        jam,
        pukul,
        waktu,
        rentang,
        minggu,
        sejak,
        angka,
        persen,
        kalimat,
    ):
        app.jinja_env.filters[written.__name__] = written
    app.jinja_env.globals.update(
        aria=aria, has_endpoint=has_endpoint, language=language, way_back=way_back, N_=N_
    )


def tanggal(at: date | datetime, zone: str | None = None) -> str:
    """Write a day in full: Sabtu, 21 November 2026."""
    return _written(_day(at, zone), "EEEE, d MMMM y", _locale())


def tanggal_pendek(at: date | datetime, zone: str | None = None) -> str:
    """Write a day in short: 21 Nov 2026."""
    return _written(_day(at, zone), "d MMM y", _locale())


def hari(at: date | datetime, zone: str | None = None) -> str:
    """Write the day of the week: Sabtu."""
    return _written(_day(at, zone), "EEEE", _locale())


def bulan(at: date | datetime, zone: str | None = None) -> str:
    """Write a month: November 2026."""
    return _written(_day(at, zone), "MMMM y", _locale())


def month_names() -> dict[int, str]:
    """Return what the months are called: 1 is Januari."""
    return {number: str(name) for number, name in dates.get_month_names(locale=_locale()).items()}


def jam(at: datetime, zone: str | None = None) -> str:
    """Write a time without its zone, for tables that name the zone once: 09.05."""
    return dates.format_time(_local(at, zone), _("HH.mm"), locale=_locale())


def pukul(at: datetime, zone: str | None = None) -> str:
    """Write a time: pukul 09.05 WIB."""
    return _("pukul %(time)s %(zone)s", time=jam(at, zone), zone=clock.zone_name(_zone(zone)))


def waktu(at: datetime, zone: str | None = None) -> str:
    """Write a moment: 21 Nov 2026 pukul 09.05 WIB."""
    return _(
        "%(date)s pukul %(time)s %(zone)s",
        date=tanggal_pendek(at, zone),
        time=jam(at, zone),
        zone=clock.zone_name(_zone(zone)),
    )


def rentang(week: Week) -> str:
    """Write the days of a week without repeating month or year: 30 Nov–6 Des 2026."""
    first, last = week.monday, week.sunday
    if first.year != last.year:
        pattern = "d MMM y"
    elif first.month != last.month:
        pattern = "d MMM"
    else:
        pattern = "d"
    return f"{_written(first, pattern, _locale())}–{tanggal_pendek(last)}"


def minggu(week: Week | str) -> str:
    """Write an ISO week: minggu ke‑47 (16–22 Nov 2026). No line ends between "ke-" and 47.

    :param week: also as rows and addresses keep it: 2026-W47
    """
    if isinstance(week, str):
        week = Week.parse(week)
    written = _("minggu ke-%(number)s (%(days)s)", number=week.number, days=rentang(week))
    return written.replace("-", NO_BREAK_HYPHEN)


def sejak(at: datetime, now: datetime | None = None) -> str:
    """Write how far a moment is from now: 5 menit lagi, 2 jam lalu, baru saja."""
    away = at - (now or clock.now())
    if abs(away) < _JUST_NOW:
        return _("sebentar lagi") if away > timedelta(0) else _("baru saja")
    span = dates.format_timedelta(abs(away), threshold=1, locale=_locale())
    return _("%(span)s lagi", span=span) if away > timedelta(0) else _("%(span)s lalu", span=span)


def angka(number: float) -> str:
    """Write a number with the separators of the language: 1.234."""
    if isinstance(number, int) and 0 <= number < _SEPARATED:
        return str(number)  # nothing to separate, and pages have hundreds of these
    return numbers.format_decimal(number, locale=_locale())


def persen(part: float, digits: int = 0) -> str:
    """Write a part of one as a percentage: 0.875 becomes 88%."""
    pattern = "#,##0." + "0" * digits + "%" if digits else "#,##0%"
    return numbers.format_percent(part, pattern, locale=_locale())


def kalimat(stored: str, values: Mapping[str, Any] | None = None) -> str:
    """Write a stored sentence: ours in the reader's language, anybody else's as it stands.

    `_()` of a template would take a per cent sign in it for a placeholder, and give the head of
    the catalogue for an empty one.

    :param values: what fills the placeholders of a sentence of ours: names of channels are
        said in the same language, and weeks and amounts are written as it writes them
    """
    filled = {name: _filled(name, value) for name, value in (values or {}).items()}
    return str(_(stored, **filled)) if stored else ""


def _filled(name: str, value: Any) -> Any:
    if name == "platform":
        return _(value)
    if isinstance(value, Week):
        return minggu(value)
    if isinstance(value, Decimal):
        places = -int(value.as_tuple().exponent)
        return numbers.format_decimal(value, f"#,##0.{'0' * places}", locale=_locale())
    return value


def aria(
    field: Field, hint: str, given: dict[str, Any], *, counter: bool = False, **more: Any
) -> dict[str, Any]:
    """Return the attributes that tie a form control to its hint, counter and errors.

    The ids are those that `_macros/forms.html` writes.

    :param given: attributes the page asked for; they win over `more`
    """
    parts = {"hint": hint, "error": field.errors, "counter": counter}
    attributes = {**more, **given}
    if described := " ".join(f"{field.id}-{part}" for part, there in parts.items() if there):
        attributes["aria-describedby"] = described
    if counter:
        attributes["data-counter"] = f"{field.id}-counter"
    if field.errors and field.type not in GROUPS:
        attributes["aria-invalid"] = "true"
    return attributes


def has_endpoint(name: str) -> bool:
    """Tell whether the app has such a page, so that base.html works in any part of it."""
    return name in current_app.view_functions


def way_back() -> str:
    """Return the page to try again: this one, or the one a form came from; never another site."""
    if request.method == "GET":
        return request.url
    return referring_page() or request.host_url


def language() -> str:
    """Return the language of this page, `id` or `en`."""
    return str(_locale().language)


def _locale() -> Locale:
    return get_locale() or _INDONESIAN


@lru_cache(maxsize=2000)
def _written(day: date, pattern: str, locale: Locale) -> str:
    """Return a day as `pattern` writes it; pages write the same few days again and again."""
    return dates.format_date(day, pattern, locale=locale)


def _zone(zone: str | None) -> str:
    return zone or g.get("zone", DEFAULT_ZONE)


def _local(at: datetime, zone: str | None) -> datetime:
    return clock.in_zone(at, _zone(zone))


def _day(at: date | datetime, zone: str | None) -> date:
    return _local(at, zone).date() if isinstance(at, datetime) else at
