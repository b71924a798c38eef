"""What the templates are called on the page, so that the catalogues know it.

The designs say the same themselves; a test holds the two together.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

#: Template to its title and what it is for.
TEMPLATE_WORDS: Mapping[str, tuple[Any, Any]] = {
    "agenda": (
        _l("Agenda pekan ini"),
        _l("Daftar kegiatan dengan tanggal, jam, dan tempatnya."),
    ),
    "capaian": (
        _l("Angka capaian"),
        _l("Satu angka utama yang besar, dengan angka lain sebagai pendukung."),
    ),
    "kanal_aduan": (
        _l("Kanal aduan"),
        _l("Ke mana warga mengadu: tagar, nomor WhatsApp, dan kode QR, dalam bahasa apa pun."),
    ),
    "kegiatan": (
        _l("Kegiatan"),
        _l("Satu foto besar dan judul: apa yang dikerjakan, kapan, dan di mana."),
    ),
    "kutipan": (
        _l("Kutipan"),
        _l("Satu kalimat pimpinan atau warga, dengan fotonya bila ada."),
    ),
    "layanan": (
        _l("Layanan"),
        _l("Kapan, di mana, dan bagaimana warga memperoleh layanan."),
    ),
    "pengumuman": (
        _l("Pengumuman"),
        _l("Kabar resmi yang berdiri sendiri: judul besar di tengah bingkai."),
    ),
    "sebelum_sesudah": (
        _l("Sebelum dan sesudah"),
        _l("Dua foto dari tempat yang sama: apa yang berubah bagi warga."),
    ),
}
