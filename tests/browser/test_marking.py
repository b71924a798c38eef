"""A reviewer returns a post with marks from a phone; the office works through them. No script."""

import re

from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
CAPTION = "Imunisasi gratis hari ini. Bawa buku KIA. Kegaitan sampai siang."


def test_a_sentence_and_a_spot_are_marked_on_a_phone_and_ticked_off_by_the_office(cast, browser_of):
    post_id = cast.post("submit", caption=CAPTION)
    budi = browser_of(cast.budi, **PHONE)
    budi.goto("/telaah")
    budi.get_by_role("link", name="Imunisasi gratis di puskesmas").click()
    expect(budi.locator("#isi")).to_contain_text("“kegaitan” tidak ada dalam kamus.")
    budi.locator("#teks-caption").get_by_text("Bawa buku KIA.").click()
    form = budi.locator("#tandai-kalimat")
    expect(form.get_by_role("radio", name="Takarir Bawa buku KIA.")).to_be_checked()
    expect(form.get_by_role("radio", name="Takarir Bawa buku KIA.")).to_be_in_viewport()
    form.get_by_label("Saran perbaikan").fill("Sebut kartu keluarga juga.")
    form.get_by_role("button", name="Tambah tanda").click()
    expect(budi.locator("#messages")).to_contain_text("Tanda disimpan.")
    budi.get_by_text("Tandai titik pada gambar 1").click()
    picture = budi.locator("#titik-1")
    picture.get_by_label("kanan atas").check()
    picture.get_by_label("Saran perbaikan").fill("Samarkan wajah anak.")
    picture.get_by_role("button", name="Tambah tanda").click()
    expect(budi.locator("#keputusan")).to_contain_text("2 tanda ikut terkirim")
    budi.get_by_role("button", name="Kembalikan", exact=True).click()
    expect(budi.locator("#messages")).to_contain_text("Konten dikembalikan")

    sari = browser_of(cast.sari, **PHONE)
    sari.goto(f"/konten/{post_id}/ubah")
    marks = sari.get_by_role("region", name="Tanda penelaah")
    expect(marks).to_contain_text("0 dari 2 beres.")
    expect(marks.locator("svg .pin")).to_have_count(1)
    expect(marks).to_contain_text("Samarkan wajah anak.")
    sari.get_by_label("Takarir", exact=True).fill(CAPTION.replace("buku KIA", "kartu keluarga"))
    marks.get_by_role("button", name="Tandai beres tanda 2").click()
    expect(marks).to_contain_text("1 dari 2 beres.")
    expect(marks.locator("#tanda-1, li").first).to_contain_text("Sudah diubah")


def test_a_tap_on_another_sentence_costs_nothing_that_is_typed(cast, browser_of):
    post_id = cast.post("submit", caption=CAPTION)
    for budi in (browser_of(cast.budi, **PHONE), browser_of(cast.budi)):
        budi.goto(f"/telaah/{post_id}")
        form = budi.locator("#tandai-kalimat")
        form.get_by_label("Saran perbaikan").fill("Sebut kartu keluarga juga.")
        form.get_by_label("Alasan").select_option("data_pribadi")
        budi.get_by_text("Tolak", exact=True).click()
        budi.locator("#tolak textarea").fill("Sudah tayang minggu lalu.")
        for number, words in enumerate(("Imunisasi gratis hari ini.", "Bawa buku KIA.")):
            budi.locator("#teks-caption").get_by_text(words).click()
            expect(form.get_by_role("radio", checked=True)).to_have_value(f"caption:{number}")
        expect(form.get_by_label("Saran perbaikan")).to_have_value("Sebut kartu keluarga juga.")
        expect(form.get_by_label("Alasan")).to_have_value("data_pribadi")
        expect(budi.locator("#tolak textarea")).to_have_value("Sudah tayang minggu lalu.")


def test_a_mark_costs_nothing_of_the_decision_that_is_begun(cast, browser_of):
    phone, desk = browser_of(cast.budi, **PHONE), browser_of(cast.budi)
    for person, slip in ((phone, "kegaitan"), (desk, "sehta")):
        post_id = cast.post("submit", caption=f"{CAPTION} Warga {slip}.")
        person.goto(f"/telaah/{post_id}")
        person.get_by_text("Tolak", exact=True).click()
        reject = person.locator("#tolak")
        reject.get_by_label("Alasan").fill("Sudah tayang minggu lalu.")
        person.get_by_text("Tandai titik pada gambar 1").click()
        person.locator("#titik-1").get_by_label("Saran perbaikan").fill("Samarkan wajah anak.")
        person.locator("#teks-caption").get_by_text("Bawa buku KIA.").click()
        person.locator("#tandai-kalimat").get_by_role("button", name="Tambah tanda").click()
        expect(person.locator("#messages")).to_contain_text("Tanda disimpan.")
        person.get_by_role("button", name=f"Terima kata ini “{slip}”").click()
        expect(person.locator("#isi")).not_to_contain_text(slip)
        expect(person.locator("#titik-1 textarea")).to_have_value("Samarkan wajah anak.")
        expect(reject.get_by_label("Alasan")).to_have_value("Sudah tayang minggu lalu.")
        understood = reject.get_by_role("checkbox")
        understood.check()
        understood.press("Enter")  # it decides nothing, whichever button stands first
        expect(person.get_by_role("button", name="Hapus tanda 1")).to_be_visible()
        reject.get_by_role("button", name="Tolak konten ini").click()
        expect(person.locator("#messages")).to_contain_text("Konten ditolak.")


def test_with_a_script_a_tap_marks_and_a_key_leads_to_the_next_post(cast, browser_of):
    first, last = cast.post("submit", caption=CAPTION), cast.post("submit", title="Donor darah")
    budi = browser_of(cast.budi)
    budi.goto(f"/telaah/{first}?jenis=layanan")
    budi.locator("#teks-caption").get_by_text("Kegaitan sampai siang.").click()
    chosen = budi.get_by_role("radio", name="Takarir Kegaitan sampai siang.")
    expect(chosen).to_be_checked()
    expect(budi.locator(".said__one--chosen")).to_have_text("Kegaitan sampai siang.")
    expect(budi.locator("#kalimat-alasan")).to_be_focused()
    budi.get_by_text("Tandai titik pada gambar 1").click()
    picture = budi.locator("#titik-1")
    box = picture.locator("[data-picture]").bounding_box()
    picture.locator("[data-picture]").click(position={"x": box["width"] / 4, "y": 10})
    expect(picture.get_by_label("Dari kiri")).to_have_value("250")
    picture.get_by_label("Dari kiri").press("ArrowRight")
    expect(picture.get_by_label("Dari kiri")).to_have_value("260")
    picture.get_by_role("button", name="Tambah tanda").click()
    expect(budi.locator("#tandai")).to_contain_text("Titik pada gambar 1")
    budi.locator("h1").click()
    budi.keyboard.press("j")
    budi.wait_for_url(f"**/telaah/{last}?jenis=layanan")
    budi.keyboard.press("ArrowLeft")
    budi.wait_for_url(f"**/telaah/{first}?jenis=layanan")


def test_a_tap_marks_the_right_spot_before_the_picture_has_come(cast, browser_of):
    post_id = cast.post("submit", caption=CAPTION)
    budi = browser_of(cast.budi)
    on_its_way = []
    budi.route(re.compile(r"/foto/[0-9a-f]{64}$"), lambda route: on_its_way.append(route))
    budi.goto(f"/telaah/{post_id}")
    budi.get_by_text("Tandai titik pada gambar 1").click()
    picture = budi.locator("#titik-1 [data-picture]")
    before = picture.bounding_box()
    picture.click(position={"x": before["width"] / 4, "y": before["height"] / 2})
    expect(budi.locator("#titik-1").get_by_label("Dari kiri")).to_have_value("250")
    expect(budi.locator("#titik-1").get_by_label("Dari atas")).to_have_value("500")
    assert not picture.locator("img").evaluate("image => image.naturalWidth")
    for route in on_its_way:
        route.continue_()
    picture.locator("img").evaluate("image => image.decode()")
    after = picture.bounding_box()
    assert (after["width"], after["height"]) == (before["width"], before["height"])
