"""What people can cause, said in their language.

Each class carries the Indonesian sentence that the page shows: what happened, what is safe,
what to do next. It is a gettext message id; `values` fill its %(name)s placeholders. One
handler in `create_app` turns any of them into a message and the right status, so no view
has a `try`.
"""

from collections.abc import Mapping
from typing import Any


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a message for the catalogue where it is written but not yet shown."""
    return message


class PublisherError(Exception):
    """Base class of everything a person can cause or must be told."""

    message = N_("Terjadi kesalahan. Data Anda aman; silakan coba lagi.")
    status = 409

    def __init__(self, message: str | None = None, **values: Any) -> None:
        if message is not None:
            self.message = message
        self.values: Mapping[str, Any] = values
        super().__init__(self.message % values if values else self.message)


class InvalidTransition(PublisherError):
    message = N_(
        "Langkah ini tidak bisa lagi dilakukan karena statusnya sudah berubah. "
        "Tidak ada yang diubah; muat ulang halaman untuk melihat keadaan terbaru."
    )

    def __init__(self, step: str, status: str) -> None:
        super().__init__(step=step, status=status)


class Outdated(PublisherError):
    message = N_(
        "Konten ini telah diubah setelah halaman Anda dibuka. Keputusan Anda belum disimpan; "
        "periksa versi terbaru di bawah ini, lalu putuskan kembali."
    )


class FourEyes(PublisherError):
    status = 403
    message = N_(
        "Anda tidak dapat menyetujui konten yang Anda susun atau sunting sendiri. "
        "Mintalah penelaah lain untuk memutuskan."
    )


class DecisionMissing(PublisherError):
    """Somebody else has to decide first; their sentence is in `unsigned` or `second`."""

    unsigned = N_(
        "Konten ini menunggu tanda tangan kepala perangkat daerahnya, sehingga belum dapat "
        "disetujui. Tidak ada yang diubah."
    )
    second = N_(
        "Masa netralitas pemilihan: konten ini perlu disetujui dua penelaah. Buka kontennya, "
        "lalu setujui sebagai penyetuju pertama."
    )


class SameDecider(FourEyes):
    message = N_(
        "Anda sudah mengambil keputusan untuk konten ini. Keputusan berikutnya harus diambil "
        "orang lain."
    )


class Incomplete(PublisherError):
    """A post lacks what it needs before the next step. `problems` name each gap."""

    status = 422
    message = N_("Konten belum dapat diajukan. Lengkapi bagian yang ditandai.")

    def __init__(self, problems: list[str], message: str | None = None, **values: Any) -> None:
        self.problems = problems
        super().__init__(message, **values)


class Invalid(PublisherError):
    """Something typed or uploaded that cannot be accepted as it is."""

    status = 422
    message = N_("Isian belum benar. Periksa bagian yang ditandai.")


class NotAPhoto(Invalid):
    """An uploaded file that is not a photo we accept."""

    message = N_("Berkas ini bukan foto yang dapat dibaca. Unggah JPG, PNG, WebP, HEIC, atau AVIF.")


class VectorPicture(NotAPhoto):
    """A drawing in SVG: it may hold scripts, and no platform takes it."""

    message = N_(
        "Berkas SVG tidak diterima karena dapat memuat skrip dan tidak diterima kanal mana pun. "
        "Simpan gambarnya sebagai PNG (JPG untuk foto), lalu unggah kembali."
    )


class PhotoTooLarge(Invalid):
    """An uploaded file of more bytes than we take. `limit_mb` says how many."""

    status = 413
    message = N_(
        "Berkas foto ini lebih besar dari %(limit_mb)s MB. Isian lain tetap tersimpan; "
        "perkecil ukuran fotonya, lalu unggah kembali."
    )


class PhotoTooManyPixels(Invalid):
    """A picture that would unfold to more pixels than we take. `limit_mp` says how many."""

    message = N_(
        "Dimensi foto ini melebihi %(limit_mp)s megapiksel. Isian lain tetap tersimpan; "
        "perkecil dimensinya, lalu unggah kembali."
    )


class BrokenPhoto(Invalid):
    """A photo whose data end early or contradict themselves."""

    message = N_(
        "Foto ini rusak atau belum terunggah seluruhnya. Isian lain tetap tersimpan; "
        "buka foto itu di perangkat Anda untuk memastikan utuh, lalu unggah kembali."
    )


class PhotoTooHeavy(Invalid):
    """A photo that cost more time or memory than a photo may."""

    message = N_(
        "Foto ini tidak dapat diolah dalam batas waktu. Isian lain tetap tersimpan; "
        "simpan ulang fotonya sebagai JPG, lalu unggah kembali."
    )


class BadSecret(PublisherError):
    """A stored credential cannot be read with the keys we have."""

    status = 500
    message = N_(
        "Kredensial akun tidak dapat dibuka dengan kunci yang terpasang. "
        "Hubungi operator; akun mungkin perlu disambungkan ulang."
    )


class UnknownKey(BadSecret):
    """It was sealed with a key that this process was not given; another may have it."""


class SignedOut(PublisherError):
    """The session has ended while a page was open; nothing was done."""

    status = 401
    message = N_(
        "Sesi Anda sudah berakhir dan tindakan ini belum dijalankan. "
        "Masuk lagi, lalu ulangi; isian di halaman yang masih terbuka tidak hilang."
    )


class WrongCredentials(PublisherError):
    """The e-mail or the password; which of them is nobody's business."""

    status = 422
    message = N_(
        "Surel atau kata sandi tidak cocok. Periksa kembali keduanya; "
        "bila lupa kata sandi, mintalah operator daerah Anda mengaturnya ulang."
    )


class TooManyAttempts(PublisherError):
    """Too many wrong passwords. The limit heals by itself at `time`."""

    status = 429
    message = N_(
        "Terlalu banyak percobaan masuk yang gagal. Demi keamanan, coba lagi %(time)s. "
        "Akun Anda tidak dikunci."
    )


class WeakPassword(Invalid):
    """A new password that would be guessed."""

    message = N_("Kata sandi terlalu pendek. Gunakan paling sedikit %(number)s karakter.")
    too_long = N_("Kata sandi terlalu panjang. Gunakan paling banyak %(number)s karakter.")
    is_email = N_("Kata sandi tidak boleh sama dengan surel Anda atau bagian darinya.")
    too_plain = N_("Kata sandi terlalu mudah ditebak. Gunakan lebih banyak huruf yang berbeda.")
