"""One finished example of each template: what the contact sheet shows and the tests compare.

Names, numbers and places are invented; photos are drawn, because those of real people are not
ours to use.
"""

import io
from collections.abc import Mapping
from functools import lru_cache
from random import Random

from publisher.posters.brush import PALETTES, Size
from publisher.posters.contents import Amount, Content, Entry, Photo
from publisher.posters.scenes import DRAWINGS
from publisher.posters.studio import Poster
from publisher.posters.themes import Channels, Motif, Theme


@lru_cache(maxsize=16)
def drawn_photo(
    kind: str, seed: int, palette: int, size: Size = (1600, 1200), *, foreground: bool = False
) -> bytes:
    """Return a drawn scene as a master would be: JPEG, landscape."""
    out = io.BytesIO()
    rng = Random(seed)  # noqa: S311 - a picture, not a secret
    scene = DRAWINGS[kind](size, PALETTES[palette], rng)
    if foreground:  # as photos have it: nobody stands on the very edge
        high = size[1] * 3 // 4
        scene, whole = scene.resize((size[0], high)), scene
        strip = scene.crop((0, high - 12, size[0], high))
        whole.paste(strip.resize((size[0], size[1] - high)), (0, high))
        whole.paste(scene)
        scene = whole
    scene.save(out, "JPEG", quality=88)
    return out.getvalue()


def theme(office: str, brand: str, accent: str, motif: Motif, **channels: str) -> Theme:
    told = Channels(
        hashtag=channels.get("hashtag", "#LaporContoh"),
        invitation=channels.get("invitation", "Sampaikan aduan, kami tindak lanjuti"),
        whatsapp=channels.get("whatsapp", "0812-0000-1111"),
        link=channels.get("link", "https://contoh.go.id/aduan"),
    )
    return Theme(
        region="Pemerintah Kabupaten Contoh", office=office, brand=brand, accent=accent,
        motif=motif, channels=told,
    )  # fmt: skip


@lru_cache(maxsize=1)
def samples() -> Mapping[str, Poster]:
    """Return an example of each template, by its name."""
    made = (_kegiatan, _capaian, _layanan, _pengumuman, _agenda, _kutipan, _sebelum, _aduan)
    return {poster.template: poster for poster in (make() for make in made)}


def _kegiatan() -> Poster:
    content = Content(
        label="Kegiatan",
        badge="Pekan 48",
        headline="Warga dan petugas bersihkan saluran sebelum musim hujan",
        body="Sebanyak 320 warga dari enam desa mengangkat sampah dan lumpur sepanjang 4 km.",
        when="Jumat, 20 November 2026, pukul 07.00 WIB",
        where="Desa Sumberejo, Kecamatan Contoh",
        photos=(Photo(content=drawn_photo("jalan", 4, 3, foreground=True), focus=(0.5, 0.5)),),
    )
    look = theme("Dinas Lingkungan Hidup", "#0f6b4f", "#ffcc4d", "kawung")
    return Poster(template="kegiatan", theme=look, content=content)


def _capaian() -> Poster:
    content = Content(
        label="Angka capaian",
        badge="Pekan 48",
        headline="Sembilan dari sepuluh balita sudah diimunisasi lengkap",
        figures=(
            Amount("96,2%", "cakupan imunisasi dasar lengkap, naik 3,1 poin dari tahun lalu"),
            Amount("24", "puskesmas melayani setiap hari kerja"),
            Amount("1.842", "balita diimunisasi bulan ini"),
        ),
        body="Sumber: Dinas Kesehatan, sampai dengan 20 November 2026.",
    )
    look = theme("Dinas Kesehatan", "#9b1c31", "#ffcf66", "parang")
    return Poster(template="capaian", theme=look, content=content)


def _layanan() -> Poster:
    content = Content(
        label="Layanan publik",
        badge="Gratis",
        headline="Perekaman KTP elektronik di balai desa",
        when="Senin sampai Kamis, 23–26 November 2026, pukul 08.00–14.00 WIB",
        where="Balai Desa Sidomulyo, Kecamatan Contoh",
        how="Bawa fotokopi Kartu Keluarga. Usia 16 tahun ke atas boleh merekam.",
        photos=(Photo(content=drawn_photo("ktp", 2, 4), focus=(0.5, 0.45)),),
    )
    look = theme("Dinas Kependudukan dan Pencatatan Sipil", "#1769aa", "#ffb03a", "mega")
    return Poster(template="layanan", theme=look, content=content)


def _pengumuman() -> Poster:
    content = Content(
        label="Pengumuman",
        badge="Resmi",
        headline="Jalan Pemuda ditutup sementara untuk perbaikan jembatan",
        body="Kendaraan dialihkan melalui Jalan Diponegoro. Petugas berjaga di kedua ujung jalan.",
        when="25 November sampai 9 Desember 2026",
        where="Jalan Pemuda, ruas alun-alun sampai pasar kota",
    )
    look = theme("Dinas Perhubungan", "#2b3a8c", "#ff9f68", "lurik")
    return Poster(template="pengumuman", theme=look, content=content)


def _agenda() -> Poster:
    content = Content(
        label="23–27 November 2026",
        badge="Pekan 48",
        headline="Agenda pekan ini",
        agenda=(
            Entry(
                "Sen", "23", "Apel pagi dan pelepasan tim vaksinasi", "07.00 WIB, Alun-alun kota"
            ),
            Entry("Sel", "24", "Musyawarah rencana pembangunan desa", "09.00 WIB, Balai Desa Jati"),
            Entry("Rab", "25", "Pasar murah bahan pokok", "08.00 WIB, Lapangan Kecamatan Contoh"),
            Entry("Kam", "26", "Penyerahan bantuan alat pertanian", "10.00 WIB, Kantor dinas"),
            Entry("Jum", "27", "Senam bersama dan cek kesehatan gratis", "06.30 WIB, GOR Contoh"),
        ),
    )
    look = theme("Bagian Protokol dan Komunikasi Pimpinan", "#7b3f98", "#f9c74f", "kawung")
    return Poster(template="agenda", theme=look, content=content)


def _kutipan() -> Poster:
    content = Content(
        badge="Kata warga",
        quote="Dulu kami menunggu tiga hari untuk satu surat. Sekarang selesai sebelum kopi"
        " dingin.",
        person="Siti Rahayu",
        role="Pemilik warung, Desa Karangjati",
        photos=(Photo(content=drawn_photo("pasar", 3, 3), focus=(0.5, 0.5)),),
    )
    look = theme("Dinas Penanaman Modal dan PTSP", "#0f766e", "#f5b83d", "mega")
    return Poster(template="kutipan", theme=look, content=content)


def _sebelum() -> Poster:
    content = Content(
        label="Hasil pembangunan",
        badge="Pekan 48",
        headline="Jalan Sumber–Jati kini mulus sepanjang 3,2 km",
        body="Waktu tempuh ke puskesmas turun dari 40 menit menjadi 15 menit.",
        where="Kecamatan Sumber, selesai 18 November 2026",
        photos=(
            Photo(content=drawn_photo("banjir", 5, 1), focus=(0.5, 0.5)),
            Photo(content=drawn_photo("jalan", 6, 3), focus=(0.5, 0.5)),
        ),
    )
    look = theme("Dinas Pekerjaan Umum dan Penataan Ruang", "#7a4a12", "#ffc247", "parang")
    return Poster(template="sebelum_sesudah", theme=look, content=content)


def _aduan() -> Poster:
    content = Content(
        label="Kanal aduan",
        headline="Ana keluhan? Aja meneng bae, wadul maring desa",
        hashtag="#Wadulkadese",
        body="Tulis jenengmu, panggonan kejadian, lan fotone. Dijawab paling suwe sedina.",
        whatsapp="0812-0000-1111",
        link="https://contoh.go.id/wadul",
    )
    look = theme(
        "Pemerintah Desa Contoh", "#9b1c31", "#ffcf66", "kawung", hashtag="",
        invitation="Aduan Anda dijaga kerahasiaannya", whatsapp="",
    )  # fmt: skip
    return Poster(template="kanal_aduan", theme=look, content=content)
