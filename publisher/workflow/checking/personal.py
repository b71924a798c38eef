"""Personal data in a text: numbers and addresses, by their form (UU 27/2022).

The identity numbers of people (NIK, KK) may not be published at all: they block. The rest may be
meant, so it is advice: a number that an office gives out is registered once and then passes.

Every pattern is of bounded length, so a text costs what it is long, whoever wrote it.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from publisher.errors import N_
from publisher.models.posts import Post
from publisher.workflow.checking.findings import Finding
from publisher.workflow.checking.texts import public_texts, texts

#: Letters with which plates of Indonesian vehicles begin.
_AREAS = (
    "A|B|D|E|F|G|H|K|L|M|N|P|R|S|T|W|Z|AA|AB|AD|AE|AG|BA|BB|BD|BE|BG|BH|BK|BL|BM|BN|BP|DA|DB|DC|"
    "DD|DE|DG|DH|DK|DL|DM|DN|DP|DR|DS|DT|EA|EB|ED|KB|KH|KT|KU|PA|PB|PG|PS|PT|PY"
)
#: What follows a number and is no plate's end: a measure, a zone, a part of a village.
_NO_PLATE = "KM|KG|GR|CM|MM|HA|RT|RW|WIB|WIT|CC|PK|VA"
#: Kemendagri's codes of provinces, with which NIK and KK begin (38 provinces, 2025).
_PROVINCES = (
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 "
    "82 91 92 93 94 95 96 97"
)
#: How far before a number the words may stand that say it is of a family card.
_NEAR = 40
#: More of one kind in one text are one problem: it is a list.
MOST = 20

_SIXTEEN = re.compile(r"(?<!\d)\d(?:[ .-]?\d){15}(?!\d)")
_MOBILE = re.compile(r"(?<![\d-])(?:\+62|62|0)[ -]?8\d(?:[ .-]?\d){6,11}(?!\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PLATE = re.compile(rf"\b(?:{_AREAS}) ?\d{{3,4}} ?(?!(?:{_NO_PLATE})\b)[A-Z]{{1,3}}\b")
PATTERNS = (_SIXTEEN, _MOBILE, _MAIL, _PLATE)
_FAMILY = re.compile(r"\b(?:kk|kartu keluarga)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """One kind of personal data.

    :param name: its word, a message id
    :param tells: whether what the pattern found is of this kind, given the text before it
    :param unlawful: it may not be published, whoever agrees
    """

    name: str
    pattern: re.Pattern[str]
    tells: Callable[[str, str], bool]
    message: str
    unlawful: bool = False


def _of_a_person(number: str, _before: str) -> bool:
    """Return whether a number is built as NIK and KK are: place, day, month, year, order.

    Women's days are 40 higher in a NIK.
    """
    digits = _digits(number)
    day, month = int(digits[6:8]), int(digits[8:10])
    return (
        digits[:2] in _PROVINCES.split()
        and 1 <= int(digits[2:4]) <= 79
        and int(digits[4:6]) >= 1
        and 1 <= (day - 40 if day > 40 else day) <= 31
        and 1 <= month <= 12
        and digits[12:] != "0000"
    )


def _of_a_family(number: str, before: str) -> bool:
    return _of_a_person(number, before) and bool(_FAMILY.search(before))


def _always(_number: str, _before: str) -> bool:
    return True


def _of_a_stranger(address: str, _before: str) -> bool:
    return not address.casefold().rstrip(".").endswith(".go.id")


#: Where one place is of several kinds, the first counts.
KINDS = (
    Kind(
        N_("nomor kartu keluarga (KK)"), _SIXTEEN, _of_a_family,
        N_(
            "Nomor kartu keluarga (KK) tidak boleh ditayangkan (UU 27/2022 tentang Pelindungan "
            "Data Pribadi). Hapus atau samarkan angkanya."
        ),
        unlawful=True,
    ),
    Kind(
        N_("nomor induk kependudukan (NIK)"), _SIXTEEN, _of_a_person,
        N_(
            "Nomor induk kependudukan (NIK) tidak boleh ditayangkan (UU 27/2022 tentang "
            "Pelindungan Data Pribadi). Hapus atau samarkan angkanya."
        ),
        unlawful=True,
    ),
    Kind(
        N_("nomor 16 angka"), _SIXTEEN, _always,
        N_("Ada nomor 16 angka. Pastikan bukan NIK, nomor KK, atau nomor rekening seseorang."),
    ),
    Kind(
        N_("nomor ponsel"), _MOBILE, _always,
        N_(
            "Ada nomor ponsel. Bila ini layanan resmi, mintalah kominfo mendaftarkannya; bila "
            "milik seseorang, hapus."
        ),
    ),
    Kind(
        N_("alamat surel pribadi"), _MAIL, _of_a_stranger,
        N_("Ada alamat surel yang bukan .go.id. Pastikan bukan milik seseorang."),
    ),
    Kind(
        N_("pelat nomor kendaraan"), _PLATE, _always,
        N_("Ada yang tampak seperti pelat nomor kendaraan. Samarkan bila milik seseorang."),
    ),
)  # fmt: skip


def personal_data(text: str) -> str | None:
    """Return the word for the first kind of personal data in a text; None: none was found."""
    return next((kind.name for kind, _start, _end in _spans(text)), None)


def unlawful(post: Post) -> list[Finding]:
    """Return what of a post may not be published, whoever asks. No query."""
    return [finding for finding in _found(public_texts(post.public), {}, ()) if finding.blocks]


def personal(post: Post, numbers: Collection[str]) -> Iterator[Finding]:
    """Yield all personal data in the texts of a post.

    :param numbers: hotlines that may stand there, digits alone
    """
    yield from _found(texts(post), public_texts(post.public), numbers)


def _found(
    written: Mapping[str, str], public: Mapping[str, str], numbers: Collection[str]
) -> Iterator[Finding]:
    """:param public: which of the texts are public; empty: all are"""
    for field, text in written.items():
        for kind, start, end in list(_spans(text, numbers))[:MOST]:
            yield Finding(
                check="personal",
                message=kind.message,
                blocks=kind.unlawful and (not public or field in public),
                field=field,
                start=start,
                end=end,
                quote=text[start:end],
            )


def _spans(text: str, numbers: Collection[str] = ()) -> Iterator[tuple[Kind, int, int]]:
    """Yield each piece of personal data once, in order of the kinds."""
    taken: list[tuple[int, int]] = []
    for kind in KINDS:
        for match in kind.pattern.finditer(text):
            start, end = match.span()
            if any(start < until and end > since for since, until in taken):
                continue
            if kind.pattern is _MOBILE and international(match.group()) in numbers:
                continue
            if kind.tells(match.group(), text[max(0, start - _NEAR) : start]):
                taken.append((start, end))
                yield kind, start, end
        if len(taken) > MOST * 4:
            return


def international(number: str) -> str:
    """Return a telephone number as its digits with the country's code.

    >>> international("0812-3456 7890")
    '6281234567890'
    """
    digits = _digits(number)
    return f"62{digits[1:]}" if digits.startswith("0") else digits


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")
