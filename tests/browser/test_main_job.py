"""The main job, from sign-in to quota, with the hands of the people who do it."""

import re

from playwright.sync_api import expect

from tests.browser.cast import photo_file
from tests.browser.conftest import sign_in, told

TITLE = "Vaksin rabies gratis untuk hewan peliharaan"
ALT_TEXT = "Petugas menyuntik seekor kucing di Puskesmas Cepu"


def write_the_post(page):
    """Fill in the form as Sari does, from the activity to the time."""
    page.get_by_role("button", name="Buat konten").first.click()
    page.get_by_label("Judul").fill(TITLE)
    page.get_by_label("Jenis konten").select_option(label="Layanan")
    page.get_by_label("Apa kegiatannya?").fill("Vaksinasi rabies gratis untuk kucing dan anjing")
    page.get_by_label("Kapan?").fill("Senin pagi")
    page.get_by_label("Di mana?").fill("Puskesmas Cepu")
    page.get_by_label("Apa hasilnya bagi warga?").fill("Warga aman dari gigitan hewan rabies")
    page.get_by_role("button", name="Susun takarir dari isian").click()
    expect(page.get_by_label("Takarir", exact=True)).to_have_value(re.compile("Vaksinasi rabies"))
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo_file()}
    page.locator("#photos").set_input_files(photo)
    page.get_by_label("Teks alternatif foto 1").fill(ALT_TEXT)
    times = page.get_by_role("list", name="Waktu yang masih longgar")
    times.get_by_role("button").last.click()


def post_id_of(page):
    return int(re.search(r"/konten/(\d+)", page.url)[1])


def permalinks(page):
    return page.locator("#dihitung .proof__links a")


def test_from_sign_in_to_quota(cast, page, browser_of, practice, size):
    sign_in(page, cast.sari)
    write_the_post(page)
    caption = page.get_by_label("Takarir", exact=True).input_value()

    # What each platform will show and how much room is left, while she writes.
    expect(page.locator("#hitung-x")).to_contain_text(re.compile(r"X: \d+ dari 280 karakter"))
    expect(page.locator("#hitung-facebook")).to_contain_text("karakter")
    preview = page.locator("#periksa .preview--facebook")
    expect(preview).to_contain_text(caption.splitlines()[0])
    expect(preview.get_by_alt_text(ALT_TEXT)).to_be_visible()
    page.get_by_role("button", name="Ajukan untuk ditelaah").click()
    told(page, "Konten diajukan.")
    post_id = post_id_of(page)

    budi = browser_of(cast.budi)
    budi.goto("/telaah")
    budi.get_by_role("link", name=TITLE).click()
    expect(budi.locator("#gambar")).to_contain_text(ALT_TEXT)
    expect(budi.locator("#pratinjau .preview--x")).to_contain_text(cast.x.handle)
    budi.get_by_role("button", name="Setujui dan jadwalkan").click()
    told(budi, "Terjadwal di 2 akun")

    cast.let_the_deliveries_come_due(post_id)
    cast.wait_until_out(post_id)
    for channel in (cast.x, cast.facebook):
        (published,) = practice.ledger(channel.platform, channel.remote_id)
        assert [picture["alt_text"] for picture in published["media"]] == [ALT_TEXT]
    budi.goto("/penayangan?kelompok=tayang")
    expect(budi.get_by_role("link", name="Lihat unggahan").filter(has_text=TITLE)).to_have_count(2)

    ratna = browser_of(cast.ratna)
    ratna.goto("/")
    expect(ratna.locator(".glance__figure")).to_have_text("1 dari 2")
    ratna.get_by_role("link", name="Laporan lengkap").click()
    ratna.locator("#rekap summary").click()
    ratna.locator("#rekap").get_by_role("link", name="Dinas Kesehatan").click()
    expect(ratna.locator(".hero")).to_contain_text("Terpenuhi")
    expect(permalinks(ratna)).to_have_count(2)
    addresses = [link.get_attribute("href") for link in permalinks(ratna).all()]
    for address in addresses:
        assert address.startswith(f"{practice.url}/")
        ratna.goto(address)
        expect(ratna.get_by_alt_text(ALT_TEXT)).to_be_visible()
        expect(ratna.locator("main")).to_contain_text("Vaksinasi rabies")
