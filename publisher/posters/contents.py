"""What a poster says: one description, whatever its template and size.

Fields that a template does not show are kept, so that whoever changes the template loses
nothing. What cannot be drawn well is a `Problem` beside its field, never a broken picture.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from publisher.errors import N_


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a poster cannot be made, for the person who fills in `field`.

    :param message: Indonesian, a gettext message id with %(name)s placeholders
    """

    field: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A master of the media store.

    :param focus: the point that must stay in view, as shares of width and height
    """

    content: bytes = dataclasses.field(repr=False)
    focus: tuple[float, float] = (0.5, 0.4)


@dataclass(frozen=True)
class Amount:
    """A figure and what it counts: ("96,2%", "cakupan imunisasi dasar")."""

    value: str
    meaning: str


@dataclass(frozen=True)
class Entry:
    """One line of an agenda: ("Sen", "16", "Posyandu balita", "08.00 WIB, Balai Desa")."""

    day: str
    date: str
    title: str
    place: str = ""


Language = Literal["id", "jv", "su"]
#: What posters say by themselves: headings of facts, and captions of the two photos.
WORDS: Mapping[Language, Mapping[str, str]] = {
    "id": {"when": "Kapan", "where": "Di mana", "how": "Caranya",
           "before": "Sebelum", "after": "Sesudah"},
    "jv": {"when": "Wektu", "where": "Panggonan", "how": "Carane",
           "before": "Sadurunge", "after": "Sawise"},
    "su": {"when": "Waktu", "where": "Tempat", "how": "Carana",
           "before": "Saméméhna", "after": "Sanggeusna"},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a poster may say; a template shows some of it and needs less."""

    label: str = ""
    badge: str = ""  # upper right: "Pekan 48"
    headline: str = ""
    body: str = ""
    when: str = ""
    where: str = ""
    how: str = ""
    figures: tuple[Amount, ...] = ()
    agenda: tuple[Entry, ...] = ()
    quote: str = ""
    person: str = ""
    role: str = ""
    before: str = ""  # on the two photos; empty for the words of the language
    after: str = ""
    hashtag: str = ""
    whatsapp: str = ""
    link: str = ""
    photos: tuple[Photo, ...] = ()
    language: Language = "id"  # of the few words a poster adds by itself

    def shown(self, name: str) -> str:
        """Return the text of a field, or the word the language has for an empty one."""
        return getattr(self, name) or WORDS[self.language].get(name, "")

    def texts(self) -> list[tuple[str, str]]:
        """Return each text with the name of its field, those of lists too."""
        plain = [
            (name, value)
            for name, value in vars(self).items()
            if name != "language" and isinstance(value, str) and value
        ]
        figures = [("figures", f"{one.value} {one.meaning}") for one in self.figures]
        agenda = [("agenda", " ".join(vars(one).values())) for one in self.agenda]
        return [*plain, *figures, *agenda]


NEEDED = N_("Isian ini diperlukan untuk templat ini.")
PHOTOS_NEEDED = N_("Templat ini memerlukan %(count)d foto.")
PHOTO_BROKEN = N_("Foto ini tidak dapat dibaca. Unggah ulang fotonya.")
TOO_LONG = N_(
    "Teks ini terlalu panjang untuk ukuran %(size)s: ringkas menjadi sekitar %(characters)d "
    "karakter."
)
TOO_MUCH = N_(
    "Isi poster terlalu banyak untuk ukuran %(size)s. Ringkas isian ini atau kosongkan isian lain."
)
TOO_MANY = N_("Templat ini memuat paling banyak %(count)d baris.")
NO_LETTER = N_(
    "Huruf poster tidak memiliki karakter %(characters)s. Hapus atau ganti karakter itu."
)
NO_AKSARA = N_(
    "Aksara Jawa %(characters)s belum dapat ditulis di sini. Tulis dengan huruf Latin, atau minta "
    "pengelola Siar memasang huruf Noto Sans Javanese."
)
LONG_LINK = N_(
    "Tautan ini terlalu panjang untuk kode QR yang mudah dipindai. Gunakan tautan pendek."
)
BROKEN_LOGO = N_("Berkas logo tidak dapat dibaca. Unggah ulang logo sebagai PNG.")
