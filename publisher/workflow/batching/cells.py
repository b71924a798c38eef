"""What people write into a plan: days and times as they are written in Indonesia, words of ours.

Strict: what could be meant in two ways is asked about, not guessed.
"""

import re
from datetime import date, time

from babel import Locale

from publisher import clock
from publisher.errors import N_
from publisher.models.posts import PostKind
from publisher.platforms import PLATFORM_NAMES
from publisher.tables import not_one_of
from publisher.typed import Fault

_ID = Locale("id")
_MONTHS = {
    name.lower().rstrip("."): number
    for width in ("wide", "abbreviated")
    for number, name in _ID.months["format"][width].items()
} | {"agust": 8, "ags": 8, "agt": 8, "sept": 9, "nopember": 11, "nop": 11, "pebruari": 2}
_DAYS = {
    name.lower(): number
    for width in ("wide", "abbreviated")
    for number, name in _ID.days["format"][width].items()
} | {"jum'at": 4, "jumaat": 4, "ahad": 6}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}:\d{2}))?")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDS = re.compile(r"(?:([a-z']+),? )?(\d{1,2})[ -]([a-z]+)\.?[ -](\d{4})")
_TIME = re.compile(r"(?:pukul |pkl\.? |jam )?(\d{1,2})[.:](\d{2})(?:[.:]00)?(?: ?(wib|wita|wit))?")

DAY_WRONG = N_(
    "%(column)s “%(value)s” bukan tanggal. Tulis seperti 23/11/2026 atau 23 November 2026."
)
DAY_OTHER = N_("%(column)s “%(value)s”: harinya tidak cocok, tanggal itu hari %(day)s.")
TIME_WRONG = N_("%(column)s “%(value)s” bukan jam. Tulis seperti 09.00.")
TIME_ZONE = N_("%(column)s “%(value)s”: zona daerah Anda %(zone)s. Tulis jamnya menurut %(zone)s.")


def read_day(column: str, text: str) -> date | Fault:
    """Read 23/11/2026, 23-11-2026, 23.11.2026, Senin, 23 November 2026, 23 Nov 2026, 2026-11-23."""
    written = text.lower()
    wrong = Fault(DAY_WRONG, {"column": column, "value": text})
    if found := _ISO.fullmatch(written):
        return _date(int(found[1]), int(found[2]), int(found[3])) or wrong
    if found := _NUMBERS.fullmatch(written):
        return _date(int(found[3]), int(found[2]), int(found[1])) or wrong
    if (found := _WORDS.fullmatch(written)) is None:
        return wrong
    day = _date(int(found[4]), _MONTHS.get(found[3], 0), int(found[2]))
    if day is None or (found[1] and found[1] not in _DAYS):
        return wrong
    if found[1] and _DAYS[found[1]] != day.weekday():
        name = _ID.days["format"]["wide"][day.weekday()]
        return Fault(DAY_OTHER, {"column": column, "value": text, "day": name})
    return day


def read_time(column: str, text: str, zone: str) -> time | Fault:
    """Read 09.00, 9:00, pukul 09.00 WIB: of the region's own zone.

    :param zone: of the region, such as Asia/Jakarta
    """
    found = _TIME.fullmatch(text.lower())
    given = {"column": column, "value": text}
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return Fault(TIME_WRONG, given)
    ours = clock.zone_name(zone)
    if found[3] and found[3].upper() != ours:
        return Fault(TIME_ZONE, {**given, "zone": ours})
    return time(int(found[1]), int(found[2]))


def read_kind(column: str, text: str) -> PostKind | Fault:
    """Read "Tanggapan aduan" or tanggapan_aduan; nothing is an activity."""
    word = text.lower().replace(" ", "_").replace("-", "_") or PostKind.KEGIATAN.value
    if word in set(PostKind):
        return PostKind(word)
    return not_one_of(column, text, (kind.replace("_", " ") for kind in PostKind))


def read_platforms(column: str, text: str, there: set[str]) -> frozenset[str] | Fault:
    """Read "Instagram, Facebook"; nothing is every platform of the office.

    :param there: those that the office has an account on
    """
    names = {PLATFORM_NAMES[platform].lower(): platform for platform in there}
    names |= {platform: platform for platform in there}
    wanted = [word.strip().lower() for word in re.split(r"[,;/\n]", text) if word.strip()]
    for word in wanted:
        if word not in names:
            return not_one_of(column, word, sorted(PLATFORM_NAMES[one] for one in there))
    return frozenset(names[word] for word in wanted) or frozenset(there)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
