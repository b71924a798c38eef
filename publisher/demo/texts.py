"""What the offices of the demo tell: templates from `texts/`, filled with a day and a place."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from babel.dates import format_date

from publisher.models.places import Office, OfficeKind
from publisher.models.posts import Language, PostKind

FOLDER = Path(__file__).parent / "texts"
#: X's limit, which is the shorter one: these texts hold neither links nor emoji.
SHORT_CHARS = 280
#: Days on which a greeting may go out, and never on another.
GREETING_DAYS = {8: 17, 11: 10, 12: 11}
#: Why and how, where a template does not say it.
WHY_AND_HOW = {
    "layanan": ("Agar layanan lebih dekat dengan warga", "Dengan petugas yang datang ke lokasi"),
    "kegiatan": ("Untuk menjalankan rencana kerja tahun ini", "Dengan melibatkan warga setempat"),
    "program": ("Untuk menjawab kebutuhan warga", "Secara bertahap, dengan pendampingan petugas"),
    "tanggapan_aduan": ("Karena ada laporan warga", "Dengan pemeriksaan dan tindakan di lokasi"),
    "audiensi": ("Untuk mendengar langsung suara warga", "Dengan tatap muka dan tanya jawab"),
    "siaran_langsung": ("Agar warga dapat bertanya langsung", "Melalui siaran dan sambungan warga"),
    "ucapan": ("Untuk memperingati hari besar", "Melalui media sosial resmi"),
}


@dataclass(frozen=True, kw_only=True)
class Template:
    """One kind of news. Texts hold {hari}, {tempat}, {n}, {kantor} and {wilayah}."""

    kind: str
    title: str
    text: str
    who: str
    benefit: str
    poster: str
    offices: tuple[str, ...] = ()  # abbreviations; empty: any office of its file
    language: str = "id"
    where: str = "{tempat}"
    why: str = ""
    how: str = ""
    more: str = ""
    tags: str = ""
    places: tuple[str, ...] = ()  # empty: a desa
    n: tuple[int, int] = (1, 1)
    months: tuple[int, ...] = tuple(range(1, 13))

    @property
    def is_own(self) -> bool:
        return bool(self.offices)

    def fits(self, day: date) -> bool:
        """Return whether it may be told on any day of this time of the year."""
        return self.kind != PostKind.UCAPAN and day.month in self.months

    def greets(self, day: date) -> bool:
        of_month = self.kind == PostKind.UCAPAN and day.month in self.months
        return of_month and GREETING_DAYS.get(day.month) == day.day


@dataclass(frozen=True, kw_only=True)
class Content:
    """One post's worth of text. `fields` are columns of a post."""

    fields: Mapping[str, Any]
    short: str | None  # for X, where the whole would be too long
    poster: str


@dataclass(frozen=True, kw_only=True)
class Poster:
    scene: str
    office: str
    title: str
    alt: str


def read(name: str) -> dict[str, Any]:
    """Return what is in a file of `texts/`."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def posters() -> dict[str, Poster]:
    return {key: Poster(**values) for key, values in read("posters").items()}


@cache
def photos() -> dict[str, dict[str, Any]]:
    """Return what is said of each photo: `library.Fields`, its office, scene and age in days."""
    return read("library")


@cache
def villages() -> dict[str, list[str]]:
    return read("villages")


@cache
def _templates(name: str) -> tuple[Template, ...]:
    return tuple(Template(**_frozen(one)) for one in read(name)["konten"])


def _frozen(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in told.items()}


def templates_for(office: Office) -> tuple[Template, ...]:
    """Return all that an office may tell."""
    if office.kind is OfficeKind.KECAMATAN:
        return _templates("kecamatan")
    own = [one for one in _templates("dinas") if office.abbreviation in one.offices]
    return (*own, *_templates("umum"))


def fill(template: Template, office: Office, day: date, rng: Random) -> Content:
    """Return what the office tells about a day."""
    values = {
        "hari": f"{_day_as(day, 'EEEE')} ({day.day}/{day.month})",
        "tempat": rng.choice(_places(template, office)),
        "n": f"{rng.randint(*template.n):,}".replace(",", "."),
        "kantor": office.abbreviation,
        "wilayah": office.name,
    }
    written = {
        name: getattr(template, name).format_map(values)
        for name in ("title", "text", "who", "where", "why", "how", "benefit", "more")
    }
    text, more = written.pop("text"), written.pop("more")
    why, how = WHY_AND_HOW[template.kind]
    caption = f"{text}\n\n{more}" if more else text
    hashtags = " ".join(_hashtags(template, office))
    fields = {
        **written,
        "what": written["title"],
        "why": written["why"] or why,
        "how": written["how"] or how,
        "when": f"{_day_as(day, 'EEEE, d MMMM y')}, {_hour(rng)}",
        "kind": PostKind(template.kind),
        "language": Language(template.language),
        "caption": caption,
        "hashtags": hashtags,
    }
    whole = len(caption) + 2 + len(hashtags)
    short = _short(text, hashtags) if whole > SHORT_CHARS else None
    return Content(fields=fields, short=short, poster=template.poster)


def _short(text: str, hashtags: str) -> str:
    """Return the text with as many hashtags as X has room for."""
    tags = hashtags.split()
    while len(text) + 2 + len(" ".join(tags)) > SHORT_CHARS:
        tags.pop()
    return f"{text}\n\n{' '.join(tags)}"


def _places(template: Template, office: Office) -> list[str] | tuple[str, ...]:
    if template.places:
        return template.places
    if office.kind is OfficeKind.KECAMATAN:
        return [f"Desa {name}" for name in villages()[office.abbreviation]]
    return [
        f"Desa {name}, {kecamatan.removeprefix('Kec. ')}"
        for kecamatan, names in villages().items()
        for name in names
    ]


def _hashtags(template: Template, office: Office) -> Iterable[str]:
    own = template.tags.split()
    if template.is_own:
        return own
    name = "".join(office.abbreviation.replace("Kec.", "Kecamatan").split())
    return ["#" + (name if name.endswith("Blora") else f"{name}Blora"), *own]


@cache
def _day_as(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale="id")


def _hour(rng: Random) -> str:
    hour, minute = rng.choice((8, 9, 10, 13)), rng.choice((0, 30))
    return f"pukul {hour:02}.{minute:02} WIB"
