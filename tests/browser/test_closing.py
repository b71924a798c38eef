"""A week comes to its end: an office objects, is answered, the week is closed, then corrected."""

from playwright.sync_api import expect

from publisher import clock
from publisher.clock import Week
from tests.browser.cast import ZONE
from tests.browser.conftest import told


def test_an_objection_is_answered_and_a_week_closed_and_corrected(cast, browser_of):
    this_week = Week.of(clock.now(), ZONE)
    sari, budi = browser_of(cast.sari), browser_of(cast.budi)
    sari.goto(f"/laporan/perangkat-daerah/{cast.dinkes_id}/{this_week}")
    sari.get_by_role("link", name="Ajukan sanggahan").click()
    sari.get_by_label("Apa yang menurut Anda keliru?").fill("Posyandu hari Rabu belum dihitung.")
    sari.get_by_role("button", name="Ajukan sanggahan").click()
    told(sari, "Sanggahan diajukan.")
    expect(sari.locator("#sanggahan")).to_contain_text("Menunggu jawaban")

    budi.goto("/laporan/sanggahan")
    budi.get_by_role("link", name="Jawab").click()
    budi.get_by_label("Tidak diterima: angkanya tetap").check()
    budi.get_by_label("Jawaban").fill("Tautannya belum ada. Catat bukti tayangnya dulu.")
    budi.get_by_role("button", name="Simpan jawaban").click()
    told(budi, "Jawaban disimpan dan disampaikan ke perangkat daerah.")
    sari.reload()
    expect(sari.locator("#sanggahan")).to_contain_text("Catat bukti tayangnya dulu.")

    budi.goto(f"/laporan/{this_week}/belum")
    budi.goto(f"/laporan/{this_week.previous()}")
    budi.get_by_role("link", name="Tutup minggu ini").click()
    if budi.get_by_label("Alasan").count():  # on a Monday it is early
        budi.get_by_label("Alasan").fill("Diminta Bupati")
    budi.get_by_role("button", name="Tutup minggu ini").click()
    expect(budi.get_by_text("Minggu ini sudah ditutup")).to_be_visible()

    budi.get_by_role("link", name="Koreksi minggu ini").click()
    budi.get_by_label("Alasan koreksi").fill("Dua bukti tayang menyusul.")
    budi.get_by_role("button", name="Simpan koreksi").click()
    expect(budi.locator(".seal")).to_contain_text("versi 2")
    expect(budi.locator(".seal")).to_contain_text("Dua bukti tayang menyusul.")
    budi.locator(".seal").get_by_role("link", name="1", exact=True).click()
    expect(budi.get_by_text("Versi lama. Minggu ini sudah dikoreksi.")).to_be_visible()
    budi.goto("/laporan/jadwal-tutup")
