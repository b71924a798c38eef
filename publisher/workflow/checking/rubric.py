"""The rubric: how good a post is, point by point, each with its reason. No black box.

A point is a function that says which share of its weight was earned, and why.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from publisher import clock
from publisher.errors import N_
from publisher.models.media import MediaKind
from publisher.models.posts import ACTIVITY_FIELDS, Post
from publisher.workflow.checking.findings import Point, Score

#: An alternative text under this many characters names something but describes nothing.
DESCRIBES_FROM = 15
#: News is told so many days after it happened, at the latest.
FRESH_DAYS = 3
_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
_DATE = re.compile(rf"\b(\d{{1,2}}) ({_MONTHS})(?: (\d{{4}}))?\b", re.IGNORECASE)
_NUMBERS = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b")
#: A number, address or account at which citizens can ask or ask for something.
_CONTACT = re.compile(
    r"\b(?:\+62|62|0)\d{2,3}[ -]?\d{3,4}|\b(?:110|112|119|129|1500\d{3})\b|https?://|\bwa\.me/|@\w",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A post, and what else matters to its score.

    :param used_before: digests of pictures that an earlier post has shown
    """

    post: Post
    at: datetime
    used_before: Collection[str]


@dataclass(frozen=True)
class Earned:
    """`got` of `of` parts of a weight, and why."""

    got: int
    of: int
    message: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A point of the rubric and what it weighs unless a region says otherwise."""

    name: str
    title: str
    weight: int
    judge: Callable[[Facts], Earned]


def score(facts: Facts, weights: Mapping[str, int]) -> Score:
    """Return the points of a post in the order of `POINTS`."""
    return Score(points=[_point(rule, weights[rule.name], rule.judge(facts)) for rule in POINTS])


def _point(rule: Rule, weight: int, earned: Earned) -> Point:
    return Point(
        name=rule.name,
        title=rule.title,
        weight=weight,
        earned=(2 * weight * earned.got + earned.of) // (2 * earned.of),  # rounded half up
        message=earned.message,
        values=earned.values,
    )


def _questions(facts: Facts) -> Earned:
    asked = [name for name in ACTIVITY_FIELDS if name != "benefit"]
    missing = [name for name in asked if not (getattr(facts.post, name) or "").strip()]
    got = len(asked) - len(missing)
    if not missing:
        return Earned(1, 1, N_("Keenam unsur terisi."), {})
    return Earned(got, len(asked), N_("%(count)s dari 6 unsur terisi."), {"count": got})


def _own_photo(facts: Facts) -> Earned:
    media = [picture.media for picture in facts.post.pictures]
    photos = [one for one in media if one.kind is MediaKind.PHOTO]
    fresh = [one for one in photos if one.digest not in facts.used_before]
    if fresh:
        return Earned(1, 1, N_("%(count)s foto sendiri."), {"count": len(fresh)})
    if photos:
        return Earned(0, 1, N_("Semua foto sudah dipakai pada konten lain."), {})
    if media:
        return Earned(1, 2, N_("Hanya poster; foto kegiatan belum ada."), {})
    return Earned(0, 1, N_("Belum ada foto."), {})


def _alt_texts(facts: Facts) -> Earned:
    pictures = facts.post.pictures
    if not pictures:
        return Earned(0, 1, N_("Belum ada gambar untuk dijelaskan."), {})
    told = sum(len((one.alt_text or "").strip()) >= DESCRIBES_FROM for one in pictures)
    values = {"count": told, "all": len(pictures)}
    return Earned(
        told, len(pictures), N_("%(count)s dari %(all)s gambar dijelaskan dengan cukup."), values
    )


def _use(facts: Facts) -> Earned:
    if (facts.post.benefit or "").strip():
        return Earned(1, 1, N_("Manfaat bagi warga terisi."), {})
    if _CONTACT.search(facts.post.caption or ""):
        return Earned(1, 1, N_("Warga tahu ke mana harus bertanya."), {})
    return Earned(0, 1, N_("Belum ada manfaat bagi warga atau kontak layanan."), {})


def _identity(facts: Facts) -> Earned:
    post, office = facts.post, facts.post.office
    said = f"{post.caption or ''} {post.hashtags or ''}".casefold()
    squeezed = said.replace(" ", "")
    names = (office.name, office.abbreviation, office.region.name)
    for name in names:
        if (told := name.casefold()) and (told in said or told.replace(" ", "") in squeezed):
            return Earned(1, 1, N_("%(name)s disebut."), {"name": name})
    if any(picture.media.kind is MediaKind.POSTER for picture in post.pictures):
        return Earned(1, 1, N_("Poster memuat identitas perangkat daerah."), {})
    return Earned(0, 1, N_("Nama perangkat daerah atau daerah belum disebut."), {})


def _timely(facts: Facts) -> Earned:
    post = facts.post
    goes_out = clock.in_zone(post.planned_at or facts.at, post.office.region.zone).date()
    happened = day_in(post.when or "", goes_out)
    if happened is None:
        return Earned(0, 1, N_("Tanggal kegiatan tidak terbaca dari isian Kapan."), {})
    days = (goes_out - happened).days
    if days > FRESH_DAYS:
        return Earned(0, 1, N_("Tayang %(days)s hari sesudah kegiatan."), {"days": days})
    if days < 0:
        return Earned(1, 1, N_("Tayang sebelum kegiatan."), {})
    return Earned(
        1, 1, N_("Tayang paling lama %(days)s hari sesudah kegiatan."), {"days": FRESH_DAYS}
    )


def day_in(text: str, near: date) -> date | None:
    """Return the last day that a text names.

    :param near: whose year is meant where none is written
    """
    days = [
        _day(int(match[3] or near.year), _month(match[2]), int(match[1]))
        for match in _DATE.finditer(text[:300])
    ]
    days += [_day(int(m[3]), int(m[2]), int(m[1])) for m in _NUMBERS.finditer(text[:300])]
    return max((day for day in days if day is not None), default=None)


def _month(name: str) -> int:
    return _MONTHS.split("|").index(name.casefold()) + 1


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


POINTS = (
    Rule("questions", N_("5W1H lengkap"), 30, _questions),
    Rule("photo", N_("Foto sendiri"), 20, _own_photo),
    Rule("alt_text", N_("Teks alternatif"), 10, _alt_texts),
    Rule("use", N_("Manfaat atau kontak"), 20, _use),
    Rule("identity", N_("Identitas"), 10, _identity),
    Rule("timely", N_("Tepat waktu"), 10, _timely),
)
